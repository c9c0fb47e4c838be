"""What a made-up day is like, in figures. Where nobody published a figure the comment says "assumed".

Sources: published figures of Crisis Text Line, Shout, Kids Help Phone, krisenchat and Ontario's distress centres.
"""

import math
from dataclasses import dataclass

HOUR_MS = 3_600_000
#: Highest first by custom: a person in imminent danger is risk 3.
RISKS = (0, 1, 2, 3)
#: Share of the peak rate by hour of the day: peak at 22:00, trough about 10:00, half of all between 16 and 24 h.
DAY_CURVE = (
    *(0.80, 0.62, 0.48, 0.38, 0.31, 0.27, 0.24, 0.22, 0.21, 0.20, 0.20, 0.22),
    *(0.26, 0.30, 0.34, 0.40, 0.47, 0.54, 0.62, 0.72, 0.84, 0.95, 1.00, 0.93),
)
#: Monday first (assumed).
WEEKDAYS = (1.04, 1.02, 1.00, 0.98, 0.94, 0.96, 1.06)
#: Twelve languages, the k-th as frequent as 1/k^1.2 (assumed).
LANGUAGES = ("en", "es", "de", "fr", "pt", "ar", "tr", "pl", "uk", "it", "nl", "sv")


class BadScenario(ValueError):
    """A day that can't be. The message is one sentence for the person who asked for it."""


class BadFigure(BadScenario):
    """A figure that no day can have: `name` is the field's, `wrong` the rest of the sentence about it.

    Whoever let people give it by another name says that one instead.
    """

    def __init__(self, name: str, wrong: str) -> None:
        super().__init__(f"{name} {wrong}")
        self.name, self.wrong = name, wrong


@dataclass(frozen=True, slots=True)
class Spike:
    """More people than the day curve says, for a while: a broadcast, an attack, a storm."""

    start_hour: float
    hours: float
    factor: float


