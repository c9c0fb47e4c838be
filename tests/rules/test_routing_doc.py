"""The page about routing lists the keys as they are."""

import re
from pathlib import Path

from routing.store.keys import KEYS, key, lua_prelude

PAGE = Path(__file__).resolve().parents[2] / "docs" / "routing.md"


def test_every_key_stands_on_the_page_as_in_the_code() -> None:
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` \| (.*) \|$", PAGE.read_text().partition("## Keys")[2], re.MULTILINE)
    assert {name: (suffix, words.replace("\\|", "|")) for name, suffix, words in rows} == KEYS


def test_no_two_names_share_a_key() -> None:
    built = [key("{a:x}:", name, "one") for name in KEYS]
    assert len(set(built)) == len(built)


def test_lua_builds_the_same_keys() -> None:
    prelude = lua_prelude()
    for name, (suffix, _) in KEYS.items():
        assert (
            f"function K.{name}(S{', id' if '%s' in suffix else ''}) return S .. '{suffix.removesuffix('%s')}'"
            in prelude
        )
