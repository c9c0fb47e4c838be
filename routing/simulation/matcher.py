"""What a made-up day asks of whoever decides: the scripts or their twin. Requests and listeners are numbers."""

from dataclasses import dataclass
from typing import Protocol

from routing.simulation.people import Seeker
from routing.simulation.policy import Policy
from routing.simulation.scenario import Scenario
from routing.simulation.shifts import Listener


@dataclass(frozen=True, slots=True)
class Durations:
    """In ms, as every call of the scripts carries them."""

    offer: int
    confirm: int
    wrap_up: int
    gap: int
    urgent_offer: int
    overflow: int

    @classmethod
    def of(cls, scenario: Scenario, policy: Policy) -> "Durations":
        return cls(
            offer=round(1000 * scenario.offer_s),
            confirm=round(1000 * scenario.confirm_s),
            wrap_up=round(1000 * scenario.wrap_up_s),
            gap=round(1000 * scenario.gap_s),
            urgent_offer=policy.urgent_offer_ms,
            overflow=policy.overflow_ms,
        )


class Matcher(Protocol):
    """Each call tells what happened at an instant (ms since the day's start, never falling).

    A call adds the offers that it made to `offers`, as (request, listener), and to `paused` the listeners whom it
    paused for their misses. The caller empties both.
    """

    offers: list[tuple[int, int]]
    paused: list[int]

    def comes(self, now_ms: int, listener: Listener) -> None: ...
    def rests(self, now_ms: int, listener: Listener) -> None: ...
    def goes(self, now_ms: int, listener: Listener) -> None: ...
    def asks(self, now_ms: int, seeker: Seeker) -> None: ...
    def leaves(self, now_ms: int, request: int) -> None: ...

    def accepts(self, now_ms: int, request: int) -> bool:
        """True: the chat is open; False: the seeker is asked first whether they are still here."""
        ...

    def declines(self, now_ms: int, request: int) -> None: ...
    def confirms(self, now_ms: int, request: int) -> None: ...
    def ends(self, now_ms: int, request: int) -> None: ...

    def loses_listener(self, now_ms: int, number: int) -> None:
        """Their connection is found to be gone."""
        ...

    def regains_listener(self, now_ms: int, number: int) -> None: ...
    def loses_seeker(self, now_ms: int, request: int) -> None: ...
    def regains_seeker(self, now_ms: int, request: int) -> None: ...

    def bars(self, now_ms: int, for_ms: int) -> None:
        """The engine lives another life: nothing is matched for so long."""
        ...

    def sweeps(self, now_ms: int) -> None:
        """Act on the deadlines that have passed."""
        ...

    def ticks(self, now_ms: int) -> None:
        """Match what waits, for a policy that doesn't do it at once."""
        ...
