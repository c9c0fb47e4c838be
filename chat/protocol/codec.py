"""Frames to commands and back, in JSON text or MessagePack. One place catches all that hostile bytes can raise."""

import json
from collections.abc import Callable
from typing import Any, Protocol

import msgpack
import msgspec

from chat.protocol.codes import WORDS, Code
from chat.protocol.commands import COMMANDS, Command
from chat.protocol.fields import SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK
from chat.protocol.pushes import Push
from chat.protocol.replies import Reply

_KNOWN_TYPES = frozenset(c.__struct_config__.tag for c in COMMANDS)
#: Fields that hold what a person wrote: a lone surrogate there is bad_text, elsewhere bad_frame.
_TEXT_FIELDS = ("text", "first_words", "comment", "note")


class BadFrame(Exception):
    """A frame that is no command. `ref`: its own, where it could be read; `may_be_hello`: it set out to be one."""

    def __init__(
        self, code: Code, ref: str | None = None, detail: str | None = None, *, may_be_hello: bool = False
    ) -> None:
        super().__init__(code)
        self.code: Code = code
        self.ref = ref
        self.may_be_hello = may_be_hello
        self.words = f"{WORDS[code]} {detail}" if detail else WORDS[code]


class Codec(Protocol):
    """`decode` raises BadFrame and nothing else, whatever the bytes."""

    subprotocol: str
    is_text: bool

    def decode(self, frame: str | bytes) -> Command: ...
    def encode(self, out: Push | Reply, /) -> bytes: ...


def _blame(loose: Any, error: Exception) -> BadFrame:
    """Say what was wrong with a frame that the strict decoder refused, from a loose reading of it (or None)."""
    if not isinstance(loose, dict):
        return BadFrame("bad_frame")
    ref = loose.get("ref")
    if not isinstance(ref, str) or not 1 <= len(ref) <= 64 or _has_surrogate(ref):
        ref = None
    kind = loose.get("type")
    if not isinstance(kind, str):
        return BadFrame("bad_frame", ref, "The field type is missing.")
    if kind not in _KNOWN_TYPES:
        return BadFrame("unknown_type", ref)
    if any(isinstance(v := loose.get(name), str) and _has_surrogate(v) for name in _TEXT_FIELDS):
        return BadFrame("bad_text", ref)
    # msgspec's own words name the field and what it should be; they go back to the sender and into no log.
    detail = str(error) if isinstance(error, msgspec.ValidationError) else None
    return BadFrame("bad_frame", ref, detail, may_be_hello=kind == "hello")


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _any_number(digits: str) -> float:
    """Python refuses to read integers of thousands of digits; the frame's ref is wanted all the same."""
    return float(digits)


class JsonCodec:
    subprotocol = SUBPROTOCOL_JSON
    is_text = True

    def __init__(self) -> None:
        self._decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
        self.encode: Callable[[Push | Reply], bytes] = msgspec.json.Encoder().encode

    def decode(self, frame: str | bytes) -> Command:
        if not isinstance(frame, str):
            raise BadFrame("bad_frame", detail="This connection speaks text frames.", may_be_hello=True)
        try:
            return self._decoder.decode(frame)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
            try:
                loose = json.loads(frame, parse_int=_any_number)
            except (ValueError, RecursionError):
                loose = None
            raise _blame(loose, error) from None


class MsgpackCodec:
    subprotocol = SUBPROTOCOL_MSGPACK
    is_text = False

    def __init__(self) -> None:
        self._decoder: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)
        self.encode: Callable[[Push | Reply], bytes] = msgspec.msgpack.Encoder().encode

    def decode(self, frame: str | bytes) -> Command:
        if isinstance(frame, str):
            raise BadFrame("bad_frame", detail="This connection speaks binary frames.", may_be_hello=True)
        try:
            return self._decoder.decode(frame)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
            try:
                loose = msgpack.unpackb(frame, unicode_errors="surrogatepass", strict_map_key=False)
            except Exception:  # msgpack raises a family of its own, plus ValueError, TypeError and RecursionError
                loose = None
            raise _blame(loose, error) from None


JSON = JsonCodec()
MSGPACK = MsgpackCodec()
CODECS: dict[str, Codec] = {c.subprotocol: c for c in (JSON, MSGPACK)}
