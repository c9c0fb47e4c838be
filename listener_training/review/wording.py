"""How words about a review are kept: about a real chat sealed with the chat's own key, so that they go with it.

Words about a practice chat are kept as the practice chat itself is (docs/privacy.md). Pure.
"""

from chat.conversation.sealing import ChatKey, UnsealError

#: What unsealed words begin with; sealed ones begin with their version, which is never zero.
_PLAIN = b"\x00"


def pack(key: ChatKey | None, about: str, by: str, words: str) -> bytes:
    """What is kept. `about`: the review and which of its words, `by`: whose; `key` None: nothing to seal with."""
    if not words:
        return b""
    return _PLAIN + words.encode() if key is None else key.seal_note(about, by, words)


def unpack(key: ChatKey | None, about: str, by: str, kept: bytes) -> str:
    """The words; empty where there are none, or where their key is gone."""
    if kept[:1] == _PLAIN:
        return kept[1:].decode()
    if not kept or key is None:
        return ""
    try:
        return key.unseal_note(about, by, kept)
    except UnsealError:
        return ""
