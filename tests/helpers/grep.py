"""Looking for words in files as they might stand there: plain, escaped, encoded."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

#: A word cut off at both ends of a base64 group still shows this much.
_ENOUGH = 6


def forms_of(words: str) -> dict[str, bytes]:
    """How the words look in a file. Base64 depends on where in a group they begin, so there are three of it."""
    plain = words.encode()
    forms = {
        "utf-8": plain,
        "utf-16": words.encode("utf-16-le"),
        "json": json.dumps(words)[1:-1].encode(),
        "hexadecimal": plain.hex().encode(),
    }
    for at in range(3):
        encoded = base64.b64encode(bytes(at) + plain)
        # The first and the last group hold bits of what stands around the words.
        inner = encoded[4 if at else 0 : -4]
        assert len(inner) >= _ENOUGH, "too short to be looked for"
        forms[f"base64 at {at}"] = inner
        forms[f"base64url at {at}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return forms


def found_in(paths: Iterable[Path], words: Iterable[str]) -> set[tuple[str, str, str]]:
    """(file's name, form, words) of everything that stands in one of these files."""
    wanted = [(text, form, what) for text in words for form, what in forms_of(text).items()]
    found: set[tuple[str, str, str]] = set()
    for path in paths:
        held = path.read_bytes()
        found |= {(path.name, form, text) for text, form, what in wanted if what in held}
    return found
