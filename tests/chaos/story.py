"""Why a run failed: the faults around it, and everything that was noted about one message. Ids only."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.chaos.finding import Finding
from tests.chaos.history import Event, Got, History
from tests.chaos.performance import Happened, Outcome

#: So long before the first and after the last note a fault may have had to do with it.
AROUND_S = 5.0


def story(finding: Finding, history: History, happened: Iterable[Happened]) -> Iterator[str]:
    """Lines, in the order of the clock (seconds since the first note)."""
    began_s = history.events[0].at_s if history.events else 0.0
    notes = [event for event in history.events if _is_about(event, finding)]
    lines = [(event.at_s - began_s, _told(event)) for event in notes[:60]]
    if lines:
        first_s, last_s = lines[0][0] - AROUND_S, lines[-1][0] + AROUND_S
        lines += [
            (one.began_s, f"FAULT {one.kind}: {one.target}, until {one.over_s:.2f}")
            for one in happened
            if first_s <= one.over_s and one.began_s <= last_s
        ]
    ids = [("chat", finding.chat), ("message", finding.message), ("who", finding.who)]
    yield f"{finding.kind}: {finding.what}" + "".join(f", {name} {value}" for name, value in ids if value)
    for at_s, words in sorted(lines):
        yield f"  {at_s:8.2f}  {words}"


def write_down(outcome: Outcome, folder: Path) -> None:
    """All that was noted, one entry a line, beside what the processes said: for whoever looks for the cause."""
    began_s = outcome.history.events[0].at_s if outcome.history.events else 0.0
    with (folder / "history.txt").open("w") as out:
        out.writelines(f"{event.at_s - began_s:9.3f}  {_told(event)}\n" for event in outcome.history.events)
    with (folder / "faults.txt").open("w") as out:
        out.writelines(
            f"{one.began_s:9.3f}  {one.kind}: {one.target}, until {one.over_s:.3f}, well in {one.recovered_s:.1f} s\n"
            for one in sorted(outcome.happened, key=lambda one: one.began_s)
        )
    with (folder / "findings.txt").open("w") as out:
        out.writelines(f"{finding}\n" for finding in outcome.findings)


def _is_about(event: Event, finding: Finding) -> bool:
    if finding.message:
        return getattr(event, "message", "") == finding.message
    if finding.chat:
        return getattr(event, "chat", "") == finding.chat and not isinstance(event, Got)
    return bool(finding.who) and getattr(event, "who", "") == finding.who and not isinstance(event, Got)


def _told(event: Event) -> str:
    rest = {name: value for name, value in event._asdict().items() if name not in ("at_s", "words") and value != ""}
    return f"{type(event).__name__} " + " ".join(f"{name}={value}" for name, value in rest.items())
