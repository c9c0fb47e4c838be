"""How much one trainer takes on at a time, so that each piece of work gets a careful look. The numbers are ours."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Cap = Annotated[int, Meta(ge=1, le=1000)]


class Caps(Struct, frozen=True, forbid_unknown_fields=True):
    """`caps.toml`"""

    chats_of_a_mentor: Cap
    editions_of_a_verifier_in_a_week: Cap
    drafts_of_an_author: Cap


#: As they ship; a test holds the file to its form.
CAPS = msgspec.convert(tomllib.loads((Path(__file__).parent / "caps.toml").read_text(encoding="utf-8")), Caps)
