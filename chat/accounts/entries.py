"""What may be entered about a person: names, passwords, languages, limits. Pure rules; each raises Refused."""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from chat.accounts.refusal import Refused

NAME = re.compile(r"[a-z0-9._-]{2,40}")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
PASSWORD_MIN, PASSWORD_MAX = 12, 200
DISPLAY_NAME_MAX = 40
LANGUAGE_MAX = 35
LANGUAGES_MAX = 20
#: Above this a number is a slip of the keyboard: nobody listens to a hundred people at once.
MAX_CHATS_LIMIT = 100
DEFAULT_MAX_CHATS = 4
StaffRole = Literal["listener", "supervisor", "admin"]
STAFF_ROLES: tuple[StaffRole, ...] = get_args(StaffRole)


def name_of(raw: str) -> str:
    """The sign-in name."""
    if not NAME.fullmatch(raw):
        raise Refused("bad_name", "A name has 2 to 40 characters of a-z 0-9 . _ -.")
    return raw


def display_name_of(raw: str) -> str:
    """The name that seekers see."""
    trimmed = " ".join(raw.split())
    if not 1 <= len(trimmed) <= DISPLAY_NAME_MAX or not trimmed.isprintable():
        raise Refused("bad_display_name", "A shown name has 1 to 40 ordinary characters.")
    return trimmed


def first_display_name(name: str) -> str:
    """What a person is called until they say otherwise."""
    return name[:1].upper() + name[1:]


def password_of(raw: str) -> str:
    """The password: its length is the only rule (NIST SP 800-63B, 3.1.1.2: no rules of composition)."""
    if not PASSWORD_MIN <= len(raw) <= PASSWORD_MAX:
        raise Refused("bad_password", "A password has 12 to 200 characters; there is no other rule.")
    try:
        raw.encode()
    except UnicodeEncodeError:
        raise Refused("bad_password", "That password holds characters that can't be stored.") from None
    return raw


def role_of(raw: str) -> StaffRole:
    """The role of a member of staff."""
    if raw not in STAFF_ROLES:
        raise Refused("bad_role", "A role is listener, supervisor or admin.")
    return raw


def max_chats_of(raw: int) -> int:
    """How many chats a person may hold at once at most."""
    if not 1 <= raw <= MAX_CHATS_LIMIT:
        raise Refused("bad_max_chats", f"The most chats at once is a number from 1 to {MAX_CHATS_LIMIT}.")
    return raw


def language_of(raw: str) -> str:
    """A BCP 47 tag in its usual spelling (RFC 5646, 2.1.1): `pt-BR`, `zh-Hant`."""
    if len(raw) > LANGUAGE_MAX or not LANGUAGE.fullmatch(raw):
        raise Refused("bad_language", "A language is a tag such as en, es or pt-BR.")
    first, *rest = raw.replace("_", "-").lower().split("-")
    spelled = [first]
    after_singleton = False
    for part in rest:
        if not after_singleton and len(part) == 2:
            part = part.upper()
        elif not after_singleton and len(part) == 4:
            part = part.title()
        after_singleton = after_singleton or len(part) == 1
        spelled.append(part)
    return "-".join(spelled)


def languages_of(raw: Iterable[str]) -> tuple[str, ...]:
    """Language tags in their usual spelling, each once, in the order given; at least one."""
    languages = tuple(dict.fromkeys(language_of(tag) for tag in raw))
    if not 1 <= len(languages) <= LANGUAGES_MAX:
        raise Refused("bad_language", f"A person speaks 1 to {LANGUAGES_MAX} languages here.")
    return languages