@dataclass(frozen=True, slots=True)
class Barrier:
    """The engine lives another life, after a failover say: nothing is matched for so long."""

    start_hour: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ProcessLoss:
    """A web process dies with its share of all connections. People come back to another one by themselves."""

    start_hour: float
    share: float
    #: So long until others know (docs/edge.md): until then offers go to people who don't see them.
    found_after_s: float = 1.0
    #: Within the 10 s after which a place is parked, as 10,000 who were cut off together did (docs/load.md).
    back_after_s: tuple[float, float] = (0.5, 8.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of day. Shares are of 1, rates per minute, lengths in seconds unless the name says otherwise."""

    hours: float = 24
    #: The clock at the first measured arrival; before it so long of the same day runs unmeasured.
    start_hour: float = 10
    warm_up_hours: float = 1
    weekday: int = 0
    peak_per_min: float = 12
    #: Units of capacity on duty for each chat that would be open if nobody waited or left.
    staffing: float = 1.15
    has_day_curve: bool = True
    #: Coefficient of variation of a whole day's volume round its forecast; one month of one service had up to 2.5x.
    day_cv: float = 0.15
    spike: Spike | None = None
    barrier: Barrier | None = None
    process_loss: ProcessLoss | None = None

    languages: tuple[str, ...] = LANGUAGES
    #: Speak the first language, too (assumed); a request overflows into it after a while.
    second_language_share: float = 0.4
    risk_shares: tuple[float, ...] = (0.60, 0.25, 0.12, 0.03)
    #: Need one of the topics for which a listener must be cleared (assumed).
    hard_share: float = 0.08
    topics: int = 12
    hard_topics: int = 4
    #: 64% come once. Of the others so many wish for the listener they had (assumed).
    returning_share: float = 0.30
    avoids_share: float = 0.10
    patience_median_s: float = 600
    #: So that 5% of the lognormal leave within 20 s, one draw in twenty is short, with this mean.
    impatient_share: float = 0.05
    impatient_mean_s: float = 20
    patience_sigma: float = 1.0
    is_patience_exponential: bool = False
    retry_share: float = 0.15
    retry_after_s: tuple[float, float] = (300, 1800)

    chat_median_s: float = 1500
    chat_sigma: float = 0.6
    is_chat_exponential: bool = False
    #: Each further chat at the same time makes all of them so much longer (assumed; the direction is published).
    slow_down: float = 0.12
    wrap_up_s: float = 60
    gap_s: float = 20
    offer_s: float = 25
    confirm_s: float = 15
    answer_s: tuple[float, float] = (3, 7)
    confirms_s: tuple[float, float] = (1, 5)
    miss_share: float = 0.06
    decline_share: float = 0.03

    capacity_shares: tuple[float, ...] = (0.25, 0.40, 0.25, 0.10)
    #: Highest risk level that a listener is cleared for: none, low, high, imminent (assumed).
    level_shares: tuple[float, ...] = (0.15, 0.25, 0.30, 0.30)
    #: Whoever plans keeps so many cleared for imminent danger on duty in each language, while there is work for them.
    danger_cover: int = 0
    hard_cleared_share: float = 0.6
    emergency_share: float = 0.7
    shift_hours: float = 2
    break_share: float = 0.3
    break_s: float = 600
    no_show_share: float = 0.08
    #: After two misses in a row a listener is paused; so long until they notice and come back (assumed).
    back_after_s: float = 300

    def __post_init__(self) -> None:
        """Raises BadScenario."""
        for name, lowest, highest in (
            ("hours", 0.5, 24 * 14),
            ("start_hour", 0, 24),
            ("warm_up_hours", 0.1, 24),
            ("peak_per_min", 0.01, 1000),
            ("staffing", 0.05, 20),
            ("day_cv", 0, 1),
            ("chat_median_s", 1, 6 * 3600),
            ("patience_median_s", 1, 6 * 3600),
        ):
            value = getattr(self, name)
            if not (math.isfinite(value) and lowest <= value <= highest):
                raise BadFigure(name, f"must be from {lowest:g} to {highest:g}, not {value:g}.")
        if self.danger_cover not in range(21):
            raise BadFigure("danger_cover", f"must be from 0 to 20, not {self.danger_cover}.")
        if self.weekday not in range(7):
            raise BadFigure("weekday", f"must be from 0 (Monday) to 6, not {self.weekday}.")
        for name in ("risk_shares", "level_shares", "capacity_shares"):
            if abs(sum(getattr(self, name)) - 1) > 1e-6:
                raise BadFigure(name, "must add up to 1.")
        if self.spike and not (
            0 <= self.spike.start_hour < math.inf and 0 < self.spike.hours < math.inf and 0 < self.spike.factor <= 100
        ):
            raise BadFigure("spike", "needs a length above 0, a start at or after 0 and a factor above 0 to 100.")
        if self.barrier and not (0 <= self.barrier.start_hour <= self.hours and 0 < self.barrier.seconds <= 3600):
            raise BadFigure("barrier", "needs a start within the measured hours, and above 0 to 3600 seconds.")
        if self.process_loss and not (
            0 <= self.process_loss.start_hour <= self.hours and 0 < self.process_loss.share <= 1
        ):
            raise BadFigure("process_loss", "needs a start within the measured hours, and a share above 0 to 1.")

    @property
    def mean_chat_s(self) -> float:
        """Expected length of a chat by itself, without slow-down."""
        return self.chat_median_s if self.is_chat_exponential else self.chat_median_s * math.exp(self.chat_sigma**2 / 2)

    @property
    def handle_s(self) -> float:
        """So long a unit of capacity is in use for one chat: answering, chat, wrap-up."""
        return sum(self.answer_s) / 2 + self.mean_chat_s + self.wrap_up_s

    @property
    def mean_capacity(self) -> float:
        return sum(share * (index + 1) for index, share in enumerate(self.capacity_shares))

    @property
    def warm_up_ms(self) -> int:
        return round(self.warm_up_hours * HOUR_MS)

    @property
    def measured_ms(self) -> int:
        return round(self.hours * HOUR_MS)

    def at_ms(self, hour: float) -> int:
        """So many hours after the measured ones began."""
        return self.warm_up_ms + round(hour * HOUR_MS)

    @property
    def end_ms(self) -> int:
        """The day is cut here: half an hour after the last measured arrival, with people still coming until then."""
        return self.warm_up_ms + self.measured_ms + HOUR_MS // 2


def language_shares(languages: tuple[str, ...]) -> list[float]:
    """How frequent each language is, the first one most."""
    weights = [1 / (k + 1) ** 1.2 for k in range(len(languages))]
    return [weight / sum(weights) for weight in weights]


def one_pool(*, peak_per_min: float, units: float, handle_s: float, patience_s: float, hours: float = 24) -> Scenario:
    """A day that Erlang-A describes exactly: one line, one chat a listener, no memory anywhere, nobody declines.

    `units` listeners are on duty throughout.
    """
    return Scenario(
        hours=hours,
        # It begins empty and with everybody free, which a formula for the long run doesn't know.
        warm_up_hours=max(0.5, 8 * handle_s / 3600),
        peak_per_min=peak_per_min,
        staffing=units / (peak_per_min / 60 * handle_s),
        has_day_curve=False,
        day_cv=0,
        languages=("en",),
        second_language_share=0,
        risk_shares=(1, 0, 0, 0),
        hard_share=0,
        returning_share=0,
        avoids_share=0,
        patience_median_s=patience_s,
        is_patience_exponential=True,
        impatient_share=0,
        retry_share=0,
        chat_median_s=handle_s,
        is_chat_exponential=True,
        slow_down=0,
        wrap_up_s=0,
        gap_s=0,
        answer_s=(0, 0),
        confirms_s=(0, 0),
        miss_share=0,
        decline_share=0,
        capacity_shares=(1,),
        level_shares=(1,),
        shift_hours=0,
        break_share=0,
        no_show_share=0,
    )
