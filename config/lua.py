"""The Function library: all Lua of the house as one versioned library, `tealight_<hash of its text>`.

Two versions live side by side during a rolling deploy, since every function's name carries the version.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_OPERATION = re.compile(r"^function OPS\.(\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Library:
    """`text` is what FUNCTION LOAD takes; `operations` are the names that `function()` knows."""

    text: str
    version: str
    operations: frozenset[str]

    def function(self, operation: str) -> str:
        """The server-wide name of one operation. Raises KeyError for one that no Lua file defines."""
        if operation not in self.operations:
            raise KeyError(operation)
        return f"tealight_{self.version}_{operation}"


def assemble(prelude: str, folders: Iterable[Path]) -> Library:
    """One library from the generated prelude and every .lua file of these folders, in order of folder and name."""
    parts = [prelude]
    for folder in folders:
        parts += [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.lua"))]
    body = "\n".join(parts)
    operations = _OPERATION.findall(body)
    version = hashlib.sha256(body.encode()).hexdigest()[:12]
    register = "\n".join(f"redis.register_function('tealight_{version}_{name}', OPS.{name})" for name in operations)
    return Library(f"#!lua name=tealight_{version}\n{body}\n{register}\n", version, frozenset(operations))
