"""What the pages are told about certificates, and what they may send."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chat.protocol.fields import NO_NUL
from listener_training.certification.document import DOCUMENT_MAX
from listener_training.certification.issuing import REASON_MAX, REPLY_MAX
from listener_training.certification.record import State
from listener_training.certification.sign_offs import COMMENT_MAX, MINUTES_MAX

Id = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
CertificateState = Literal["held", "lapsed", "withdrawn"]
AskKind = Literal["modules", "practice", "review", "education", "chat_hours"]


class AskLine(Struct, frozen=True):
    """How much of an ask is there; hours as ms.

    `item` of a review and `subjects` of hours: what may be signed off for it.
    """

    kind: AskKind
    title: str
    have: int
    need: int
    met_on: str | None
    item: str | None
    subjects: list[str]


class CertificateLine(Struct, frozen=True, kw_only=True):
    """A certificate as its holder and the admins see it. `may_reply`: withdrawn, and not answered yet."""

    certificate_id: str
    person_id: str
    rule_set_id: str
    grade_id: str
    title: str
    state: CertificateState
    granted_by_name: str | None
    granted_at_ms: int
    expires_at_ms: int | None
    withdrawn_by_name: str | None
    withdrawn_at_ms: int | None
    withdrawn_reason: str | None
    reply: str | None
    replied_at_ms: int | None
    may_reply: bool

    def __repr__(self) -> str:
        return f"CertificateLine(certificate_id={self.certificate_id!r})"


class GradeLine(Struct, frozen=True, kw_only=True):
    """A grade and how somebody stands in it. Days as YYYY-MM-DD; `expires_on` is the first day without it.

    `asks`: for the first time, or (`is_renewal`) for the next period. `lacks`: titles of grades that must be held, too.
    `is_reminded`: it ends soon or has ended.
    """

    grade_id: str
    title: str
    summary: str
    clearances: list[str]
    state: State
    expires_on: str | None
    is_renewal: bool
    asks: list[AskLine]
    lacks: list[str]
    is_due: bool
    would_expire_on: str | None
    is_reminded: bool


class RuleSetLine(Struct, frozen=True, kw_only=True):
    """`items` and `subjects`: id -> what people read, for signing off."""

    rule_set_id: str
    version: str
    title: str
    summary: str
    notice: str
    is_example: bool
    is_in_force: bool
    is_automatic: bool
    items: dict[str, str]
    subjects: dict[str, str]
    grades: list[GradeLine]


class SignOffLine(Struct, frozen=True, kw_only=True):
    sign_off_id: str
    rule_set_id: str
    title: str
    minutes: int | None
    done_on: str
    comment: str
    signed_by_name: str | None
    signed_at_ms: int
    is_struck: bool

    def __repr__(self) -> str:
        return f"SignOffLine(sign_off_id={self.sign_off_id!r})"


class Record(Struct, frozen=True, kw_only=True):
    """A person's whole record. `at_ms`: when it was true."""

    at_ms: int
    person_id: str
    display_name: str
    rule_sets: list[RuleSetLine]
    certificates: list[CertificateLine]
    sign_offs: list[SignOffLine]


class Reply(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=REPLY_MAX, pattern=NO_NUL)]

    def __repr__(self) -> str:
        return "Reply()"


class NewSignOff(Struct, frozen=True, kw_only=True):
    """Either `item`, or `subject` with `minutes`."""

    rule_set_id: Id
    item: Id | None = None
    subject: Id | None = None
    minutes: Annotated[int, Meta(ge=1, le=MINUTES_MAX)] | None = None
    done_on: Day
    comment: Annotated[str, Meta(max_length=COMMENT_MAX, pattern=NO_NUL)] = ""

    def __repr__(self) -> str:
        return "NewSignOff()"


class SignOffMade(Struct, frozen=True):
    sign_off_id: str


class NewCertificate(Struct, frozen=True):
    rule_set_id: Id
    grade_id: Id


class CertificateWithdrawal(Struct, frozen=True):
    """Why; the person reads it and may answer."""

    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MAX, pattern=NO_NUL)]

    def __repr__(self) -> str:
        return "CertificateWithdrawal()"


class Proposal(Struct, frozen=True, kw_only=True):
    """Somebody meets the rules. `was_withdrawn`: it was theirs before and taken back."""

    person_id: str
    display_name: str
    rule_set_id: str
    grade_id: str
    title: str
    clearances: list[str]
    is_renewal: bool
    was_withdrawn: bool
    would_expire_on: str | None


class RuleSetSwitch(Struct, frozen=True, kw_only=True):
    rule_set_id: str
    title: str
    summary: str
    notice: str
    version: str
    is_example: bool
    is_in_force: bool
    is_automatic: bool
    certificates: int


class Desk(Struct, frozen=True):
    """For admins: what waits for a yes, withdrawals of late with their answers, the rule sets."""

    proposals: list[Proposal]
    withdrawn: list[CertificateLine]
    names: dict[str, str]
    rule_sets: list[RuleSetSwitch]


class SwitchBody(Struct, frozen=True):
    is_in_force: bool
    is_automatic: bool


class PublicCertificate(Struct, frozen=True, kw_only=True):
    """What anybody sees who has the address. `is_genuine`: a trusted key of this service signed exactly this.

    Not why it was withdrawn: that is between the service and the person. `qr`: an SVG image of the whole document.
    """

    certificate_id: str
    name: str
    title: str
    state: CertificateState
    is_genuine: bool
    granted_by: str
    granted_at_ms: int
    expires_at_ms: int | None
    withdrawn_at_ms: int | None
    clears: list[str]
    rules: str
    version: str
    notice: str
    document: str
    address: str
    qr: str
    server_time_ms: int


class CertificateText(Struct, frozen=True):
    """A document, or an address that ends in one."""

    text: Annotated[str, Meta(min_length=1, max_length=2 * DOCUMENT_MAX, pattern=NO_NUL)]


class Verified(Struct, frozen=True, kw_only=True):
    """A document whose signature is right. `state` null: this service knows no such certificate (any more)."""

    certificate_id: str
    name: str
    title: str
    granted_by: str
    granted_at_ms: int
    expires_at_ms: int | None
    clears: list[str]
    rules: str
    version: str
    issuer: str
    notice: str
    state: CertificateState | None


class PublicKeyLine(Struct, frozen=True):
    """A key as a JSON Web Key has it (RFC 8037). `disowned_at_ms`: what it signed is worth nothing any more."""

    kid: str
    x: str
    kty: str
    crv: str
    alg: str
    made_at_ms: int
    disowned_at_ms: int | None


class PublicKeys(Struct, frozen=True):
    keys: list[PublicKeyLine]
