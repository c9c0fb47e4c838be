"""`tealight router`: acts on deadlines a quarter of a second after they pass, and renews the mirrors of two shards."""

from config.settings import Settings
from routing.actions.lines import Lines
from tealight.background import run

SWEEP_S = 0.2
SWEEP_LIMIT = 25
#: Mirrors are renewed at every step that moves a unit; this catches what a crash left between two steps.
MIRROR_EVERY = 25


def main(settings: Settings) -> int:
    """Run until SIGTERM; the exit code."""
    passes = 0

    async def sweep(lines: Lines) -> None:
        nonlocal passes
        while await lines.sweep(SWEEP_LIMIT) >= SWEEP_LIMIT:
            pass
        passes += 1
        if passes % MIRROR_EVERY == 0:
            await lines.mirror_all()

    async def nothing() -> None:
        return

    return run(settings, "router", SWEEP_S, sweep, nothing)
