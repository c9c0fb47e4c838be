"""Who a partner is, and by what it is let in. Pure: the secret and the time are arguments.

A pass is `<practice chat>.<until, ms>.<HMAC-SHA256 of the two, hex>`, with a purpose of its own: it opens no other
door, and a seeker's token doesn't open this one.
"""

import hashlib
import hmac

from chat.accounts.ids import base32_id

_PURPOSE = b"tealight practice pass 1"
#: An id, a time, 64 hexadecimal digits, two dots; anything much longer isn't ours.
_LENGTH_MAX = 128


def mint(secret: str, practice_id: str, until_ms: int) -> str:
    """A pass for the partner of one practice chat."""
    said = f"{practice_id}.{until_ms}"
    return f"{said}.{_mac(secret, said)}"


def read(secret: str, text: str | None, now_ms: int) -> str | None:
    """The practice chat that this pass is for; None when it isn't ours or has run out. Never raises."""
    if not text or len(text) > _LENGTH_MAX or not text.isascii():
        return None
    said, _, mac = text.rpartition(".")
    if not hmac.compare_digest(mac, _mac(secret, said)):
        return None
    practice_id, _, until_ms = said.partition(".")
    return practice_id if int(until_ms) >= now_ms else None


def partner_id(practice_id: str) -> str:
    """Who the partner of a practice chat is; nobody real ever gets this id."""
    return base32_id("s", hashlib.sha256(f"partner of {practice_id}".encode()).digest())


def line_of(practice_id: str) -> str:
    """The line in which the trainee of this practice chat stands alone, as a language tag with a private part.

    Two trainees never get each other's partner, since no two of them share a line.
    """
    name = hashlib.sha256(practice_id.encode()).hexdigest()
    return f"en-x-{name[:8]}-{name[8:16]}"


def _mac(secret: str, said: str) -> str:
    key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    return hmac.digest(key, said.encode(), hashlib.sha256).hex()
