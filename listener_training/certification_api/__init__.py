"""The HTTP calls of certificates."""

from chat.api.endpoint import Endpoint
from listener_training.certification.standing import Rulebook
from listener_training.certification_api.admins import CertificationAdmins
from listener_training.certification_api.own import OwnCertificates
from listener_training.certification_api.public import PublicCertificates


def certification_endpoints(book: Rulebook) -> tuple[Endpoint, ...]:
    """All of them, for these rule sets."""
    return (
        *OwnCertificates(book).endpoints(),
        *CertificationAdmins(book).endpoints(),
        *PublicCertificates().endpoints(),
    )
