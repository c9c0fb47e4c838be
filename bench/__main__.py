"""`python -m bench [NAME...]`: every benchmark, one after the other, as tables and as JSON under bench/results/.

Those that have a part of docs/performance.md write it.
"""

import argparse
import importlib
import json
import signal
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
BENCHES = ("durability", "failover", "links", "load", "messages", "routing")
#: These need the driver that runs the peers.
BESIDE_PEERS = ("instructions", "peers")


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


def main(words: list[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*BENCHES, *BESIDE_PEERS)))
    asked.add_argument("--harness", type=Path, help="the folder of the driver that runs the peers")
    asked.add_argument("--short", action="store_true", help="beside peers: fewer and shorter runs")
    given = asked.parse_args(words)
    unknown = set(given.names) - {*BENCHES, *BESIDE_PEERS}
    if unknown:
        asked.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    # So that whatever was started is ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in (*BENCHES, *BESIDE_PEERS):
        if given.names and name not in given.names:
            continue
        module = importlib.import_module(f"bench.{name}")
        command = f"python -m bench {name}"
        if name in BENCHES:
            figures = module.run()
        elif given.harness is not None:
            figures = module.run(given.harness.resolve(), is_short=given.short)
            command += " --harness FOLDER" + (" --short" if given.short else "")
        else:
            print(f"{name}: left out; --harness FOLDER names what runs them.")
            continue
        figures["command"] = command
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
        show(name, figures)
        if hasattr(module, "publish"):
            module.publish(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
