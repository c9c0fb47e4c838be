"""`tealight router`: acts on deadlines within a fifth of a second, renews the mirrors of two shards, and looks whether
what is derived is what it should be."""

from config.log import get_logger
from config.redis_link import RedisAway, RedisRefused
from config.settings import Settings
from routing.actions.lines import Lines
from tealight.background import run
from tealight.index_check import IndexCheck

log = get_logger("router")

SWEEP_S = 0.2
#: So many matches' worth of deadlines: one call, which everybody waits for, takes a millisecond or two.
SWEEP_LIMIT = 10
#: Mirrors are renewed at every step that moves a unit; this catches what a crash left between two steps.
MIRROR_EVERY = 25
#: Other versions of the library are removed about once an hour; whoever still uses one loads it again.
REMOVE_EVERY = 18_000


def main(settings: Settings) -> int:
    """Run until SIGTERM; the exit code."""
    passes = 0
    check: IndexCheck | None = None

    async def sweep(lines: Lines) -> None:
        nonlocal passes, check
        passes += 1
        trouble: RedisAway | RedisRefused | None = None
        try:
            while await lines.sweep(SWEEP_LIMIT):
                pass
        except (RedisAway, RedisRefused) as error:
            trouble = error  # of one shard; what follows is worth doing for the others
        if passes % MIRROR_EVERY == 0:
            await lines.mirror_all()
        if trouble is not None:
            raise trouble
        if passes % REMOVE_EVERY == 0:
            removed = await next(iter(lines.shards.values())).functions.remove_others()
            log.info("old_libraries_removed", count=len(removed))
        check = check or IndexCheck(lines.shards)
        await check.step()

    async def nothing() -> None:
        return

    return run(settings, "router", SWEEP_S, sweep, nothing)
