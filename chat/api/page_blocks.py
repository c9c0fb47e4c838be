"""A built page with named blocks, filled in by the server where a page must say something without a script. Pure.

A block stands between `<!--[name]-->` and `<!--[/name]-->`, holds `[[field]]`s and further blocks, and is shown as
often as there are values for it: not at all without any. So all words stay in the page, where they are translated.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape

#: Texts for fields; a sequence of further values for each block that is shown.
Filling = Mapping[str, str | Sequence["Filling"]]

_BLOCK = re.compile(r"<!--\[(?P<name>\w+)\]-->(?P<inside>.*?)<!--\[/(?P=name)\]-->", re.DOTALL)
_FIELD = re.compile(r"\[\[(\w+)\]\]")


class Blocks:
    """One page. `words` are the texts of the blocks named `words_...`, which are never shown themselves."""

    def __init__(self, page: str) -> None:
        self._page = page
        found = _BLOCK.finditer(page)
        self.words = {m["name"]: m["inside"].strip() for m in found if m["name"].startswith("words_")}

    def fill(self, filling: Filling) -> str:
        """The page with these values, escaped. Raises KeyError for a field without one."""
        return _fill(self._page, filling)


def _fill(text: str, filling: Filling) -> str:
    parts, end = [], 0
    for block in _BLOCK.finditer(text):
        parts.append(_fields(text[end : block.start()], filling))
        values = filling.get(block["name"], ())
        if not isinstance(values, str):
            parts += [_fill(block["inside"], {**filling, **value}) for value in values]
        end = block.end()
    return "".join([*parts, _fields(text[end:], filling)])


def _fields(text: str, filling: Filling) -> str:
    def value(field: re.Match[str]) -> str:
        found = filling[field[1]]
        if not isinstance(found, str):
            raise KeyError(field[1])
        return escape(found)

    return _FIELD.sub(value, text)
