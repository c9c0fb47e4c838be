"""Pages that are named exist: links between documents, and the pages that modules point to."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def committed(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


@pytest.mark.parametrize("page", committed(".md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_pages_that_the_code_points_to_exist() -> None:
    named = {
        page
        for path in committed(".py", ".lua", ".ts", ".tsx", ".yaml")
        for page in re.findall(r"docs/[a-z][a-z-]*\.md", path.read_text())
    }
    assert sorted(page for page in named if not (ROOT / page).exists()) == []


def test_decisions_have_a_few_dated_lines_each() -> None:
    for record in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        lines = re.findall(r"^- (\d{4}-\d\d-\d\d)\. ", record.read_text(), re.MULTILINE)
        assert 3 <= len(lines) <= 12, f"{record.name} has {len(lines)} dated lines"
