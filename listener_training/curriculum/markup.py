"""From the text of a lesson to blocks: a small part of Markdown, and a fault for whatever lies outside it. Pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from listener_training.curriculum.blocks import (
    Block,
    ChatExample,
    ChatLine,
    Exercise,
    Heading,
    Paragraph,
    Points,
    Quote,
    Section,
    Span,
    Spans,
    Verdict,
    Who,
)

WHO: dict[str, Who] = {"Seeker": "seeker", "Listener": "listener", "Service": "service"}
VERDICTS: dict[str, Verdict] = {"good": "good", "less good": "less_good", "mended": "mended"}

_INLINE = re.compile(
    r"\*\*(?P<strong>[^*\n]+)\*\*"
    r"|\*(?P<emphasis>[^*\n]+)\*"
    r"|\[\^(?P<source>[a-z0-9-]+)\]"
    r"|\[\[(?P<lesson>[a-z0-9-]+)(?:\|(?P<words>[^\]\n]+))?\]\]"
    # Not after "!": that would be a picture, and there are none.
    r"|(?<!!)\[(?P<label>[^\]\n]+)\]\((?P<url>https://[^)\s]+)\)"
)
# Marks that people write and that mean nothing here; shown as they stand they would look like a mistake.
_LEFT_OVER = re.compile(r"\*|\]\(|\[\[|\[\^|<[a-zA-Z/!]|`|!\[|^\s*\|")
_LINE = re.compile(r"(?P<who>[A-Z][a-z]+): (?P<text>.+)")
_ORDERED = re.compile(r"\d+\. ")


class Fault(NamedTuple):
    """What is wrong, and in which line of the file."""

    line: int
    what: str


class Passage(NamedTuple):
    """Lines that belong together; `line` is where they begin."""

    line: int
    lines: list[str]
    fence: str | None


def sections_of(text: str, first_line: int = 1) -> tuple[list[Section], list[Fault]]:
    """The sections of a lesson's text, and what is wrong with it; `first_line` is where the text begins in its file."""
    sections: list[Section] = []
    faults: list[Fault] = []
    for passage in _passages(text, first_line, faults):
        block = _block(passage, faults)
        if isinstance(block, Heading) and block.level == 2:
            sections.append(Section("".join(span.text for span in block.spans), []))
        elif block is not None:
            if not sections:
                sections.append(Section("", []))
            sections[-1].blocks.append(block)
    return sections, faults


def _passages(text: str, first_line: int, faults: list[Fault]) -> Iterator[Passage]:
    """Fenced passages, and what stands between blank lines."""
    held: list[str] = []
    begun = first_line
    fence: str | None = None
    for number, line in enumerate(text.split("\n"), first_line):
        if line.startswith("```"):
            if fence is None:
                if held:
                    yield Passage(begun, held, None)
                fence = line[3:].strip()
                held, begun = [], number
            else:
                yield Passage(begun, held, fence)
                fence, held = None, []
        elif fence is not None or line.strip():
            if not held and fence is None:
                begun = number
            held.append(line.rstrip())
        elif held:
            yield Passage(begun, held, None)
            held = []
    if fence is not None:
        faults.append(Fault(begun, "this fence is never closed"))
    elif held:
        yield Passage(begun, held, None)


def _block(passage: Passage, faults: list[Fault]) -> Block | None:
    number, lines, fence = passage
    if fence is not None:
        return _fenced(passage, faults)
    first = lines[0]
    if first.startswith("#"):
        marks, _, words = first.partition(" ")
        if marks not in ("##", "###") or len(lines) > 1:
            faults.append(Fault(number, "a heading is one line that begins with ## or ###, with a blank line after it"))
            return None
        return Heading(len(marks), inline(words, number, faults))
    if first.startswith("- ") or _ORDERED.match(first):
        return _points(passage, faults)
    if first.startswith(">"):
        words = " ".join(line.removeprefix(">").strip() for line in lines)
        return Quote(inline(words, number, faults))
    return Paragraph(inline(" ".join(line.strip() for line in lines), number, faults))


