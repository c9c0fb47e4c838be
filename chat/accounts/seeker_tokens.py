"""A seeker's token proves itself, so that `hello` stores nothing. Pure: secret, time and chance are arguments.

`<issued, ms in base 36>.<16 random bytes, base64url>.<HMAC-SHA256 of the two, base64url>`
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from chat.accounts.ids import base32_id

RANDOM_BYTES = 16
#: 8 characters of time until the year 2059, 22 and 43 of base64, two dots; anything much longer isn't ours.
_LENGTH_MAX = 80
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PURPOSE = b"tealight seeker token 1"


@dataclass(frozen=True, slots=True)
class SeekerToken:
    """What a genuine token says: who, and since when."""

    person_id: str
    issued_at_ms: int


def mint(secret: str, now_ms: int, random_bytes: bytes) -> str:
    """A new token. `random_bytes` are 16 bytes nobody can guess."""
    if len(random_bytes) != RANDOM_BYTES:
        raise ValueError(f"a seeker token takes {RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    said = f"{_base36(now_ms)}.{_base64(random_bytes)}"
    return f"{said}.{_mac(secret, said)}"


def read(secret: str, token: str) -> SeekerToken | None:
    """Who the token is, or None when it isn't one of ours. Never raises, whatever the text."""
    if len(token) > _LENGTH_MAX or not token.isascii():
        return None
    said, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac, _mac(secret, said)):
        return None
    # From here on the text is our own.
    issued, _, random = said.partition(".")
    return SeekerToken(person_id=_person_id(random), issued_at_ms=int(issued, 36))


def _person_id(random: str) -> str:
    return base32_id("s", hashlib.sha256(base64.urlsafe_b64decode(random + "==")).digest())


def _mac(secret: str, said: str) -> str:
    key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    return _base64(hmac.digest(key, said.encode(), hashlib.sha256))


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
