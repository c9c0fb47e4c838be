"""Certificates, what was signed off, which rules are in force, and public keys. Times are Unix milliseconds."""

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class CertificateRow(Base):
    """A certificate that was granted. Withdrawn ones stay, with the reason, and with what the person answered to it."""

    __tablename__ = "certificates"

    certificate_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"))
    rule_set_id: Mapped[str]
    grade_id: Mapped[str]
    #: `<declared>+<hash>` of the rules by which it was granted
    rules_version: Mapped[str]
    granted_by: Mapped[str]
    granted_at_ms: Mapped[int] = mapped_column(BigInteger)
    #: the first instant at which it doesn't hold any more; null: until it is withdrawn
    expires_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: the signed document (docs/certification.md)
    document: Mapped[str]
    withdrawn_by: Mapped[str | None]
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_reason: Mapped[str | None]
    reply: Mapped[str | None]
    replied_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "person_id", "granted_at_ms"),)

    def __repr__(self) -> str:
        return f"CertificateRow(certificate_id={self.certificate_id!r})"


class SignOffRow(Base):
    """What somebody who may judge it signed off: a review (`item`), or hours of learning (`subject`, `minutes`).

    A mistake is struck, never deleted.
    """

    __tablename__ = "sign_offs"

    sign_off_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), index=True)
    rule_set_id: Mapped[str]
    item: Mapped[str | None]
    subject: Mapped[str | None]
    minutes: Mapped[int | None]
    #: the day on which it was done, as YYYY-MM-DD
    done_on: Mapped[str]
    comment: Mapped[str]
    signed_by: Mapped[str]
    signed_at_ms: Mapped[int] = mapped_column(BigInteger)
    struck_by: Mapped[str | None]
    struck_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"SignOffRow(sign_off_id={self.sign_off_id!r})"


class RuleSetSwitchRow(Base):
    """What an admin decided about a rule set; one without a row is as it ships."""

    __tablename__ = "rule_set_switches"

    rule_set_id: Mapped[str] = mapped_column(primary_key=True)
    is_in_force: Mapped[bool]
    is_automatic: Mapped[bool]
    changed_by: Mapped[str]
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)


class CertificateKeyRow(Base):
    """The public half of a key that signed certificates. The private half stands in a data folder, never here."""

    __tablename__ = "certificate_keys"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    #: 32 bytes in base64url
    public_key: Mapped[str]
    made_at_ms: Mapped[int] = mapped_column(BigInteger)
    #: from when on what it signed is worth nothing; null: it is trusted
    disowned_at_ms: Mapped[int | None] = mapped_column(BigInteger)
