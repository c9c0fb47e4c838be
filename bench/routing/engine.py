"""One engine under measurement: calls in batches, CPU of its main thread, and the time that each call took inside it.

CPU of the main thread is what everybody shares, and what to compare. Wall-clock time tells more of the machine's other
work than of ours.
"""

import itertools
import socket
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from config.engines.valkey import ThrowAwayValkey
from routing.store.answers import parts_of
from routing.store.keys import key
from routing.store.shard import Timing
from tealight.library import library

TAG = "{a:bench}:"
#: The clock of every measurement is an argument; it begins here (Unix ms).
BEGIN_MS = 1_700_000_000_000
OFFER_MS, WRAP_UP_MS, GAP_MS = 25_000, 60_000, 20_000
TIMING = Timing(
    offer_ms=OFFER_MS,
    confirm_ms=15_000,
    wrap_up_ms=WRAP_UP_MS,
    gap_ms=GAP_MS,
    urgent_offer_ms=8_000,
    overflow_ms=120_000,
)
#: Commands that go out in one write, so that the reading of sockets is not what is measured.
BATCH = 50
#: The engine may hold so much; a measurement that needs more should fail and not evict.
BOUND = 4 * 1024**3
#: A call that takes longer is kept by the engine even while nothing else is timed (microseconds).
LONG_US = 1_000

Call = tuple[str | int, ...]


