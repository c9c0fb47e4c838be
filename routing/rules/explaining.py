"""Why an offer went where it went: from the note that the scripts left to a sentence. Pure.

The note is `<side>|<reason>|<considered>` (`why` in routing/store/lua/04_match.lua). Side S: a request arrived or came
back, and listeners were compared, each as `<listener>:<percent of capacity in use>:<1 if a topic is shared>`. Side L: a
listener got room, and lines were compared by their heads, each as `<language>:<cell>:<ms its head had waited>`
there (who came by a second language counts as having come later). Its reason ends with `+apart` where somebody before
is kept apart from this listener, and with `+asked` where the head of their other age band would go before, and nobody
there could be offered to them. That head is named last, with `elsewhere` for a language; no more is known of it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: The wait at which heads of two lines are level, by risk; the scripts have the same numbers (02_lines.lua).
TARGETS_S = (180, 120, 60, 15)
URGENT = 3
#: Stands for a language where a line is of the listener's other age band.
ELSEWHERE = "elsewhere"
#: A topic in common may overtake so much of arrival.
OVERTAKE_S = 30


@dataclass(frozen=True, slots=True)
class ListenerSeen:
    """One listener of those compared: `load` is the percentage of their capacity that was in use."""

    listener: str
    load: int
    shares_topic: bool


@dataclass(frozen=True, slots=True)
class LineSeen:
    """One line of those compared. `level` and `hard`: the clearance that it takes, as in a cell."""

    language: str
    risk: int
    level: int
    hard: int
    waited_ms: int

    @property
    def is_elsewhere(self) -> bool:
        """The listener's other age band: its head, and the risk alone of what that takes."""
        return self.language == ELSEWHERE

    @property
    def cell(self) -> str:
        return f"{self.risk}.{self.level}.{self.hard}"

    @property
    def share_of_target(self) -> int:
        """How much of its target the head had waited, in per cent."""
        return self.waited_ms // (10 * TARGETS_S[self.risk])

    @property
    def waited_s(self) -> int:
        return self.waited_ms // 1000


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read: `listeners` on the seeker's side, `lines` on the listener's; of many the first five or six."""

    is_listener_side: bool
    reason: str
    listeners: tuple[ListenerSeen, ...] = ()
    lines: tuple[LineSeen, ...] = ()
    #: further reasons on the listener's side: `apart`, `asked`
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """One offer: a request held for a listener. `cell`: the line that the request stood in."""

    offer_id: str
    listener: str
    made_at_ms: int
    arrived_at_ms: int
    cell: str
    note: Note

    @property
    def waited_ms(self) -> int:
        return max(0, self.made_at_ms - self.arrived_at_ms)

    @property
    def share_of_target(self) -> int:
        """How much of the target at its risk the request had waited, in per cent."""
        return self.waited_ms // (10 * TARGETS_S[parse_cell(self.cell)[0]])


@dataclass(frozen=True, slots=True)
class Explanation:
    """`why` is a key of SENTENCES. `overtook`: the line whose head had waited longest, if longer than this request.

    `besides`: the keys of what else it took, where `why` alone doesn't tell why somebody before was passed over.
    """

    why: str
    overtook: LineSeen | None = None
    besides: tuple[str, ...] = ()


SENTENCES = {
    "asked_for": "The seeker had asked for {listener}, who was free.",
    "only_free": "{listener} was the only one free who may take this.",
    "least_busy": "{listener} had the least of their capacity in use ({load} %).",
    "shares_topic": "Of those with equally little to do ({load} %), {listener} is trained in what it is about.",
    "longest_free": "Of those with equally little to do ({load} %), {listener} had been free longest.",
    "one_more_in_danger": "Nobody was free, and {listener} takes one more who is in danger.",
    "came_back": "The seeker had asked for {listener}, and nobody whom they may take had waited past their target.",
    "in_danger": "Whoever is in danger goes first.",
    "in_danger_one_more": "{listener} was full, and takes one more who is in danger.",
    "only_line": "First in the only line with somebody waiting whom {listener} may serve.",
    "longest_wait": "Nobody in the lines that {listener} may serve had waited longer there.",
    "second_language": (
        "Nobody came free in the first of the seeker's languages; {listener} speaks another of them, and nobody there"
        " goes before."
    ),
    "nearest_target": "Had waited {share} % of this risk's target ({target} s), more than the head of any other line.",
    "topic": "It suits what {listener} is trained in; that may go before whoever came at most {overtake} s earlier.",
    "other_band_asked": "The other age band was asked first, and nobody there could be offered to {listener} then.",
    "others_kept_apart": "Those before can't be offered to {listener}: declined a moment ago, or kept apart.",
}


#: Keys of SENTENCES for what a note names besides its reason.
BESIDES = {"apart": "others_kept_apart", "asked": "other_band_asked"}


def parse_note(text: str) -> Note:
    """Raises ValueError for anything that the scripts don't write."""
    parts = text.split("|")
    if len(parts) != 3 or parts[0] not in ("S", "L"):
        raise ValueError(f"not an explanation: {text[:80]!r}")
    side, reason, considered = parts
    items = [item for item in considered.split(",") if item]
    if side == "L":
        reason, *besides = reason.split("+")
        return Note(True, reason, lines=tuple(map(_line, items)), besides=tuple(besides))
    if reason == "preferred":  # the listener alone
        return Note(False, reason)
    return Note(False, reason, listeners=tuple(map(_listener, items)))


