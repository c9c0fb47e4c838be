"""Is a clearance valid now, and what may its holder take? Pure.

These rules stand here and not in listener_training, because sign-in needs them; granting and withdrawing is there.
"""

from collections.abc import Iterable
from typing import Literal, Protocol, get_args

from chat.protocol.fields import TOPICS, AgeBand

ClearanceKind = Literal["topic", "age_band", "risk_level"]
RISK_LEVELS = ("low", "high", "imminent")
AGE_BANDS: tuple[AgeBand, ...] = get_args(AgeBand)
#: All that can be cleared for: kind -> values.
CLEARABLE: dict[ClearanceKind, tuple[str, ...]] = {
    "topic": TOPICS,
    "age_band": AGE_BANDS,
    "risk_level": RISK_LEVELS,
}


class Clearance(Protocol):
    """What the rules need to know of a clearance. Times in Unix ms."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def expires_at_ms(self) -> int | None: ...
    @property
    def withdrawn_at_ms(self) -> int | None: ...


def is_valid(clearance: Clearance, now_ms: int) -> bool:
    """Does the clearance hold now: neither withdrawn nor run out?"""
    if clearance.withdrawn_at_ms is not None:
        return False
    return clearance.expires_at_ms is None or now_ms < clearance.expires_at_ms


def values_of(kind: ClearanceKind, clearances: Iterable[Clearance], now_ms: int) -> tuple[str, ...]:
    """What this person is cleared for now of that kind, in the order of CLEARABLE."""
    held = {c.value for c in clearances if c.kind == kind and is_valid(c, now_ms)}
    return tuple(value for value in CLEARABLE[kind] if value in held)


def age_bands_of(clearances: Iterable[Clearance], now_ms: int) -> tuple[AgeBand, ...]:
    """Which age bands may this person take now?"""
    held = {c.value for c in clearances if c.kind == "age_band" and is_valid(c, now_ms)}
    return tuple(band for band in AGE_BANDS if band in held)
