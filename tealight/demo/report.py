"""The table at the end of a demo run."""

from collections.abc import Iterable

from rich.table import Table

from tealight.demo.run import Outcome


def table_of(outcome: Outcome) -> Table:
    """What happened, and what of it should not have."""
    table = Table(title="Demo run", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    table.add_row("lasted", f"{outcome.lasted_s:.0f} s")
    table.add_row("seekers who came", str(outcome.arrived))
    for what, count in sorted(outcome.seekers.counts.items()):
        table.add_row(f"  {what}", str(count))
    if outcome.seekers.waits_s:
        table.add_row("wait, median / longest", _seconds(outcome.seekers.waits_s, 0.5, 1.0))
    table.add_section()
    for what, count in sorted(outcome.listeners.counts.items()):
        table.add_row(what, str(count))
    table.add_row("connections that came back", str(outcome.reconnects))
    table.add_section()
    table.add_row("messages answered done", str(outcome.answered))
    table.add_row("messages shown to the other side", str(outcome.delivered))
    if outcome.delays_s:
        table.add_row("from sending to shown, p50 / p99", _seconds(outcome.delays_s, 0.5, 0.99))
    table.add_section()
    verdict = outcome.verdict
    for what, count in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("misordered", verdict.misordered),
        ("in the wrong chat", verdict.strayed),
        ("altered", verdict.altered),
    ):
        table.add_row(what, str(count), style="bold red" if count else "green")
    if verdict.unanswered:
        table.add_row("sent, but not answered before the end", str(verdict.unanswered))
    return table


def _seconds(values: Iterable[float], *shares: float) -> str:
    ordered = sorted(values)
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))]:.2f} s" for share in shares)
