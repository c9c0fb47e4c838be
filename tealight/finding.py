"""What the doctor finds: one thing that was looked at."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "hint", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` says what to do about it."""

    verdict: Verdict
    what: str
    mend: str = ""
