"""Which texts may be a ChatMessage. Pure."""

import re

from chat.protocol.fields import TEXT_MAX

_PROGRAM_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def program_word(given: str) -> str:
    """A reason as it is kept, unsealed and among the facts: a word for programs. Whatever a person wrote is `other`."""
    return given if _PROGRAM_WORD.fullmatch(given) else "other"


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
