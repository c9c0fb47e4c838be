"""Instructions of a delivered message, ours and Socket.IO's: `python -m bench instructions --harness FOLDER`.

Where the processor's counters are hidden, each server process runs under valgrind's callgrind, which counts the
instructions of the process, not the kernel's, and is some fifty times slower for it. So clocks run slower, too, the
engine's with them: what is done by the clock is as rare beside the messages as it is in reality.
"""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.page import replace_part, table
from bench.peers.harness import Lab
from bench.peers.page import FLAT_WITHIN, SHARES

OURS, THEIRS = "tealight", "socketio-redis"
PROCESSES = (1, 2, 4)
PAIRS = 100
#: Saturated, before anything is counted, so that the peer's compiler has done its work.
WARM_S, TALK_S = 20, 30
#: Before and after, a message a second or so is nothing: counting is switched on, and read.
QUIET_S, SWITCH_S, AFTER_TALK_S = 10, 6.0, 1.0
PHASES = (f"closed:1:0.5:{WARM_S}", f"rate:1:0:{QUIET_S}", f"closed:1:0:{TALK_S}", f"rate:1:0:{QUIET_S}")
_QUIET, _TALK, _AFTER = 2, 3, 4
#: Clocks run so many times slower.
SLOWER = 50
#: Sign-ins and clearances are made by the true clock, and must not lie in the future of the slow one.
AHEAD_S = 3600
CLOCK = Path(__file__).parent / "peers" / "slow_clock.c"


def run(harness: Path, *, is_short: bool = False) -> dict[str, Any]:
    """All figures; about fifteen minutes. Short: two processes only. Raises FileNotFoundError without valgrind."""
    if shutil.which("valgrind") is None or shutil.which("vgdb") is None:
        raise FileNotFoundError("valgrind")
    wanted = PROCESSES[1:2] if is_short else PROCESSES
    lab = Lab(harness)
    lab.harness.SCHED = ["nice", "-n", "10"]  # what is counted doesn't change by waiting
    try:
        with tempfile.TemporaryDirectory(prefix="tealight-slow-") as folder:
            clock = Path(folder) / "clock.so"
            subprocess.run(["gcc", "-O2", "-Wall", "-shared", "-fPIC", "-o", clock, CLOCK, "-ldl"], check=True)
            servers = {
                name: {str(procs): _count(lab, name, procs, clock) for procs in wanted} for name in (OURS, THEIRS)
            }
    finally:
        lab.close()
    return {"pairs": PAIRS, "servers": servers}


