"""The public keys of certificates, as the database keeps them: every process can verify, whoever signed."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from listener_training.certification.document import encoded, key_id_of, public_key_of
from listener_training.certification.tables import CertificateKeyRow


async def make_known(session: AsyncSession, key: Ed25519PrivateKey, *, now_ms: int) -> CertificateKeyRow:
    """Put the public half of a key into the database, once."""
    key_id = key_id_of(key.public_key())
    row = await session.get(CertificateKeyRow, key_id)
    if row is None:
        row = CertificateKeyRow(
            key_id=key_id, public_key=encoded(key.public_key().public_bytes_raw()), made_at_ms=now_ms
        )
        session.add(row)
        await session.flush()
    return row


async def all_keys(session: AsyncSession) -> Sequence[CertificateKeyRow]:
    """Every key that ever signed here, oldest first."""
    query = select(CertificateKeyRow).order_by(CertificateKeyRow.made_at_ms, CertificateKeyRow.key_id)
    return (await session.scalars(query)).all()


async def trusted_keys(session: AsyncSession) -> dict[str, Ed25519PublicKey]:
    """Key id -> key, of those that nobody disowned."""
    return {row.key_id: public_key_of(row.public_key) for row in await all_keys(session) if row.disowned_at_ms is None}


async def disown(session: AsyncSession, key_id: str, *, now_ms: int) -> None:
    """Trust a key no more: somebody else may have signed with it."""
    row = await session.get(CertificateKeyRow, key_id)
    if row is not None and row.disowned_at_ms is None:
        row.disowned_at_ms = now_ms
        await session.flush()
