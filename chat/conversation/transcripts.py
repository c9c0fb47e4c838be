"""What the log of an ended chat is in the archive: entries as they were sealed. Nothing here can read a word.

Only `read_transcript` opens them, with the chat's key, for somebody who may.
"""

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct


class BadTranscriptError(Exception):
    """What was read is no log of a chat, or not the one that was archived. The message names no words."""


class SealedEntry(Struct, frozen=True, array_like=True):
    """One entry of a log. `text` is sealed."""

    seq: int
    from_id: str
    message_id: str
    sent_at_ms: int
    text: bytes

    def __repr__(self) -> str:
        return f"SealedEntry(seq={self.seq}, from_id={self.from_id!r})"


def pack(entries: Sequence[SealedEntry]) -> tuple[bytes, str]:
    """The entries as one piece, and its SHA-256 in hexadecimal; the same entries always give the same."""
    packed = msgspec.msgpack.encode(entries)
    return packed, hashlib.sha256(packed).hexdigest()


def unpack(packed: bytes, sha256: str) -> list[SealedEntry]:
    """The entries again. Raises BadTranscriptError where they are not those that were packed."""
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise BadTranscriptError("the archived entries are not those that were archived")
    return msgspec.msgpack.decode(packed, type=list[SealedEntry])


def checked(entries: Sequence[SealedEntry], seq: int) -> Sequence[SealedEntry]:
    """The entries, if they are 1 to `seq` without a gap. Raises BadTranscriptError."""
    if [entry.seq for entry in entries] != list(range(1, seq + 1)):
        held = f"{entries[0].seq} to {entries[-1].seq}" if entries else "nothing"
        raise BadTranscriptError(f"the log should hold 1 to {seq}, and holds {held} in {len(entries)} entries")
    return entries


def longer(archived: Sequence[SealedEntry], read: Sequence[SealedEntry]) -> Sequence[SealedEntry]:
    """Of what is archived already and what the engine holds, the one that begins with all of the other.

    An engine that was restored from an older state holds less; what was archived is never made shorter. Raises
    BadTranscriptError where the two tell different things.
    """
    more, less = (archived, read) if len(archived) >= len(read) else (read, archived)
    if list(more[: len(less)]) != list(less):
        raise BadTranscriptError("the archive and the log hold different entries")
    return more
