"""What must be true of a step: the shard as it was before, and as it is now."""

from tests.store.fairness import unfair
from tests.store.truth import Truth, broken, mark_of

LONG_MS = 300_000


class Judging:
    """`at` says who is really connected where, `may_end` which chats somebody just ended."""

    old: Truth
    truth: Truth
    processes: list[str]
    at: dict[str, set[str]]

    def __init__(self) -> None:
        super().__init__()
        self.may_end: set[str] = set()
        self.absent_since: dict[str, int] = {}
        self.parked_since: dict[str, int] = {}

    def judge(self, truth: Truth) -> None:
        """Go on from the last step to this one. Raises AssertionError where something is not as it must be."""
        self.old, self.truth = self.truth, truth
        wrong = broken(self.truth)
        assert not wrong, wrong
        self.note_absences()
        for chat, c in self.truth.of("chat").items():
            before = self.old.of("chat").get(chat)
            if before is not None:
                assert int(c["turn"]) >= int(before["turn"]), f"{chat} turned back"
                assert c["st"] == before["st"] or int(c["turn"]) > int(before["turn"]) or c["st"] in "UE", (
                    f"{chat} same turn"
                )
                assert c["ar"] == before["ar"], f"{chat} lost its place"
            if c["st"] == "O" and (before is None or c["turn"] != before["turn"]):
                wrong = list(unfair(self.old, self.truth, chat))
                assert not wrong, wrong
            if c["st"] == "A" and before is not None and before["st"] != "A" and not self.truth.is_present(c["pe"]):
                assert self.truth.one("grace_ends")[c["pe"]] == self.truth.now_ms + LONG_MS, (
                    f"{chat} opened for a moment"
                )
            if c["st"] in "WO" and before is not None and before["st"] == "A":
                assert self.truth.is_present(c["pe"]), f"{chat} is offered on though {c['pe']} is not here"
            if c["st"] in "UE" and before is not None and before["st"] not in "UE":
                self.may_have_ended(chat, c)
        for who, listener in self.truth.of("listener").items():
            before = self.old.of("listener").get(who, {})
            if int(listener.get("ms", 0)) > int(before.get("ms", 0)):
                shown = [chat for chat, c in self.old.chats("O").items() if c["l"] == who]
                assert shown, f"{who} missed what was not offered"
        for person, processes in self.at.items():
            marks = self.truth.connections().get(person, set())
            held = {p for p in self.processes if mark_of(p) in marks}
            assert held == processes, f"{person} is on {sorted(processes)}, not {sorted(held)}"
        self.may_end.clear()

    def note_absences(self) -> None:
        people = {c["pe"] for c in self.truth.of("chat").values()}
        for person in people:
            if self.truth.is_present(person):
                self.absent_since.pop(person, None)
            else:
                self.absent_since.setdefault(person, self.truth.now_ms)
        for chat, c in self.truth.of("chat").items():
            if c["st"] == "P":
                self.parked_since.setdefault(chat, self.truth.now_ms)
            elif c["st"] not in "UE":
                self.parked_since.pop(chat, None)

    def may_have_ended(self, chat: str, c: dict[str, str]) -> None:
        """Nobody's chat ends but by their own doing, or after five minutes of absence."""
        if chat in self.may_end:
            return
        long_ago = self.truth.now_ms - LONG_MS
        if c["er"] == "seeker_gone":
            assert self.absent_since[c["pe"]] <= long_ago, f"{chat} ended too early"
        else:
            assert c["er"] == "away_too_long", f"{chat} ended by itself: {c['er']}"
            assert self.parked_since[chat] <= long_ago, f"{chat} ended too early"
