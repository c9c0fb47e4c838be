"""Who may be granted what now: proposed to the admins, or granted where they said so."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.clearances import is_valid
from chat.accounts.directory import clearances_of
from chat.accounts.refusal import Refused
from chat.accounts.tables import StaffRow
from config.database import Database
from config.log import get_logger
from listener_training.certification.issuing import BY_RULE, grant_certificate
from listener_training.certification.record import GradeRecord
from listener_training.certification.rule_set import RuleSet
from listener_training.certification.standing import Rulebook, everybody_by, switches

log = get_logger("certification")

#: So many people are looked at before others in the process get a turn.
_TURN = 20


class Due(NamedTuple):
    """Somebody meets the rules of a grade. `is_automatic`: the admins want it granted without being asked."""

    person_id: str
    display_name: str
    rules: RuleSet
    grade: GradeRecord
    is_automatic: bool


async def due_now(session: AsyncSession, book: Rulebook, now_ms: int) -> list[Due]:
    """Everybody active who may be granted something now, by the rule sets in force; by name."""
    query = select(StaffRow.person_id, StaffRow.display_name).where(StaffRow.is_active)
    names = {row.person_id: row.display_name for row in await session.execute(query)}
    switched = await switches(session, book)
    found: list[Due] = []
    for rules in book.rule_sets.values():
        switch = switched[rules.id]
        if not switch.is_in_force:
            continue
        number = 0
        async for person_id, grades in everybody_by(session, book, rules, list(names), now_ms):
            number += 1
            if number % _TURN == 0:
                await asyncio.sleep(0)
            for grade in grades.values():
                if grade.is_due:
                    is_automatic = switch.is_automatic and grade.may_be_automatic
                    found.append(Due(person_id, names[person_id], rules, grade, is_automatic))
    return sorted(found, key=lambda due: (due.display_name, due.person_id))


async def grant_automatically(
    database: Database, book: Rulebook, key_of: Callable[[], Ed25519PrivateKey], *, issuer: str, now_ms: int
) -> int:
    """Grant what the admins want granted without being asked. Returns how many certificates those were.

    `key_of` is called only where something is to be signed; what it raises comes through.

    Never what was withdrawn, from a person or from their clearances: that takes somebody who looks at it.
    """
    async with database.read() as session:
        switched = await switches(session, book)
        if not any(switch.is_in_force and switch.is_automatic for switch in switched.values()):
            return 0
        wanted = [due for due in await due_now(session, book, now_ms) if due.is_automatic]
        wanted = [due for due in wanted if not await _was_withdrawn(session, due, now_ms)]
    if not wanted:
        return 0
    key, granted = key_of(), 0
    for due in wanted:
        try:
            async with database.write() as session:
                await grant_certificate(
                    session,
                    book,
                    key,
                    due.person_id,
                    due.rules,
                    due.grade.grade,
                    by=BY_RULE,
                    issuer=issuer,
                    now_ms=now_ms,
                )
        except Refused:
            continue  # somebody else was first, or took something back meanwhile
        log.info("certificate_granted", person_id=due.person_id, rule_set=due.rules.id, grade=due.grade.grade.id)
        granted += 1
    return granted


async def _was_withdrawn(session: AsyncSession, due: Due, now_ms: int) -> bool:
    held = (await clearances_of(session, [due.person_id]))[due.person_id]
    for clearance in due.grade.grade.clearances:
        rows = [row for row in held if f"{row.kind}:{row.value}" == clearance]
        if any(is_valid(row, now_ms) for row in rows):
            continue
        if rows and rows[-1].withdrawn_at_ms is not None:
            return True
    return False
