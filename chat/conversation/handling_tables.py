"""Who of the staff dealt with which report, and when. Times are Unix milliseconds."""

from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class HandlingRow(Base):
    """One time that somebody marked a report as handled. `by`: who wrote the report, as supervisors name them.

    `report_at_ms` is the report's own time: one that is said once more has another, and is open again. A handling that
    was taken back stays, with who did so.
    """

    __tablename__ = "report_handlings"

    # SQLite counts rows up by itself only in a column of exactly this type.
    handling_no: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    chat_id: Mapped[str] = mapped_column(index=True)
    by: Mapped[str]
    report_at_ms: Mapped[int] = mapped_column(BigInteger)
    handled_by: Mapped[str]
    at_ms: Mapped[int] = mapped_column(BigInteger)
    #: what the handler noted, sealed with the chat's key
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    undone_by: Mapped[str | None]
    undone_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    def __repr__(self) -> str:
        return f"HandlingRow(handling_no={self.handling_no!r})"
