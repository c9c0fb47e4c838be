"""How a test ends, and when it may be tried again. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

from listener_training.curriculum.course import TestRule

#: `void`: a new version of the lesson took its questions away; it counts for nothing.
Outcome = Literal["passed", "not_passed", "void"]
_MINUTE_MS = 60_000
#: Shares are sums of fractions; the last bit must not decide.
_ROUNDING = 1e-9


class Try(Protocol):
    """What the rules need to know of an attempt; one that is open has no outcome."""

    @property
    def outcome(self) -> str | None: ...
    @property
    def ended_at_ms(self) -> int | None: ...


class Counted(NamedTuple):
    """An answer to a question. `worth` None: it doesn't count."""

    points: int
    worth: float | None


class Result(NamedTuple):
    share: float
    outcome: Outcome


def result_of(answers: Iterable[Counted], pass_mark: float) -> Result:
    """The share of the points, and whether that is enough. Where nothing counts, doing it is all that is asked."""
    counted = [(one.points, one.worth) for one in answers if one.worth is not None]
    whole = sum(points for points, _ in counted)
    share = sum(points * worth for points, worth in counted) / whole if whole else 1.0
    return Result(share, "passed" if share + _ROUNDING >= pass_mark else "not_passed")


def may_try_at_ms(tries: Sequence[Try], rule: TestRule) -> int:
    """From when on the test may be begun again; 0: there is nothing to wait for. `tries`: oldest first.

    The wait grows with the failures since the last pass: it makes room for reading again, and makes guessing slow.
    """
    counted = [one for one in tries if one.outcome in ("passed", "not_passed")]
    failures = 0
    for one in reversed(counted):
        if one.outcome == "passed":
            break
        failures += 1
    if not failures:
        return 0
    return (counted[-1].ended_at_ms or 0) + rule.wait_after(failures) * _MINUTE_MS
