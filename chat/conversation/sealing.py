"""Sealing what people write with their chat's own key. Pure; what it promises stands in docs/encryption.md.

AES-256-GCM whose nonce is a keyed hash of all that is sealed (a synthetic IV, after Rogaway and Shrimpton,
"Deterministic Authenticated-Encryption", 2006). So the same words of the same message always give the same bytes, by
which the engine's script knows a repeat from another text under an old id; two different messages never share a nonce,
which is what GCM needs.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
#: What every sealed text begins with; another way of sealing would begin otherwise.
VERSION = b"\x01"
_NONCE_END = 13
# HMAC (RFC 2104) hashes behind a key, filled up to SHA-256's block and changed in two ways.
_BLOCK_BYTES = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
#: version, nonce and tag: so much longer than the words in UTF-8 is what is kept of them.
OVERHEAD_BYTES = 29
#: What stands where sealed words can't be opened (Unicode's sign for what can't be shown): the log has no holes.
UNREADABLE = "\ufffd"


class UnsealError(ValueError):
    """This was not sealed with this key for this place, or was changed since. Says nothing of what it holds."""


class ChatKey:
    """The key of one chat. Sealing binds the words to the chat, to who wrote them and to the message's id."""

    __slots__ = ("_aead", "_bound", "_inner", "_outer", "chat_id")

    def __init__(self, chat_id: str, secret: bytes) -> None:
        """`secret`: 32 random bytes, of this chat alone."""
        self.chat_id = chat_id
        # HKDF-Expand of RFC 5869, one block each: the secret is uniform already.
        self._aead = AESGCM(_subkey(secret, b"tealight words 1"))
        # HMAC-SHA256 as far as it is the same for all messages of the chat: the rest costs a third of the whole.
        nonce_key = _subkey(secret, b"tealight nonces 1").ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(nonce_key.translate(_INNER))
        self._outer = hashlib.sha256(nonce_key.translate(_OUTER))
        self._bound = VERSION + chat_id.encode() + b"|"

    def __repr__(self) -> str:
        return f"ChatKey(chat_id={self.chat_id!r})"

    def seal(self, from_id: str, message_id: str, text: str) -> bytes:
        """What may be kept of a ChatMessage."""
        return self._seal(self._bound + f"m|{from_id}|{message_id}".encode(), text.encode())

    def unseal(self, from_id: str, message_id: str, sealed: bytes) -> str:
        """The text of a ChatMessage. Raises UnsealError."""
        return self._unseal(self._bound + f"m|{from_id}|{message_id}".encode(), sealed).decode()

    def seal_note(self, kind: str, by_id: str, words: str) -> bytes:
        """What may be kept of words about the chat. `kind`: which sort of them, `by_id`: whose."""
        return self._seal(self._bound + f"n|{kind}|{by_id}".encode(), words.encode())

    def unseal_note(self, kind: str, by_id: str, sealed: bytes) -> str:
        """The words about the chat. Raises UnsealError."""
        return self._unseal(self._bound + f"n|{kind}|{by_id}".encode(), sealed).decode()

    def _seal(self, bound: bytes, plain: bytes) -> bytes:
        # With its length in front no two pairs of what is bound and what is written are hashed as the same bytes.
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(b"%d|%b%b" % (len(bound), bound, plain))
        outer.update(inner.digest())
        nonce = outer.digest()[:12]
        return VERSION + nonce + self._aead.encrypt(nonce, plain, bound)

    def _unseal(self, bound: bytes, sealed: bytes) -> bytes:
        if sealed[:1] != VERSION:
            raise UnsealError(self.chat_id)
        try:
            return self._aead.decrypt(sealed[1:_NONCE_END], sealed[_NONCE_END:], bound)
        except (InvalidTag, ValueError):
            raise UnsealError(self.chat_id) from None


def _subkey(secret: bytes, purpose: bytes) -> bytes:
    return hmac.digest(secret, purpose + b"\x01", hashlib.sha256)
