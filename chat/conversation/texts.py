"""Which texts may be a ChatMessage. Pure."""

from chat.protocol.fields import TEXT_MAX


def is_good_text(text: str) -> bool:
    """1 to 4,000 characters, without NUL (PostgreSQL has no place for it) and lone surrogates (UTF-8 has none)."""
    if not 1 <= len(text) <= TEXT_MAX or "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
