"""The small language in which moves are written, made into regular expressions once (docs/practice.md). Pure.

    you sound/seem (so) * @feeling      alternatives, an optional word, up to three words between, a list
    ^what/how **                        from the start of a clause; up to eight words
    take your time $                    to its end
    you _ _                             exactly one word each
    lonel~                              any word that begins so

Each part eats at least one whole word or nothing, and gaps are bounded, so no clause can make a match slow.
"""

import re
from collections.abc import Mapping, Sequence

GAP_WORDS, LONG_GAP_WORDS = 3, 8
_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*~?")


class BadPattern(ValueError):
    """A pattern or a list that can't be read. The message says which."""


def expression_of(pattern: str, lists: Mapping[str, Sequence[str]]) -> str:
    """One pattern as a regular expression. Raises BadPattern."""
    made = []
    parts = pattern.split()
    if not parts or all(part in ("^", "$", "*", "**") for part in parts):
        raise BadPattern(f"{pattern!r} names no word.")
    if parts[0].startswith("("):
        raise BadPattern(f"{pattern!r} begins with a word that may be missing: it says nothing there.")
    if parts[0].startswith("^"):
        made.append("^")
        parts[0] = parts[0][1:]
    else:
        made.append("(?<![^ ])")
    ends = parts[-1] == "$"
    if not ends and parts[-1].startswith("("):
        raise BadPattern(f"{pattern!r} ends with a word that may be missing: it says nothing there.")
    made += [_one(part, pattern, lists) for part in (parts[:-1] if ends else parts)]
    return "".join(made) + ("$" if ends else "")


def compiled(patterns: Sequence[str], lists: Mapping[str, Sequence[str]]) -> re.Pattern[str] | None:
    """All patterns as one expression; None if there are none. Raises BadPattern."""
    if not patterns:
        return None
    return re.compile("|".join(f"(?:{expression_of(pattern, lists)})" for pattern in patterns))


def _one(part: str, pattern: str, lists: Mapping[str, Sequence[str]]) -> str:
    if part == "":
        return ""
    if part in ("*", "**"):
        most = GAP_WORDS if part == "*" else LONG_GAP_WORDS
        return rf"(?:[^ ,]+ (?:, )?){{0,{most}}}"
    if part == "_":
        return r"[^ ,]+ (?:, )?"
    if part.startswith("(") and part.endswith(")"):
        return f"(?:{_words(part[1:-1], pattern, lists)})?"
    return _words(part, pattern, lists)


def _words(part: str, pattern: str, lists: Mapping[str, Sequence[str]]) -> str:
    found: list[str] = []
    for choice in part.split("/"):
        if choice.startswith("@"):
            if choice[1:] not in lists:
                raise BadPattern(f"{pattern!r} names the list {choice[1:]!r}, which is not there.")
            found += lists[choice[1:]]
        else:
            found.append(choice)
    spelled = []
    for phrase in found:
        words = phrase.replace("+", " ").split()
        if not words or not all(_WORD.fullmatch(word) for word in words):
            raise BadPattern(f"{phrase!r} in {pattern!r} is no word.")
        spelled.append(" ".join(re.escape(w[:-1]) + "[^ ,]*" if w.endswith("~") else re.escape(w) for w in words))
    # The longest first, so that `worn out` is not read as `worn`.
    spelled.sort(key=len, reverse=True)
    return f"(?:{'|'.join(spelled)}) (?:, )?"