class Counter:
    """One server process under callgrind."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._pid = pid
        self._folder = folder
        self._dumps = 0

    def switch_on(self) -> None:
        """Count from now on. It takes a second or so: all that was translated is translated anew."""
        self._tell("instrumentation", "on")

    def taken(self) -> int:
        """Instructions since the last time."""
        self._tell("dump")
        self._dumps += 1
        dump = (self._folder / f"{self._pid}.{self._dumps}").read_text()
        return int(next(line for line in dump.splitlines() if line.startswith("totals:")).split()[1])

    def _tell(self, *words: str) -> None:
        subprocess.run(["vgdb", f"--pid={self._pid}", *words], capture_output=True, timeout=60, check=True)


def _count(lab: Lab, name: str, procs: int, clock: Path) -> dict[str, Any]:
    """One server with so many processes."""
    harness = lab.harness
    slow = {
        "LD_PRELOAD": str(clock),
        "SLOW_CLOCK": f"{SLOWER} {int(time.monotonic())} {int(time.time()) + AHEAD_S}",
    }
    with tempfile.TemporaryDirectory(prefix="tealight-instructions-") as folder:
        under = ("valgrind", "--tool=callgrind", "--instr-atstart=no", "--smc-check=all-non-file")
        files = (f"--callgrind-out-file={folder}/%p", f"--log-file={folder}/log.%p")
        with _environment(slow):
            engine, started = harness.start_redis(), []
        try:
            prefix = ("env", *(f"{key}={value}" for key, value in slow.items()), *under, *files)
            entry, started, ports = lab.start_under(prefix, name, procs, PAIRS)
            command = harness.gen_cmd(entry, ports, PAIRS, list(PHASES))
            figure = _talk(command, [Counter(process.pid, Path(folder)) for process in started])
        finally:
            for process in started:
                process.stop()
            engine.stop()
            lab.close_subject()
    print(name, procs, figure, flush=True)
    return figure


@contextlib.contextmanager
def _environment(more: dict[str, str]) -> Iterator[None]:
    """For what starts within, beside the own one."""
    os.environ.update(more)
    try:
        yield
    finally:
        for key in more:
            del os.environ[key]


def _talk(command: list[str], counters: list[Counter]) -> dict[str, Any]:
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert generator.stdout is not None
    counted, phase = 0, 0
    result: dict[str, Any] = {}
    try:
        for line in generator.stdout:
            phase += line.startswith("BEGIN")
            if line.startswith("BEGIN") and phase == _QUIET:
                for counter in counters:
                    counter.switch_on()
                time.sleep(SWITCH_S)
                _taken(counters)
            elif line.startswith("BEGIN") and phase == _AFTER:
                time.sleep(AFTER_TALK_S)
                counted = _taken(counters)
                break
            elif line.startswith("RESULT") and phase == _TALK:
                result = json.loads(line.partition(" ")[2])
    finally:
        generator.kill()
        generator.wait()
    messages = result["sent"] + PAIRS  # the first of each pair left before the phase began
    return {
        "a_message": round(counted / messages),
        "messages": messages,
        "as_if_a_second": round(SLOWER * messages / TALK_S),
        "refused_or_lost": result.get("refused", 0) + result["lost"] + result["dead"],
    }


def _taken(counters: list[Counter]) -> int:
    return sum(counter.taken() for counter in counters)


def publish(figures: dict[str, Any]) -> None:
    """Write this part of docs/performance.md."""
    ours, theirs = figures["servers"][OURS], figures["servers"][THEIRS]
    cost = {procs: own["a_message"] for procs, own in ours.items()}
    ratios = {procs: cost[procs] / theirs[procs]["a_message"] for procs in ours}
    met = [
        _row(
            f"a message, saturated, beside {THEIRS}",
            f"{SHARES[THEIRS]}x",
            f"{ratios['2']:.2f}x",
            ratios["2"] <= SHARES[THEIRS],
        )
    ]
    if "4" in ours:
        growth = cost["4"] / cost["1"] - 1
        met.append(_row("growth from 1 to 4 processes", f"{FLAT_WITHIN:.0%}", f"{growth:+.0%}", growth <= FLAT_WITHIN))
    rows = [
        [procs, f"{cost[procs]:,}", f"{theirs[procs]['a_message']:,}", f"{ratios[procs]:.2f}x"]
        + [f"{one[procs]['as_if_a_second']:,}" for one in (ours, theirs)]
        for procs in ours
    ]
    failed = sum(figure["refused_or_lost"] for server in (ours, theirs) for figure in server.values())
    text = (
        f"{figures['pairs']} pairs, saturated, all server processes of one service on one core. Instructions of the "
        f"processes without the kernel's. Refused or lost in all runs: {failed}. The last two columns tell at how "
        "many messages a second what runs by the clock was shared out."
    )
    heads = ["processes", "tealight", THEIRS, "ours / theirs", "tealight as at, a second", f"{THEIRS} as at"]
    demanded = table(["demanded", "at most", "reached", "met"], met)
    replace_part("instructions", "\n\n".join((text, demanded, table(heads, rows))))


def _row(what: str, most: str, reached: str, is_met: bool) -> list[str]:
    return [what, most, reached, "yes" if is_met else "**no**"]
