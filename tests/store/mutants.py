"""Believable mistakes in the Lua text. A suite that stays green with one of them in place is not worth its name.

`python -m tests.store.mutants [--lives] [NAME...]` puts one after the other in place, runs the suite against it and
tells which were found; with --lives by the made-up lives alone.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from config.lua import Library, assemble
from tealight.library import library
from tests.store.mistakes import WITHIN
from tests.store.mistakes_across import ACROSS

ROOT = Path(__file__).resolve().parents[2]
CHOICE = "TEALIGHT_MUTANT"
#: For one mistake, on a machine that does other work.
PATIENCE_S = 900.0

STORE = "tests/store"
MUTANTS = WITHIN | ACROSS
LIVES = [f"{STORE}/test_life_machine.py"]
#: The quickest first: a run ends with the first test that finds the mistake.
SUITE = [
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / STORE).glob("test_*_stories.py")),
    *(f"{STORE}/test_{name}.py" for name in ("refill", "two_shards", "race", "forgotten_steps")),
]


def mutated(library_text: str, name: str) -> str:
    """The prelude-less Lua text with this mistake. Raises ValueError where it does not fit exactly once."""
    right, wrong = MUTANTS[name]
    if library_text.count(right) != 1:
        raise ValueError(f"{name}: the text stands {library_text.count(right)} times in the Lua files")
    return library_text.replace(right, wrong)


def library_under_test(name: str = "") -> Library:
    """The library as it stands, or with this mistake, or with the one that the environment names."""
    whole = library()
    name = name or os.environ.get(CHOICE, "")
    if not name:
        return whole
    body = whole.text.partition("\n")[2]
    register = body[body.index("\nredis.register_function(") :]
    return assemble(mutated(body.removesuffix(register), name), [])


def is_found(name: str, suite: list[str] = SUITE) -> bool:
    """Does the suite, or a part of it, go red with this mistake on the embedded engine?"""
    library_under_test(name)  # a text that doesn't fit would fail every test, which is no finding
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "not redis7 and not mutant",
            *suite,
        ],
        cwd=ROOT,
        env={**os.environ, CHOICE: name},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if run.returncode not in (0, 1):  # 1: tests failed; anything else is a broken run, not a found mistake
        raise RuntimeError(run.stdout[-2000:] + run.stderr[-2000:])
    return run.returncode == 1


def main() -> int:
    suite = LIVES if "--lives" in sys.argv else SUITE
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(MUTANTS)
    survivors = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as executor:
        for name, found in zip(names, executor.map(partial(is_found, suite=suite), names), strict=True):
            print(f"{'found   ' if found else 'SURVIVED'}  {name}", flush=True)
            if not found:
                survivors.append(name)
    print(f"{len(names) - len(survivors)} of {len(names)} mistakes found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
