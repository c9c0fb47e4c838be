"""Rows and records as the pages see them. It asks nothing of anybody: values come in, answers go out."""

from collections.abc import Mapping

from listener_training.certification.document import Claims, read
from listener_training.certification.fulfilment import Fulfilment
from listener_training.certification.record import GradeRecord
from listener_training.certification.rule_set import EducationAsk, ReviewAsk, RuleSet
from listener_training.certification.standing import Rulebook, Standing
from listener_training.certification.tables import CertificateRow, SignOffRow
from listener_training.certification_api.shown import (
    AskKind,
    AskLine,
    CertificateLine,
    CertificateState,
    GradeLine,
    RuleSetLine,
    SignOffLine,
)

_KINDS: dict[str, AskKind] = {
    "ModulesAsk": "modules",
    "PracticeAsk": "practice",
    "ReviewAsk": "review",
    "EducationAsk": "education",
    "ChatHoursAsk": "chat_hours",
}


def state_of(row: CertificateRow, now_ms: int) -> CertificateState:
    """What became of a certificate."""
    if row.withdrawn_at_ms is not None:
        return "withdrawn"
    return "held" if row.expires_at_ms is None or now_ms < row.expires_at_ms else "lapsed"


def claims_of(row: CertificateRow) -> Claims:
    """What its document says."""
    return read(row.document)[1]


def certificate_line(row: CertificateRow, names: Mapping[str, str], now_ms: int) -> CertificateLine:
    """A certificate as its holder and the admins see it."""
    return CertificateLine(
        certificate_id=row.certificate_id,
        person_id=row.person_id,
        rule_set_id=row.rule_set_id,
        grade_id=row.grade_id,
        title=claims_of(row).title,
        state=state_of(row, now_ms),
        granted_by_name=names.get(row.granted_by),
        granted_at_ms=row.granted_at_ms,
        expires_at_ms=row.expires_at_ms,
        withdrawn_by_name=names.get(row.withdrawn_by) if row.withdrawn_by else None,
        withdrawn_at_ms=row.withdrawn_at_ms,
        withdrawn_reason=row.withdrawn_reason,
        reply=row.reply,
        replied_at_ms=row.replied_at_ms,
        may_reply=row.withdrawn_at_ms is not None and row.reply is None,
    )


def rule_set_line(standing: Standing) -> RuleSetLine:
    """A rule set with somebody's grades."""
    rules = standing.rules
    return RuleSetLine(
        rule_set_id=rules.id,
        version=rules.version,
        title=rules.title,
        summary=rules.summary,
        notice=rules.notice,
        is_example=rules.is_example,
        is_in_force=standing.switch.is_in_force,
        is_automatic=standing.switch.is_automatic,
        items=dict(rules.items),
        subjects=dict(rules.subjects),
        grades=[_grade_line(rules, standing.grades[grade.id]) for grade in rules.in_order()],
    )


def sign_off_line(row: SignOffRow, book: Rulebook, names: Mapping[str, str]) -> SignOffLine:
    """A sign-off with the words that its rule set has for it."""
    rules = book.rule_sets.get(row.rule_set_id)
    words = {**rules.items, **rules.subjects} if rules is not None else {}
    what = row.item or row.subject or ""
    return SignOffLine(
        sign_off_id=row.sign_off_id,
        rule_set_id=row.rule_set_id,
        title=words.get(what, what),
        minutes=row.minutes,
        done_on=row.done_on,
        comment=row.comment,
        signed_by_name=names.get(row.signed_by),
        signed_at_ms=row.signed_at_ms,
        is_struck=row.struck_at_ms is not None,
    )


def _grade_line(rules: RuleSet, record: GradeRecord) -> GradeLine:
    grade, granted, expires_on = record.grade, record.granted, record.would_expire_on
    titles = {one.id: one.title for one in rules.grades}
    return GradeLine(
        grade_id=grade.id,
        title=grade.title,
        summary=grade.summary,
        clearances=grade.earns,
        state=record.state,
        expires_on=granted.expires_on.isoformat() if granted is not None and granted.expires_on else None,
        is_renewal=record.is_renewal,
        asks=[_ask_line(one) for one in record.asks],
        lacks=[titles.get(one, one) for one in record.lacks],
        is_due=record.is_due,
        would_expire_on=None if expires_on is None else expires_on.isoformat(),
        is_reminded=record.is_reminded,
    )


def _ask_line(one: Fulfilment) -> AskLine:
    return AskLine(
        kind=_KINDS[type(one.ask).__name__],
        title=one.ask.title,
        have=one.have,
        need=one.need,
        met_on=None if one.met_on is None else one.met_on.isoformat(),
        item=one.ask.item if isinstance(one.ask, ReviewAsk) else None,
        subjects=list(one.ask.subjects) if isinstance(one.ask, EducationAsk) else [],
    )
