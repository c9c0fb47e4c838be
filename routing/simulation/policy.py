"""Policies to compare: who is served next, and by whom. The house's own is the one that the scripts carry out."""

from dataclasses import dataclass, replace
from typing import Literal

#: How a freed listener chooses. `target`: risk 3 first, else whoever has waited most of their risk's target.
Order = Literal["target", "strict_risk", "fifo", "lifo"]
#: How a seeker's listener is chosen.
Choice = Literal["least_utilised", "longest_idle"]
#: Whether a topic in common counts, and before what.
Topics = Literal["ignored", "after_utilisation", "before_utilisation"]
#: When matches are made. `poll`: one head a language every few seconds; `head_of_line`: one line, whose head blocks it.
Pace = Literal["at_once", "poll", "batch", "head_of_line"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Knobs of the twin. Only those with `is_house` can be carried out by the scripts, too. Times in ms."""

    name: str
    title: str
    order: Order = "target"
    choice: Choice = "least_utilised"
    topics: Topics = "after_utilisation"
    prefers: bool = True
    emergency: bool = True
    urgent_offer_ms: int = 8_000
    #: A returning seeker's wish: so long only their own listener is asked.
    hold_ms: int = 0
    #: After so long a wait the second language's listeners are asked, too.
    overflow_ms: int = 300_000
    #: Or at once where nobody on duty could take the request in its first language.
    are_asked_where_nobody_else_is: bool = True
    #: There they stand as if they had come so many times `overflow_ms` later.
    second_place: int = 2
    #: Those in danger stand in the lines of all their languages from the start.
    danger_in_all_lines: bool = True
    #: By risk: the wait at which heads of two lines are level.
    targets_ms: tuple[int, ...] = (180_000, 120_000, 60_000, 15_000)
    overtake_ms: int = 30_000
    pace: Pace = "at_once"
    tick_ms: int = 0

    @property
    def is_house(self) -> bool:
        """Can the scripts do this? They know the windows, the hold and whether people take emergencies."""
        house = replace(
            HOUSE,
            name=self.name,
            title=self.title,
            emergency=self.emergency,
            urgent_offer_ms=self.urgent_offer_ms,
            hold_ms=self.hold_ms,
            overflow_ms=self.overflow_ms,
        )
        return self == house


#: Longer than any made-up wait: never.
NEVER_MS = 10**9
HOUSE = Policy("house", "Tealight")
#: What a fair and simple service does; all others are measured against it.
FIFO = Policy(
    "fifo",
    "First come, longest idle",
    order="fifo",
    choice="longest_idle",
    topics="ignored",
    prefers=False,
    emergency=False,
    urgent_offer_ms=25_000,
    overflow_ms=NEVER_MS,
    danger_in_all_lines=False,
    are_asked_where_nobody_else_is=False,
)


def _all() -> tuple[Policy, ...]:
    return (
        HOUSE,
        FIFO,
        replace(FIFO, name="strict-risk", title="Strict risk, longest idle", order="strict_risk"),
        replace(FIFO, name="lifo", title="Last come, longest idle", order="lifo"),
        replace(FIFO, name="poll", title="One head a language every 5 s", pace="poll", tick_ms=5_000),
        replace(FIFO, name="head-of-line", title="One line, blocked by its head", pace="head_of_line"),
        replace(HOUSE, name="batch", title="Tealight in batches of 10 s", pace="batch", tick_ms=10_000),
        replace(HOUSE, name="no-emergency", title="Tealight without emergency units", emergency=False),
        replace(HOUSE, name="long-window", title="Tealight with 25 s for every offer", urgent_offer_ms=25_000),
        replace(HOUSE, name="topic-first", title="Tealight, topic before load", topics="before_utilisation"),
        replace(HOUSE, name="no-topic", title="Tealight, topics ignored", topics="ignored"),
        replace(HOUSE, name="one-line", title="Tealight, danger in one line at first", danger_in_all_lines=False),
        replace(HOUSE, name="whole-wait", title="Tealight, second languages by arrival", second_place=0),
        replace(HOUSE, name="two-minutes", title="Tealight, second languages after 2 min", overflow_ms=120_000),
        replace(
            HOUSE,
            name="after-a-while",
            title="Tealight, second languages never before 5 min",
            are_asked_where_nobody_else_is=False,
        ),
        replace(
            HOUSE,
            name="one-language",
            title="Tealight without second languages",
            overflow_ms=NEVER_MS,
            danger_in_all_lines=False,
            are_asked_where_nobody_else_is=False,
        ),
        replace(HOUSE, name="hold", title="Tealight, returning seekers hold 2 min", hold_ms=120_000),
        replace(HOUSE, name="flat-targets", title="Tealight, one target for risk 0-2", targets_ms=(1, 1, 1, 1)),
    )


POLICIES: dict[str, Policy] = {policy.name: policy for policy in _all()}