class Engine:
    """`with Engine() as engine`: an engine of our own, without a log of writes, with the library loaded."""

    def __init__(self, tag: str = TAG) -> None:
        self.tag = tag
        self.now_ms = BEGIN_MS
        self._valkey = ThrowAwayValkey(bound=BOUND)
        self.url = self._valkey.url
        self.link = Line(self.url)
        self._library = library()
        self._function = {name: self._library.function(name) for name in self._library.operations}
        self.send(
            [
                ("FUNCTION", "LOAD", "REPLACE", self._library.text),
                ("CONFIG", "SET", "slowlog-log-slower-than", LONG_US, "slowlog-max-len", 100_000),
            ]
        )

    def send(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers of these commands. Raises RuntimeError for the first that the engine refused."""
        return self.link.send(commands)

    def packed(self, operation: str, *args: str | int) -> tuple[Any, ...]:
        """One call of the library as a command, at the time that `now_ms` says."""
        return "FCALL", self._function[operation], 1, self.tag, self.now_ms, TIMING.packed, *args

    def call(self, calls: Iterable[Call]) -> list[Any]:
        """The answers of these calls of the library."""
        return [parts_of(told)[0] for told in self.send([self.packed(str(call[0]), *call[1:]) for call in calls])]

    def key(self, name: str, part: str = "") -> str:
        return key(self.tag, name, part)

    def told(self, section: str = "everything") -> dict[str, str]:
        """The engine's own figures."""
        [text] = self.send([("INFO", section)])
        pairs = (line.partition(":") for line in text.decode().splitlines())
        return {name: value for name, _, value in pairs}

    def cpu_us(self) -> float:
        """CPU of the main thread so far."""
        told = self.told("cpu")
        return 1e6 * (float(told["used_cpu_user_main_thread"]) + float(told["used_cpu_sys_main_thread"]))

    def memory(self) -> int:
        """Bytes in use."""
        return int(self.told("memory")["used_memory"])

    def time_every_call(self, is_on: bool) -> None:
        """Keep the time of each call (costs CPU), or only of long ones."""
        self.send([("CONFIG", "SET", "slowlog-log-slower-than", 0 if is_on else LONG_US)])

    def times(self) -> list[int]:
        """Microseconds inside the engine of each FCALL kept since the last time, in no order; forgets them."""
        entries, _ = self.send([("SLOWLOG", "GET", -1), ("SLOWLOG", "RESET")])
        return [entry[2] for entry in entries if entry[3][0].upper() == b"FCALL"]

    def ran_ns(self) -> int:
        """Nanoseconds for which the main thread has had a core so far."""
        return int(Path(f"/proc/{self._valkey.process.pid}/schedstat").read_text().split()[0])

    def huge_mb(self) -> float:
        """Its memory that lies in huge pages."""
        lines = Path(f"/proc/{self._valkey.process.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("AnonHugePages")) / 1000

    def close(self) -> None:
        self.link.close()
        self._valkey.close()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Line:
    """A plain connection that sends batches and reads the answers."""

    def __init__(self, url: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(unquote(urlsplit(url).path))
        self._reader = hiredis.Reader()

    def send(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers, after writes of `BATCH` commands each. Raises RuntimeError for the first that was refused."""
        answers: list[Any] = []
        for start in range(0, len(commands), BATCH):
            batch = commands[start : start + BATCH]
            self._socket.sendall(b"".join([hiredis.pack_command(command) for command in batch]))
            wanted = len(answers) + len(batch)
            while len(answers) < wanted:
                answer = self._reader.gets()
                if answer is False:
                    self._reader.feed(self._socket.recv(1 << 20))
                elif isinstance(answer, hiredis.ReplyError):
                    raise RuntimeError(f"the engine refused a command: {answer}")
                else:
                    answers.append(answer)
        return answers

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Ledger:
    """What calls cost, by name. CPU and times are taken in different rounds, since timing costs CPU itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._cpu: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self._times: dict[str, list[int]] = defaultdict(list)
        self._own: dict[str, list[float]] = defaultdict(list)
        readings = [engine.cpu_us() for _ in range(101)]
        gaps = sorted(after - before for before, after in itertools.pairwise(readings))
        #: What one reading costs by itself.
        self._reading_us = gaps[len(gaps) // 2]

    def calls(self, name: str, calls: Iterable[Call], *, is_timed: bool) -> list[Any]:
        """Make these calls and book them under `name`: their times if `is_timed`, otherwise their CPU."""
        engine = self.engine
        commands = [engine.packed(str(call[0]), *call[1:]) for call in calls]
        if is_timed:
            engine.times()
            engine.time_every_call(True)
            answers = engine.send(commands)
            engine.time_every_call(False)
            self._times[name] += engine.times()
        else:
            began = engine.cpu_us()
            answers = engine.send(commands)
            self._cpu[name].append((engine.cpu_us() - began - self._reading_us, len(commands)))
        return [parts_of(told)[0] for told in answers]

    def alone(self, name: str, calls: Iterable[Call]) -> list[Any]:
        """Make these calls one by one and book what each keeps a core busy, its reading and answering included.

        Of the time by the clock nobody can tell how much the engine waited for a core.
        """
        engine, answers = self.engine, []
        commands = [engine.packed(str(call[0]), *call[1:]) for call in calls]
        before = engine.ran_ns()
        for command in commands:
            answers += engine.send([command])
            now = engine.ran_ns()
            self._own[name].append(round((now - before) / 1000))
            before = now
        return [parts_of(told)[0] for told in answers]

    def cpu_us(self, name: str) -> float:
        """Mean CPU of one call of this name; NaN where none was booked."""
        spent, count = (sum(column) for column in zip(*self._cpu[name], strict=True)) if self._cpu[name] else (0, 0)
        return spent / count if count else float("nan")

    def figures(self) -> dict[str, dict[str, Any]]:
        """By name, in microseconds: mean CPU, percentiles of the time inside the engine, of CPU of calls made alone."""
        return {
            name: {
                "cpu_us": round(self.cpu_us(name), 1),
                **percentiles(self._times[name]),
                "alone": percentiles(self._own[name]),
            }
            for name in list(self._cpu)
            if self._cpu[name]
        }


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """Percentiles and the longest; p99.9 only of a thousand or more, since of fewer it would be the longest again."""
    ordered = sorted(times)
    if not ordered:
        return {}
    shares = {"p50": 0.5, "p99": 0.99} | ({"p99.9": 0.999} if len(ordered) >= 1_000 else {})
    found = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in shares.items()}
    return {**found, "longest": ordered[-1]}
