"""What somebody holds, what is missing and what ends when, by one rule set. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from listener_training.certification.days import add_months
from listener_training.certification.fulfilment import Achievement, Fulfilment, Shelf, fulfilment_of
from listener_training.certification.rule_set import Grade, RuleSet, asks_practice

State = Literal["none", "held", "lapsed", "withdrawn"]


class Granted(NamedTuple):
    """A certificate that was granted. `expires_on`: the first day on which it doesn't hold any more."""

    certificate_id: str
    grade_id: str
    granted_on: date
    expires_on: date | None = None
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class GradeRecord:
    """One person and one grade. `granted` is the last certificate, whatever became of it.

    `open_asks`: what counts now: for the first time, or for the renewal. `is_due`: it may be granted now, until
    `would_expire_on`. `may_be_automatic` false: somebody has to look first.
    """

    grade: Grade
    state: State
    granted: Granted | None
    is_renewal: bool
    asks: tuple[Fulfilment, ...]
    #: grades that must be held, too, and are not
    lacks: tuple[str, ...]
    is_due: bool
    may_be_automatic: bool
    would_expire_on: date | None
    #: the first day on which a renewal may be granted; None: there is nothing to renew
    renewable_on: date | None = None
    #: it ends soon, or has ended
    is_reminded: bool = False

    @property
    def is_held(self) -> bool:
        """Does it hold today?"""
        return self.state == "held"

    @property
    def missing(self) -> tuple[Fulfilment, ...]:
        """What is not there yet."""
        return tuple(one for one in self.asks if not one.is_met)


def record_of(
    rules: RuleSet,
    achievements: Iterable[Achievement],
    granted: Iterable[Granted],
    today: date,
    shelf: Shelf,
) -> dict[str, GradeRecord]:
    """Grade -> how it stands today. `granted`: all certificates of this rule set, oldest first.

    What was achieved after today doesn't count. The last certificate of a grade decides: a withdrawn one stays
    withdrawn until the grade is granted anew, whatever else was achieved.
    """
    done = [one for one in achievements if one.on <= today]
    last = {one.grade_id: one for one in granted}
    records: dict[str, GradeRecord] = {}
    for grade in rules.in_order():
        records[grade.id] = _grade_record(grade, last.get(grade.id), done, records, today, shelf)
    return records


def holds(granted: Granted, today: date) -> bool:
    """Does a certificate hold on that day? To the day: not any more on `expires_on`."""
    return not granted.is_withdrawn and (granted.expires_on is None or today < granted.expires_on)


def _grade_record(
    grade: Grade,
    last: Granted | None,
    done: Sequence[Achievement],
    records: Mapping[str, GradeRecord],
    today: date,
    shelf: Shelf,
) -> GradeRecord:
    state = _state(last, today)
    is_renewal = last is not None and state in ("held", "lapsed") and (state == "held" or bool(grade.renewal))
    after = last.granted_on if is_renewal and last is not None else None
    asks = tuple(fulfilment_of(ask, done, shelf, after=after) for ask in (grade.renewal if is_renewal else grade.asks))
    bases = [records[one] for one in grade.needs if one in records]
    lacks = tuple(one for one in grade.needs if one not in records or not records[one].is_held)
    expires_on = _would_expire_on(grade, last if state == "held" else None, bases, today)
    renewable_on = _renewable_on(grade, last) if state == "held" else None
    is_due = not lacks and all(one.is_met for one in asks)
    if state == "held" and last is not None:
        is_longer = last.expires_on is not None and (expires_on is None or expires_on > last.expires_on)
        is_due = is_due and is_longer and renewable_on is not None and today >= renewable_on
    may_be_automatic = state != "withdrawn" and not asks_practice(grade)
    is_reminded = state == "lapsed" or (renewable_on is not None and today >= renewable_on)
    return GradeRecord(
        grade, state, last, is_renewal, asks, lacks, is_due, may_be_automatic, expires_on, renewable_on, is_reminded
    )


def _state(last: Granted | None, today: date) -> State:
    if last is None:
        return "none"
    if last.is_withdrawn:
        return "withdrawn"
    return "held" if holds(last, today) else "lapsed"


def _renewable_on(grade: Grade, last: Granted | None) -> date | None:
    if last is None or last.expires_on is None:
        return None
    return last.expires_on - timedelta(days=grade.renew_days)


def _would_expire_on(grade: Grade, held: Granted | None, bases: Iterable[GradeRecord], today: date) -> date | None:
    """A renewal goes on from the old end; nothing outlives what it rests on."""
    ends = [base.granted.expires_on for base in bases if base.granted is not None and base.granted.expires_on]
    if grade.lasts_months is not None:
        begins = held.expires_on if held is not None and held.expires_on is not None else today
        ends.append(add_months(begins, grade.lasts_months))
    return min(ends, default=None)
