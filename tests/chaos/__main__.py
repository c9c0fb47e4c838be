"""`python -m tests.chaos`: random faults against real processes for as long as it takes; tables, JSON, exit code 1.

The tables in docs/reliability.md are written by a run with `--publish`.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.chaos.faults.clocks import LIBRARIES
from tests.chaos.finding import Finding, Kind
from tests.chaos.page import FIGURES, figures_of, publish, tables
from tests.chaos.performance import Outcome, Performance, Size
from tests.chaos.schedule import Act, acts
from tests.chaos.stage import remove
from tests.chaos.story import story, write_down

#: So many stories of each kind of finding.
TOLD = 2


def main() -> int:
    """Play all acts; 1 where anything was found."""
    asked = _arguments()
    seed = asked.seed or secrets.token_hex(4)
    print(f"seed {seed}", file=sys.stderr)
    if not LIBRARIES:
        print("no clock jumps: libfaketime is not installed (`apt-get install libfaketime`)", file=sys.stderr)
    outcomes = []
    for act in acts():
        if asked.acts and act.name not in asked.acts:
            continue
        outcome, folder = _play(act, asked, seed)
        outcomes.append(outcome)
        _tell(outcome, folder)
    command = f"python -m tests.chaos --faults {asked.faults} --messages {asked.messages} --clients {asked.clients}"
    figures = figures_of(outcomes, command, seed)
    print(tables(figures))
    if asked.publish:
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n")
        publish(figures)
    return 1 if any(outcome.findings or outcome.tracebacks for outcome in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", default="", help="the same seed draws the same faults (default: a new one)")
    parser.add_argument("--minutes", type=float, default=90, help="at most so long, over all acts")
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--per-second", type=float, default=200, help="messages that all clients together try to send")
    parser.add_argument("--webs", type=int, default=2, help="web processes")
    parser.add_argument("--acts", nargs="*", help="only these: " + ", ".join(f'"{act.name}"' for act in acts()))
    parser.add_argument("--publish", action="store_true", help="write docs/reliability.md and bench/results/chaos.json")
    return parser.parse_args()


def _play(act: Act, asked: argparse.Namespace, seed: str) -> tuple[Outcome, Path]:
    chosen = [one for one in acts() if not asked.acts or one.name in asked.acts]
    share = act.share / sum(one.share for one in chosen)
    listeners = max(2, asked.clients // 4)
    size = Size(
        faults=round(share * asked.faults),
        messages=round(share * asked.messages),
        minutes=share * asked.minutes,
        seekers=asked.clients - listeners,
        listeners=listeners,
        webs=asked.webs,
        per_s=asked.per_second,
    )
    folder = Path(tempfile.mkdtemp(prefix="tl-chaos-"))
    outcome = asyncio.run(Performance(act, size, seed, folder).play())
    return outcome, folder


def _tell(outcome: Outcome, folder: Path) -> None:
    if not outcome.findings and not outcome.tracebacks:
        remove(folder)
        return
    print(f"{outcome.act.name}: {len(outcome.findings)} findings; what processes said is in {folder}", file=sys.stderr)
    write_down(outcome, folder)
    by_kind: dict[Kind, list[Finding]] = defaultdict(list)
    for finding in outcome.findings:
        by_kind[finding.kind].append(finding)
    for kind, many in by_kind.items():
        print(f"{kind}: {len(many)}", file=sys.stderr)
        for finding in many[:TOLD]:
            print("\n".join(story(finding, outcome.history, outcome.happened)), file=sys.stderr)
    for traceback in outcome.tracebacks[:TOLD]:
        print(traceback, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
