"""Tickets: what a seeker was told last about their request, signed, so that they can bring it back where it was lost.

An engine that came back empty or older than its clients (restored from a backup, promoted without its last second) has
no other way to know who stood where. A ticket says nothing but what its holder may know, and nobody can make one up.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, fields

#: A ticket of yesterday's evening is of no use to anybody.
TICKET_MS = 24 * 3600 * 1000
_MAC_BYTES = 16
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request at one turn. Times in Unix ms; `opened_at_ms` 0 where it has not been a chat yet."""

    band: str
    chat_id: str
    person_id: str
    turn: int
    state: str
    request_id: str
    languages: str
    cell: str
    topic_mask: int
    arrived_at_ms: int
    preferred: str
    distress: int
    listener: str
    opened_at_ms: int
    issued_at_ms: int


_FIELDS = tuple(field.name for field in fields(Ticket))


def mint(secret: str, ticket: Ticket) -> str:
    """The ticket as text for a client."""
    values = [getattr(ticket, name) for name in _FIELDS]
    body = json.dumps([_VERSION, *values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(secret, body) + body).decode().rstrip("=")


def read(secret: str, text: str, now_ms: int) -> Ticket | None:
    """The ticket of a text, or None where it is not ours, was changed, or is older than a day."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, body)):
        return None
    version, *values = json.loads(body)
    if version != _VERSION or len(values) != len(_FIELDS):
        return None
    ticket = Ticket(*values)
    return ticket if 0 <= now_ms - ticket.issued_at_ms < TICKET_MS else None


def _mac(secret: str, body: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"tealight ticket\0" + body, hashlib.sha256)[:_MAC_BYTES]
