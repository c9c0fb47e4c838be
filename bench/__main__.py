"""`python -m bench [NAME...]`: every benchmark, one after the other, as tables and as JSON under bench/results/.

Those that have a part of docs/performance.md write it.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
BENCHES = ("durability", "failover", "load", "messages", "routing")


def show(name: str, figures: dict[str, Any]) -> None:
    """One table: nested figures as rows."""
    table = Table("what", "figure", title=name.replace("_", " "), title_justify="left")

    def rows(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                rows(f"{prefix} {key}".strip(), inner)
        else:
            table.add_row(prefix.replace("_", " "), str(value))

    rows("", figures)
    Console(width=110).print(table)


def main(wanted: list[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    for name in BENCHES:
        if wanted and name not in wanted:
            continue
        module = importlib.import_module(f"bench.{name}")
        figures = module.run()
        figures["command"] = f"python -m bench {name}"
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
        show(name, figures)
        if hasattr(module, "publish"):
            module.publish(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
