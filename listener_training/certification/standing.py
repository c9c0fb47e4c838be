"""How people stand by the rule sets in force: the tables on one side, the pure rules on the other."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from listener_training.certification.days import day_of
from listener_training.certification.gathering import achievements_of
from listener_training.certification.library import shelf_of
from listener_training.certification.record import GradeRecord, Granted, record_of
from listener_training.certification.rule_set import RuleSet
from listener_training.certification.tables import CertificateRow, RuleSetSwitchRow
from listener_training.curriculum.course import Course


@dataclass(frozen=True)
class Rulebook:
    """The rule sets that this service has, and the courses that they speak of."""

    rule_sets: Mapping[str, RuleSet]
    courses: Mapping[str, Course]


@dataclass(frozen=True, slots=True)
class Switch:
    """`is_automatic`: whoever meets the rules is granted the certificate; else an admin confirms."""

    is_in_force: bool
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One person by one rule set."""

    rules: RuleSet
    switch: Switch
    grades: Mapping[str, GradeRecord]


async def switches(session: AsyncSession, book: Rulebook) -> dict[str, Switch]:
    """Rule set -> what the admins decided. As shipped: in force unless it is an example, and never automatic."""
    rows = {row.rule_set_id: row for row in await session.scalars(select(RuleSetSwitchRow))}
    return {
        rules.id: Switch(rows[rules.id].is_in_force, rows[rules.id].is_automatic)
        if rules.id in rows
        else Switch(not rules.is_example, False)
        for rules in book.rule_sets.values()
    }


async def certificates_of(session: AsyncSession, person_id: str | None = None) -> Sequence[CertificateRow]:
    """Every certificate of a person, or of all, oldest first."""
    query = select(CertificateRow)
    if person_id is not None:
        query = query.where(CertificateRow.person_id == person_id)
    return (await session.scalars(query.order_by(CertificateRow.granted_at_ms, CertificateRow.certificate_id))).all()


def granted_in(rows: Sequence[CertificateRow], rule_set_id: str) -> list[Granted]:
    """Rows as the rules see them."""
    return [
        Granted(
            row.certificate_id,
            row.grade_id,
            day_of(row.granted_at_ms),
            None if row.expires_at_ms is None else day_of(row.expires_at_ms),
            row.withdrawn_at_ms is not None,
        )
        for row in rows
        if row.rule_set_id == rule_set_id
    ]


async def standing_of(
    session: AsyncSession, book: Rulebook, rules: RuleSet, person_id: str, now_ms: int
) -> dict[str, GradeRecord]:
    """One person's grades of one rule set."""
    achieved = await achievements_of(session, book.courses, rules.id, person_id)
    granted = granted_in(await certificates_of(session, person_id), rules.id)
    return record_of(
        rules,
        achieved.get(person_id, ()),
        granted,
        day_of(now_ms),
        shelf_of(book.courses),
    )


async def standings_of(session: AsyncSession, book: Rulebook, person_id: str, now_ms: int) -> list[Standing]:
    """One person by every rule set in force, and by those under which they hold a certificate."""
    switched = await switches(session, book)
    held = {row.rule_set_id for row in await certificates_of(session, person_id)}
    return [
        Standing(rules, switched[rules.id], await standing_of(session, book, rules, person_id, now_ms))
        for rules in book.rule_sets.values()
        if switched[rules.id].is_in_force or rules.id in held
    ]


async def everybody_by(
    session: AsyncSession, book: Rulebook, rules: RuleSet, person_ids: Sequence[str], now_ms: int
) -> AsyncIterator[tuple[str, dict[str, GradeRecord]]]:
    """Each of these people by one rule set. The tables are read once for all of them."""
    achieved = await achievements_of(session, book.courses, rules.id)
    certificates: dict[str, list[CertificateRow]] = defaultdict(list)
    for row in await certificates_of(session):
        certificates[row.person_id].append(row)
    shelf, today = shelf_of(book.courses), day_of(now_ms)
    for person_id in person_ids:
        granted = granted_in(certificates[person_id], rules.id)
        done = achieved.get(person_id, ())
        if done or granted:
            yield person_id, record_of(rules, done, granted, today, shelf)
