"""How words about a review are kept: sealed with the key of the chat, so that they go with it. Pure."""

from chat.conversation.sealing import ChatKey, UnsealError


def pack(key: ChatKey, about: str, by: str, words: str) -> bytes:
    """What is kept. `about`: which of the words of which review, `by`: whose."""
    return key.seal_note(about, by, words) if words else b""


def unpack(key: ChatKey | None, about: str, by: str, kept: bytes) -> str:
    """The words; empty where there are none, or where their key is gone."""
    if not kept or key is None:
        return ""
    try:
        return key.unseal_note(about, by, kept)
    except UnsealError:
        return ""