def _points(passage: Passage, faults: list[Fault]) -> Points:
    is_ordered = not passage.lines[0].startswith("- ")
    items: list[str] = []
    for offset, line in enumerate(passage.lines):
        mark = _ORDERED.match(line) if is_ordered else re.match("- ", line)
        if mark:
            items.append(line[mark.end() :])
        elif line.startswith("  "):
            items[-1] += " " + line.strip()
        else:
            what = "a line of a list begins like the first one, or is indented"
            faults.append(Fault(passage.line + offset, what))
    return Points(is_ordered, [inline(item, passage.line, faults) for item in items])


def inline(words: str, number: int, faults: list[Fault]) -> Spans:
    """A line of words as spans."""
    spans: Spans = []
    at = 0
    for mark in _INLINE.finditer(words):
        _plain(words[at : mark.start()], number, spans, faults)
        at = mark.end()
        if mark["strong"]:
            spans.append(Span(mark["strong"], style="strong"))
        elif mark["emphasis"]:
            spans.append(Span(mark["emphasis"], style="emphasis"))
        elif mark["source"]:
            spans.append(Span("", source=mark["source"]))
        elif mark["lesson"]:
            spans.append(Span(mark["words"] or "", lesson=mark["lesson"]))
        else:
            spans.append(Span(mark["label"], url=mark["url"]))
    _plain(words[at:], number, spans, faults)
    return spans


def _plain(words: str, number: int, spans: Spans, faults: list[Fault]) -> None:
    if stray := _LEFT_OVER.search(words):
        faults.append(Fault(number, f"{stray[0]!r} means nothing here; docs/curriculum.md lists what may be written"))
    if words:
        spans.append(Span(words))


def _fenced(passage: Passage, faults: list[Fault]) -> Block | None:
    if passage.fence == "chat":
        return _chat(passage, faults)
    if passage.fence == "exercise":
        fields, _ = _fields(passage, ("task", "compare"), faults)
        return Exercise(fields["task"], fields["compare"]) if fields else None
    faults.append(Fault(passage.line, f"a fence is a chat or an exercise, not {passage.fence!r}"))
    return None


def _chat(passage: Passage, faults: list[Fault]) -> ChatExample | None:
    fields, rest = _fields(passage, ("title", "verdict", "why"), faults)
    lines = chat_lines([line for _, line in rest], passage.line, faults)
    if not fields:
        return None
    verdict = VERDICTS.get(fields["verdict"])
    if verdict is None:
        faults.append(Fault(passage.line, f"a verdict is one of {', '.join(VERDICTS)}, not {fields['verdict']!r}"))
        return None
    return ChatExample(fields["title"], verdict, lines, fields["why"])


def chat_lines(written: list[str], number: int, faults: list[Fault]) -> list[ChatLine]:
    """Messages from lines of `Seeker: ...`, `Listener: ...`, `Service: ...`; `> ...` is a note on the line before."""
    lines: list[ChatLine] = []
    for line in written:
        if line.startswith(">") and lines:
            said = lines[-1]
            lines[-1] = ChatLine(said.who, said.text, f"{said.note} {line[1:].strip()}".strip())
            continue
        match = _LINE.fullmatch(line)
        who = WHO.get(match["who"]) if match else None
        if match is None or who is None:
            faults.append(
                Fault(number, f"a line of a chat begins with {': or '.join(WHO)}:, this one with {line[:20]!r}")
            )
        else:
            lines.append(ChatLine(who, match["text"].strip()))
    return lines


def _fields(
    passage: Passage, names: tuple[str, ...], faults: list[Fault]
) -> tuple[dict[str, str] | None, list[tuple[int, str]]]:
    """The `name: words` lines of a fence (None if one is missing), and the other lines."""
    fields: dict[str, str] = {}
    rest: list[tuple[int, str]] = []
    for offset, line in enumerate(passage.lines, 1):
        name, colon, words = line.partition(":")
        if colon and name in names and words.strip():
            if name in fields:
                faults.append(Fault(passage.line + offset, f"{name} stands here twice"))
            fields[name] = words.strip()
        elif line.strip():
            rest.append((passage.line + offset, line.strip()))
    missing = [name for name in names if name not in fields]
    if missing:
        faults.append(Fault(passage.line, f"the {passage.fence} has no {' and no '.join(missing)}"))
        return None, rest
    if passage.fence == "exercise" and rest:
        faults.append(Fault(rest[0][0], "an exercise has a task and a compare, each on one line"))
    return fields, rest