def _listener(item: str) -> ListenerSeen:
    name, load, shares = item.rsplit(":", 2)
    return ListenerSeen(name, int(load), shares == "1")


def _line(item: str) -> LineSeen:
    language, cell, waited = item.rsplit(":", 2)
    return LineSeen(language, *parse_cell(cell), waited_ms=int(waited))


def parse_cell(cell: str) -> tuple[int, int, int]:
    """`<risk>.<level>.<mask of topics that take a clearance>` as numbers; of a chat long forgotten only zeros.

    Raises ValueError for anything else.
    """
    if not cell:
        return 0, 0, 0
    risk, level, hard = map(int, cell.split("."))
    if not 0 <= risk < len(TARGETS_S):
        raise ValueError(f"no such risk: {cell!r}")
    return risk, level, hard


def explain(made: MadeOffer) -> Explanation:
    """Why this one, and whom it went before. Unknown reasons stay as they are."""
    if made.note.is_listener_side:
        longest = max(made.note.lines, key=lambda line: line.waited_ms, default=None)
        is_overtaking = longest is not None and longest.waited_ms > made.waited_ms
        # Whoever was asked first and could not be offered was not overtaken for what the reason says.
        compared = [line for line in made.note.lines if not (line.is_elsewhere and "asked" in made.note.besides)]
        why = _why_this_seeker(made, compared)
        besides = (BESIDES.get(one, one) for one in made.note.besides)
        return Explanation(why, longest if is_overtaking else None, tuple(one for one in besides if one != why))
    return Explanation(_why_this_listener(made))


def _why_this_listener(made: MadeOffer) -> str:
    if made.note.reason == "preferred":
        return "asked_for"
    if made.note.reason == "emergency":
        return "one_more_in_danger"
    if made.note.reason != "free":
        return made.note.reason
    own = next((seen for seen in made.note.listeners if seen.listener == made.listener), None)
    others = [seen for seen in made.note.listeners if seen.listener != made.listener]
    if not others:
        return "only_free"
    if own is None or all(seen.load > own.load for seen in others):
        return "least_busy"
    equals = [seen for seen in others if seen.load == own.load]
    return "shares_topic" if own.shares_topic and not all(seen.shares_topic for seen in equals) else "longest_free"


def _why_this_seeker(made: MadeOffer, lines: Sequence[LineSeen]) -> str:
    reason = made.note.reason
    known = {"returning": "came_back", "danger": "in_danger", "emergency": "in_danger_one_more", "topic": "topic"}
    known["second"] = "second_language"
    if reason != "head":
        return known.get(reason, reason)
    # The first one named is the line that went first, even where nobody there can meet this listener. Waits of heads
    # and of the request were counted at the same instant, so where the request is its head they are equal. (Notes of
    # an earlier version don't say `+apart`.)
    if not lines or "apart" in made.note.besides or (lines[0].cell, lines[0].waited_ms) != (made.cell, made.waited_ms):
        return "others_kept_apart"
    if max(line.waited_ms for line in lines) > made.waited_ms:
        return "nearest_target"
    return "only_line" if len(lines) == 1 else "longest_wait"


def sentences_of(reasons: Iterable[str], *, listener: str, load: int | None, share: float, target_s: int) -> str:
    """The sentences for these keys of SENTENCES; a reason that has none is named as it is.

    `load`: percent of the listener's capacity in use; `share`: percent of the target that was waited.
    """
    return " ".join(
        SENTENCES.get(why, "Reason: {why}.").format(
            why=why, listener=listener, load=load or 0, share=share, target=target_s, overtake=OVERTAKE_S
        )
        for why in reasons
    )


#: What may become of an offer. `not_confirmed`: accepted, and the seeker was not there any more; `taken_back`: never
#: shown, since the listener's other age band had offered them somebody at the same moment.
OUTCOMES = {
    "open": "still open",
    "accepted": "accepted",
    "declined": "declined",
    "expired": "not answered in time",
    "not_confirmed": "accepted, and the seeker did not confirm that they were there",
    "seeker_away": "withdrawn: the seeker's connection was lost",
    "seeker_left": "withdrawn: the seeker left the line",
    "listener_away": "withdrawn: the listener's connection was lost",
    "listener_lost": "accepted, and the listener was gone before the chat opened",
    "not_available": "withdrawn: the listener was not available any more",
    "withdrawn": "withdrawn",
    "taken_back": "taken back before it was shown: another chat had gone to this listener",
}


def outcome_of(chat: Mapping[str, str], turn: int) -> str:
    """What became of the offer `<chat>.<turn>`, from the chat's hash: a key of OUTCOMES."""
    end = chat.get(f"oe:{turn}", "")
    answer = chat.get(f"an:{turn}", "")
    if answer.endswith(":1"):
        return {"": "accepted", "seeker_away": "not_confirmed"}.get(end, end)
    if answer:
        return "declined"
    if end:
        return end
    return "open" if chat.get("st") == "O" and chat.get("turn") == str(turn) else "taken_back"
