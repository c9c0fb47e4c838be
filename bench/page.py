"""docs/performance.md: each benchmark writes its own part of the page, between two marks."""

from collections.abc import Iterable, Sequence
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def replace_part(name: str, text: str, page: Path = PAGE) -> None:
    """Put `text` between the marks of `name`. Raises ValueError where the page has no such marks."""
    command = "make soak" if name == "soak" else f"python -m bench {name}"
    begin, end = f"<!-- {name}: written by {command} -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{page.name} has no marks for {name}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)
