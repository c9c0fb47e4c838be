"""Who may act as mentor, verifier or course author: whoever holds a certificate that says so, while it holds."""

from collections.abc import Iterable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from listener_training.certification.document import read
from listener_training.certification.rule_set import FUNCTIONS, TrainerFunction
from listener_training.certification.tables import CertificateRow

TAG = "function:"


async def functions_of(session: AsyncSession, person_id: str, now_ms: int) -> frozenset[TrainerFunction]:
    """What this person may do now."""
    return (await holders(session, now_ms, [person_id])).get(person_id, frozenset())


async def holders(
    session: AsyncSession, now_ms: int, person_ids: Iterable[str] | None = None
) -> Mapping[str, frozenset[TrainerFunction]]:
    """Person -> functions, of everybody or of these people; who holds none is absent.

    What a certificate earns stands in its signed document, so that a later change of the rules takes nothing back.
    """
    query = select(CertificateRow.person_id, CertificateRow.document).where(
        CertificateRow.withdrawn_at_ms.is_(None),
        or_(CertificateRow.expires_at_ms.is_(None), CertificateRow.expires_at_ms > now_ms),
    )
    if person_ids is not None:
        query = query.where(CertificateRow.person_id.in_(list(person_ids)))
    found: dict[str, frozenset[TrainerFunction]] = {}
    for person_id, document in await session.execute(query):
        tags = read(document)[1].clears
        held = {function for function in FUNCTIONS if f"{TAG}{function}" in tags}
        if held:
            found[person_id] = found.get(person_id, frozenset()) | held
    return found
