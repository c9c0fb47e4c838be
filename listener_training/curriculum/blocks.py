"""What the text of a lesson is made of. Pages lay these blocks out; no HTML is ever made from what an author wrote."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Style = Literal["plain", "strong", "emphasis"]
Who = Literal["seeker", "listener", "service"]
#: `good`: like this. `less_good`: not like this, and why. `mended`: it goes wrong first and is put right.
Verdict = Literal["good", "less_good", "mended"]


class Span(Struct, frozen=True, omit_defaults=True):
    """A stretch of text in one look. At most one of the last three is set: a web address, a source's id, a lesson's id.

    A span with `source` has no text: the page shows the number of that source in the lesson's `sources`.
    A span with `lesson` and no text shows that lesson's title.
    """

    text: str
    style: Style = "plain"
    url: str | None = None
    source: str | None = None
    lesson: str | None = None


Spans = list[Span]


class Heading(Struct, frozen=True, tag_field="block", tag="heading"):
    """A heading inside a lesson; level 2 or 3, since the lesson's title is the first."""

    level: int
    spans: Spans


class Paragraph(Struct, frozen=True, tag_field="block", tag="paragraph"):
    spans: Spans


class Points(Struct, frozen=True, tag_field="block", tag="points"):
    """A list; with `is_ordered` its items are steps."""

    is_ordered: bool
    items: list[Spans]


class Quote(Struct, frozen=True, tag_field="block", tag="quote"):
    """Words to use, or a remark set apart."""

    spans: Spans


class ChatLine(Struct, frozen=True, omit_defaults=True):
    """One message of an example; `note` says what it does. `service` is a line that the service itself writes."""

    who: Who
    text: str
    note: str = ""


class ChatExample(Struct, frozen=True, tag_field="block", tag="chat"):
    """An example in chat form. `why` says what makes it good or less good."""

    title: str
    verdict: Verdict
    lines: list[ChatLine]
    why: str


class Exercise(Struct, frozen=True, tag_field="block", tag="exercise"):
    """Something to do while reading; nothing of it is kept or judged. `compare` is shown when the reader asks."""

    task: str
    compare: str


Block = Heading | Paragraph | Points | Quote | ChatExample | Exercise


class Section(Struct, frozen=True):
    """A heading of level 2 and what stands below it; the first section of a lesson may have no title."""

    title: str
    blocks: list[Block]

    def spans(self) -> Iterator[Span]:
        """All spans of running text, in reading order."""
        for block in self.blocks:
            match block:
                case Heading(spans=spans) | Paragraph(spans=spans) | Quote(spans=spans):
                    yield from spans
                case Points(items=items):
                    for item in items:
                        yield from item


def words_of(block: Block) -> str:
    """All words of a block as they are read, one passage a line."""
    match block:
        case Heading(spans=spans) | Paragraph(spans=spans) | Quote(spans=spans):
            return plain(spans)
        case Points(items=items):
            return "\n".join(plain(item) for item in items)
        case ChatExample():
            said = [f"{line.text}\n{line.note}" for line in block.lines]
            return "\n".join([block.title, *said, block.why])
        case Exercise():
            return f"{block.task}\n{block.compare}"


def plain(spans: Spans) -> str:
    return "".join(span.text for span in spans)
