"""docs/settings.md lists every setting, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_documentation_lists_all_settings_and_no_other() -> None:
    code = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', code))
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert read == listed
    assert {"HOST", "PORT", "SECRET_KEY", "REDIS_URL", "START_GAP_S"} <= read
