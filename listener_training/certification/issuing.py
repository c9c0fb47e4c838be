"""Granting and withdrawing certificates with the clearances they earn, inside the caller's transaction."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.audit import record
from chat.accounts.clearances import is_valid
from chat.accounts.directory import clearances_of, names_of
from chat.accounts.ids import new_id
from chat.accounts.people import get_person
from chat.accounts.refusal import Refused
from listener_training.certification.days import first_ms_of
from listener_training.certification.document import Claims, read, sign
from listener_training.certification.keys import make_known
from listener_training.certification.library import digest_of
from listener_training.certification.rule_set import Grade, ModulesAsk, RuleSet
from listener_training.certification.standing import Rulebook, certificates_of, standing_of
from listener_training.certification.tables import CertificateRow
from listener_training.granting import grant, withdraw
from listener_training.learning.enrolment import take_turn

REASON_MAX = 1000
REPLY_MAX = 2000
#: Stands for a person where the rules themselves granted.
BY_RULE = "rules"
CERTIFICATE_WITHDRAWN = "certificate withdrawn"


async def grant_certificate(
    session: AsyncSession,
    book: Rulebook,
    key: Ed25519PrivateKey,
    person_id: str,
    rules: RuleSet,
    grade: Grade,
    *,
    by: str,
    issuer: str,
    now_ms: int,
) -> CertificateRow:
    """Grant what is due: the signed document, and its clearances until the same moment. Raises Refused."""
    await take_turn(session, person_id)
    person = await get_person(session, person_id)
    standing = (await standing_of(session, book, rules, person_id, now_ms))[grade.id]
    if not standing.is_due:
        raise Refused("not_due", "The rules for this certificate are not met, or it holds already.")
    if by == person_id:
        raise Refused("not_yourself", "Nobody grants a certificate to themselves; ask another admin.")
    await make_known(session, key, now_ms=now_ms)
    expires_on = standing.would_expire_on
    expires_at_ms = None if expires_on is None else first_ms_of(expires_on)
    certificate_id = new_id("k")
    names = await names_of(session, [by])
    claims = Claims(
        jti=certificate_id,
        iss=issuer,
        name=person.display_name,
        title=grade.title,
        rules=rules.id,
        version=digest_of(rules),
        grade=grade.id,
        clears=grade.earns,
        by=names.get(by, ""),
        iat=now_ms // 1000,
        exp=None if expires_at_ms is None else expires_at_ms // 1000,
        notice=rules.notice if rules.is_example else "",
        courses=_course_versions(book, grade),
    )
    row = CertificateRow(
        certificate_id=certificate_id,
        person_id=person_id,
        rule_set_id=rules.id,
        grade_id=grade.id,
        rules_version=claims.version,
        granted_by=by,
        granted_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
        document=sign(claims, key),
    )
    session.add(row)
    detail = {"certificate_id": certificate_id, "rule_set": rules.id, "grade": grade.id, "expires_at_ms": expires_at_ms}
    record(session, by=by, act="grant_certificate", about=person_id, at_ms=now_ms, detail=detail)
    await session.flush()
    for clearance in grade.clearances:
        await _clear(session, person_id, clearance, expires_at_ms, by=by, now_ms=now_ms)
    return row


async def withdraw_certificate(
    session: AsyncSession, book: Rulebook, certificate_id: str, *, by: str, reason: str, now_ms: int
) -> list[CertificateRow]:
    """Take a certificate back, those that rest on it, and their clearances, from this moment. Raises Refused.

    Clearances go whoever granted them: after this nobody should be offered what the certificate stood for. One that
    another certificate earns, too, stays. Returns all that were withdrawn.
    """
    row = await session.get(CertificateRow, certificate_id)
    if row is None:
        raise Refused("no_such_certificate", "There is no such certificate.")
    await take_turn(session, row.person_id)
    # As it is by now: another admin may have been a moment quicker.
    await session.refresh(row)
    if not reason.strip():
        raise Refused("no_reason", "Say why: the person reads it and may answer.")
    rules = book.rule_sets.get(row.rule_set_id)
    grades = {row.grade_id} | (rules.resting_on(row.grade_id) if rules is not None else set())
    rows = await certificates_of(session, row.person_id)
    # Renewals overlap: the one before must not go on holding.
    gone = [
        one
        for one in rows
        if one.rule_set_id == row.rule_set_id and one.grade_id in grades and still_holds(one, now_ms)
    ]
    for one in gone:
        one.withdrawn_by, one.withdrawn_at_ms, one.withdrawn_reason = by, now_ms, reason.strip()[:REASON_MAX]
        detail = {"certificate_id": one.certificate_id, "rule_set": one.rule_set_id, "grade": one.grade_id}
        record(session, by=by, act="withdraw_certificate", about=one.person_id, at_ms=now_ms, detail=detail)
    await session.flush()
    stay = {clear for one in rows if still_holds(one, now_ms) for clear in read(one.document)[1].clears}
    lost = {clear for one in gone for clear in read(one.document)[1].clears} - stay
    for held in (await clearances_of(session, [row.person_id]))[row.person_id]:
        if f"{held.kind}:{held.value}" in lost and is_valid(held, now_ms):
            await withdraw(
                session, row.person_id, held.clearance_id, by=by, reason=CERTIFICATE_WITHDRAWN, now_ms=now_ms
            )
    return gone


async def reply_to_withdrawal(
    session: AsyncSession, certificate_id: str, person_id: str, *, text: str, now_ms: int
) -> CertificateRow:
    """Keep what the person answers to the withdrawal of their own certificate, once. Raises Refused."""
    await take_turn(session, person_id)
    row = await session.get(CertificateRow, certificate_id)
    if row is None or row.person_id != person_id:
        raise Refused("no_such_certificate", "There is no such certificate.")
    if row.withdrawn_at_ms is None:
        raise Refused("not_withdrawn", "This certificate was not withdrawn.")
    if row.reply is not None:
        raise Refused("replied_already", "You answered already; an admin can read it.")
    if not text.strip():
        raise Refused("no_reason", "Write something first.")
    row.reply, row.replied_at_ms = text.strip()[:REPLY_MAX], now_ms
    record(
        session,
        by=person_id,
        act="reply_to_withdrawal",
        about=person_id,
        at_ms=now_ms,
        detail={"certificate_id": certificate_id},
    )
    await session.flush()
    return row


def still_holds(row: CertificateRow, now_ms: int) -> bool:
    """Does a certificate hold now: neither withdrawn nor run out?"""
    return row.withdrawn_at_ms is None and (row.expires_at_ms is None or now_ms < row.expires_at_ms)


async def _clear(
    session: AsyncSession, person_id: str, clearance: str, expires_at_ms: int | None, *, by: str, now_ms: int
) -> None:
    """Grant a clearance unless one holds for at least as long: what was granted last would replace it."""
    kind, _, value = clearance.partition(":")
    for held in (await clearances_of(session, [person_id]))[person_id]:
        if (held.kind, held.value) != (kind, value) or not is_valid(held, now_ms):
            continue
        if held.expires_at_ms is None or (expires_at_ms is not None and held.expires_at_ms >= expires_at_ms):
            return
    await grant(session, person_id, kind=kind, value=value, by=by, now_ms=now_ms, expires_at_ms=expires_at_ms)


def _course_versions(book: Rulebook, grade: Grade) -> dict[str, str]:
    spoken_of = {ask.course for ask in (*grade.asks, *grade.renewal) if isinstance(ask, ModulesAsk)}
    return {one: book.courses[one].version for one in sorted(spoken_of) if one in book.courses}
