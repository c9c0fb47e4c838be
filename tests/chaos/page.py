"""The table in docs/reliability.md, made from the figures of a run."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.chaos.finding import Kind
from tests.chaos.performance import Happened, Outcome

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "bench" / "results" / "chaos.json"
BEGIN, END = "<!-- made by `make chaos` -->", "<!-- end -->"


def figures_of(outcomes: list[Outcome], command: str, seed: str) -> dict[str, Any]:
    """Everything that the page and the file tell."""
    happened = [one for outcome in outcomes for one in outcome.happened]
    return {
        "command": command,
        "seed": seed,
        "faults": len(happened),
        "messages": sum(outcome.messages for outcome in outcomes),
        "verdicts": {kind.value: _count(outcomes, kind) for kind in Kind},
        "acts": [
            {
                "name": outcome.act.name,
                "promise": outcome.act.promise,
                "faults": len(outcome.happened),
                "messages": outcome.messages,
                "seconds": round(outcome.seconds),
                "verdicts": {kind.value: _count([outcome], kind) for kind in Kind},
            }
            for outcome in outcomes
        ],
        "by kind": _by_kind(happened),
    }


def _count(outcomes: list[Outcome], kind: Kind) -> int:
    return sum(1 for outcome in outcomes for finding in outcome.findings if finding.kind is kind)


def _by_kind(happened: list[Happened]) -> dict[str, dict[str, float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for one in happened:
        times[one.kind].append(one.recovered_s)
    return {
        kind: {
            "times": len(many),
            "recovered_p50_s": _at(many, 0.5),
            "recovered_p95_s": _at(many, 0.95),
            "recovered_max_s": _at(many, 1.0),
        }
        for kind, many in sorted(times.items())
    }


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def tables(figures: dict[str, Any]) -> str:
    """As Markdown."""
    kinds = [kind.value for kind in Kind]
    lines = [
        f"`{figures['command']}`, seed `{figures['seed']}`:",
        "",
        "| verdict | " + " | ".join(act["name"] for act in figures["acts"]) + " | all |",
        "|---" * (len(figures["acts"]) + 2) + "|",
        "| faults | " + " | ".join(str(act["faults"]) for act in figures["acts"]) + f" | {figures['faults']} |",
        "| messages | "
        + " | ".join(f"{act['messages']:,}" for act in figures["acts"])
        + f" | {figures['messages']:,} |",
    ]
    for kind in kinds:
        counts = " | ".join(str(act["verdicts"][kind]) for act in figures["acts"])
        lines.append(f"| {kind} | {counts} | {figures['verdicts'][kind]} |")
    lines += [
        "",
        "Seconds until everybody was served again, counted from the end of the fault:",
        "",
        "| fault | times | median | p95 | most |",
        "|---|---|---|---|---|",
    ]
    for kind, row in figures["by kind"].items():
        times = f"{row['recovered_p50_s']} | {row['recovered_p95_s']} | {row['recovered_max_s']}"
        lines.append(f"| {kind} | {row['times']} | {times} |")
    return "\n".join(lines)


def publish(figures: dict[str, Any]) -> None:
    """Put the tables into the page."""
    page = PAGE.read_text()
    made = f"{BEGIN}\n\n{tables(figures)}\n\n{END}"
    PAGE.write_text(re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: made, page, flags=re.DOTALL))
