"""What anybody may look up: a certificate by its address, whether a document is genuine, the public keys."""

from dataclasses import dataclass

import segno

from chat.accounts.refusal import Refused
from chat.api.endpoint import Asked, Endpoint
from listener_training.certification.document import BadDocument, document_in, verify
from listener_training.certification.keys import all_keys, trusted_keys
from listener_training.certification.tables import CertificateRow
from listener_training.certification_api.lines import claims_of, state_of
from listener_training.certification_api.shown import (
    CertificateText,
    PublicCertificate,
    PublicKeyLine,
    PublicKeys,
    Verified,
)


def address_of(public_url: str, certificate_id: str, document: str) -> str:
    """What the QR code holds: the page, and after the # (which no browser sends) the document for checking offline."""
    return f"{public_url}/certificate/{certificate_id}#{document}"


def qr_svg(address: str) -> str:
    """The address as an SVG image, dark on light with its quiet zone, whatever the page's colours are."""
    code = segno.make(address, error="l", micro=False)
    return str(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, title=None))


@dataclass(frozen=True)
class PublicCertificates:
    async def show(self, asked: Asked) -> PublicCertificate:
        """A certificate as anybody sees it who has its address."""
        certificate_id = asked.part("certificate_id")
        async with asked.deps.database.read() as session:
            row = await session.get(CertificateRow, certificate_id)
            keys = await trusted_keys(session)
        if row is None:
            raise Refused("no_such_certificate", "There is no such certificate.")
        claims = claims_of(row)
        try:
            verify(row.document, keys)
            is_genuine = True
        except BadDocument:
            is_genuine = False
        address = address_of(_own_address(asked), certificate_id, row.document)
        return PublicCertificate(
            certificate_id=certificate_id,
            name=claims.name,
            title=claims.title,
            state=state_of(row, asked.now_ms),
            is_genuine=is_genuine,
            granted_by=claims.by,
            granted_at_ms=row.granted_at_ms,
            expires_at_ms=row.expires_at_ms,
            withdrawn_at_ms=row.withdrawn_at_ms,
            clears=claims.clears,
            rules=claims.rules,
            version=claims.version,
            notice=claims.notice,
            document=row.document,
            address=address,
            qr=qr_svg(address),
            server_time_ms=asked.now_ms,
        )

    async def verify(self, asked: Asked) -> Verified:
        """Is this document genuine, and what became of it?"""
        body: CertificateText = asked.body
        async with asked.deps.database.read() as session:
            keys = await trusted_keys(session)
            try:
                claims = verify(document_in(body.text), keys)
            except BadDocument as bad:
                raise Refused("bad_document", str(bad)) from None
            row = await session.get(CertificateRow, claims.jti)
        return Verified(
            certificate_id=claims.jti,
            name=claims.name,
            title=claims.title,
            granted_by=claims.by,
            granted_at_ms=claims.iat * 1000,
            expires_at_ms=None if claims.exp is None else claims.exp * 1000,
            clears=claims.clears,
            rules=claims.rules,
            version=claims.version,
            issuer=claims.iss,
            notice=claims.notice,
            state=None if row is None else state_of(row, asked.now_ms),
        )

    async def keys(self, asked: Asked) -> PublicKeys:
        """The keys, for whoever wants to verify without this service."""
        async with asked.deps.database.read() as session:
            rows = await all_keys(session)
        return PublicKeys(
            [
                PublicKeyLine(row.key_id, row.public_key, "OKP", "Ed25519", "EdDSA", row.made_at_ms, row.disowned_at_ms)
                for row in rows
            ]
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/certificates/{certificate_id}",
                act=self.show,
                answer=PublicCertificate,
                refusals=(404,),
                summary="A certificate, for anybody who has its address: genuine, and does it hold?",
            ),
            Endpoint(
                method="POST",
                path="/api/certification/verification",
                act=self.verify,
                body=CertificateText,
                answer=Verified,
                summary="Is this document genuine, and what became of it?",
            ),
            Endpoint(
                method="GET",
                path="/api/certification/keys",
                act=self.keys,
                answer=PublicKeys,
                summary="The public keys that signed certificates, for verifying offline.",
            ),
        )


def _own_address(asked: Asked) -> str:
    if asked.deps.settings.public_url:
        return asked.deps.settings.public_url
    url = asked.request.url
    return f"{url.scheme}://{url.netloc}"
