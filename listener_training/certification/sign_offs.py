"""Signing off what no machine can judge: reviews, and hours of learning. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.ids import new_id
from chat.accounts.people import get_person
from chat.accounts.refusal import Refused
from listener_training.certification.days import day_of
from listener_training.certification.rule_set import RuleSet
from listener_training.certification.tables import SignOffRow

COMMENT_MAX = 2000
#: One entry is a course or a weekend, not a life.
MINUTES_MAX = 200 * 60


async def sign_off(
    session: AsyncSession,
    person_id: str,
    rules: RuleSet,
    *,
    item: str | None,
    subject: str | None,
    minutes: int | None,
    done_on: date,
    comment: str,
    by: str,
    now_ms: int,
) -> SignOffRow:
    """Keep that a review (`item`) went well, or so many minutes of learning in a subject. Raises Refused."""
    await get_person(session, person_id)
    if person_id == by:
        raise Refused("not_yourself", "Nobody signs off what they did themselves.")
    if (item is None) == (subject is None) or (subject is None) != (minutes is None):
        raise Refused("bad_sign_off", "Sign off either an item, or a subject with its minutes.")
    if item is not None and item not in rules.items:
        raise Refused("bad_sign_off", "This rule set has no such item.")
    if subject is not None and subject not in rules.subjects:
        raise Refused("bad_sign_off", "This rule set has no such subject.")
    if done_on > day_of(now_ms):
        raise Refused("bad_sign_off", "That day is not over yet.")
    row = SignOffRow(
        sign_off_id=new_id("o"),
        person_id=person_id,
        rule_set_id=rules.id,
        item=item,
        subject=subject,
        minutes=minutes,
        done_on=done_on.isoformat(),
        comment=comment.strip(),
        signed_by=by,
        signed_at_ms=now_ms,
    )
    session.add(row)
    detail = {
        "sign_off_id": row.sign_off_id,
        "rule_set": rules.id,
        "item": item,
        "subject": subject,
        "minutes": minutes,
    }
    record(session, by=by, act="sign_off", about=person_id, at_ms=now_ms, detail=detail)
    await session.flush()
    return row


async def strike(session: AsyncSession, person_id: str, sign_off_id: str, *, by: str, now_ms: int) -> None:
    """Take a sign-off back that was a mistake. Certificates that were granted meanwhile stay. Raises Refused."""
    row = await session.get(SignOffRow, sign_off_id)
    if row is None or row.person_id != person_id:
        raise Refused("no_such_sign_off", "There is no such sign-off.")
    if row.struck_at_ms is None:
        row.struck_by, row.struck_at_ms = by, now_ms
        record(
            session, by=by, act="strike_sign_off", about=person_id, at_ms=now_ms, detail={"sign_off_id": sign_off_id}
        )
        await session.flush()


async def sign_offs_of(session: AsyncSession, person_id: str) -> Sequence[SignOffRow]:
    """All of a person's, newest first, the struck ones too."""
    query = select(SignOffRow).where(SignOffRow.person_id == person_id)
    return (await session.scalars(query.order_by(SignOffRow.done_on.desc(), SignOffRow.signed_at_ms.desc()))).all()
