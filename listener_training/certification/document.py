"""The signed document of a certificate: a JSON Web Signature with Ed25519 (RFC 7515, RFC 8037). Pure.

The compact form, three parts of base64url, fits into a QR code and can be checked by any library that knows JWS.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

KIND = "tealight-certificate"
#: Far above what a certificate has; nobody may have megabytes decoded.
DOCUMENT_MAX = 8000
#: Runs of the characters of a compact form. Its dots are counted afterwards: a pattern with the dots in it would look
#: at a long text from each of its characters again.
_RUN = re.compile(r"[A-Za-z0-9_.-]+")


class Header(Struct, frozen=True):
    """Which key signed, and how."""

    alg: str
    kid: str
    typ: str = KIND


class Claims(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a certificate says. `iat` and `exp` in seconds, as JWT has them; without `exp`: until it is withdrawn.

    `iss`: the service's public address. `rules`, `version`, `grade`: by which rules. `courses`: versions that were
    taught. `clears`: clearances and functions as `kind:value`. `by`: who granted it, as people know them.
    """

    jti: str
    name: str
    title: str
    rules: str
    version: str
    grade: str
    clears: list[str]
    by: str
    iat: int
    exp: int | None = None
    iss: str = ""
    notice: str = ""
    courses: dict[str, str] = {}


class BadDocument(Exception):
    """Not a document of ours, or changed after it was signed. The message is one sentence for people."""


def key_id_of(public_key: Ed25519PublicKey) -> str:
    """The first 16 characters of the key's thumbprint (RFC 7638)."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{encoded(public_key.public_bytes_raw())}"}}'
    return encoded(hashlib.sha256(jwk.encode()).digest())[:16]


def sign(claims: Claims, key: Ed25519PrivateKey) -> str:
    """The document in compact form."""
    header = Header("EdDSA", key_id_of(key.public_key()))
    signed = f"{encoded(msgspec.json.encode(header))}.{encoded(msgspec.json.encode(claims))}"
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


def document_in(text: str) -> str:
    """The document in what somebody pasted or scanned: itself, or an address that ends in it. Raises BadDocument."""
    _, _, after = text.rpartition("#")
    runs: list[str] = _RUN.findall(after) if len(text) <= 2 * DOCUMENT_MAX else []
    # Three parts with something in each; the dot that ends a sentence is no part.
    found = [run for run in (one.strip(".") for one in runs) if len(parts := run.split(".")) == 3 and all(parts)]
    if len(found) != 1:
        raise BadDocument("There is no certificate in this text.")
    return found[0]


def read(document: str) -> tuple[Header, Claims]:
    """What a document says, whoever signed it. Raises BadDocument."""
    parts = document.split(".")
    if len(document) > DOCUMENT_MAX or len(parts) != 3:
        raise BadDocument("This is no certificate of a Tealight service.")
    try:
        header = msgspec.json.decode(decoded(parts[0]), type=Header)
        claims = msgspec.json.decode(decoded(parts[1]), type=Claims)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
        raise BadDocument("This is no certificate of a Tealight service.") from None
    if header.alg != "EdDSA" or header.typ != KIND:
        raise BadDocument("This is no certificate of a Tealight service.")
    return header, claims


def verify(document: str, keys: Mapping[str, Ed25519PublicKey]) -> Claims:
    """What a document says, if one of these keys signed it. Raises BadDocument.

    Whether it still holds is another question: it may have run out (`exp`) or been withdrawn, which only the service
    knows.
    """
    header, claims = read(document)
    key = keys.get(header.kid)
    if key is None:
        raise BadDocument(f"It is signed with a key that is not known here ({header.kid[:40]!r}).")
    signed, _, signature = document.rpartition(".")
    try:
        key.verify(decoded(signature), signed.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        raise BadDocument("The signature is wrong: it was changed, or somebody else made it.") from None
    return claims


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding. Raises binascii.Error, ValueError."""
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None:
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def public_key_of(text: str) -> Ed25519PublicKey:
    """The public key of its 32 bytes in base64url. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(decoded(text))
