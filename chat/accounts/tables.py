"""Staff, sign-ins, clearances, invitations and what admins set, as tables. Times are Unix milliseconds."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class StaffRow(Base):
    """A listener, supervisor or admin. Rows are never deleted: the audit log and chats name them."""

    __tablename__ = "staff"

    person_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(JSON)
    max_chats: Mapped[int]
    password_hash: Mapped[str]
    is_active: Mapped[bool]
    #: Sign-ins made before this instant are void.
    signed_out_at_ms: Mapped[int] = mapped_column(BigInteger)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, index=True)


class StaffVersionRow(Base):
    """One row: the highest version given. Its lock makes versions commit in the order they were given."""

    __tablename__ = "staff_version"

    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger)


class SignInRow(Base):
    """A browser that is signed in. Only a hash of the cookie is kept: a copy of the table opens nothing."""

    __tablename__ = "sign_in_sessions"

    cookie_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), index=True)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)


class ClearanceRow(Base):
    """What training allows a person to take. Withdrawn ones stay, with who did it and why."""

    __tablename__ = "clearances"

    clearance_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("staff.person_id"), index=True)
    kind: Mapped[str]
    value: Mapped[str]
    granted_by: Mapped[str]
    granted_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_by: Mapped[str | None]
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_reason: Mapped[str | None]
    #: When the person's version was raised because this clearance ran out; null until then.
    expiry_told_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index(None, "expiry_told_at_ms", "expires_at_ms"),)


class InvitationRow(Base):
    """A link with which one new person makes their own account. Only a hash of its code is kept."""

    __tablename__ = "invitations"

    invitation_id: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(JSON)
    created_by: Mapped[str]
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)
    used_by: Mapped[str | None]
    used_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class PoolRow(Base):
    """Listeners and waiting requests that may meet: one row for a language and an age band."""

    __tablename__ = "pools"

    pool_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    age_band: Mapped[str]
    name: Mapped[str]
    min_age: Mapped[int]
    max_age: Mapped[int | None]
    text: Mapped[str]
    flags: Mapped[dict[str, bool]] = mapped_column(JSON)
    #: null: open at any hour
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_open: Mapped[bool]

    __table_args__ = (UniqueConstraint("language", "age_band"),)


class TextRow(Base):
    """A text that admins may put into the pages."""

    __tablename__ = "texts"

    key: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    changed_by: Mapped[str]
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)


class ClinicalReviewRow(Base):
    """Who reviewed something clinical, and when. A subject without a row is "not clinically reviewed"."""

    __tablename__ = "clinical_reviews"

    review_id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    reviewer: Mapped[str]
    reviewed_at_ms: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at_ms: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """One act of staff. `detail` holds ids, names of fields and settings, never what people wrote in a chat."""

    __tablename__ = "audit_log"

    # SQLite counts rows up by itself only in a column of exactly this type.
    audit_id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    by: Mapped[str]
    act: Mapped[str]
    about: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
