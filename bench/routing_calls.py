"""What a call on the line costs the engine: CPU of its main thread, the one that everybody shares.

Not wall-clock time: that tells more of the machine's other work than of ours.
"""

import socket
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from config.engines.valkey import ThrowAwayValkey
from routing.store.shard import Timing
from tealight.library import library

SIZES = (1_000, 10_000)
#: A figure is the mean of so many calls, made when everybody else is already there.
MEASURED = 500
TAG = "{a:bench}:"
NOW_MS = 1_700_000_000_000
TIMING = Timing(offer_ms=25_000, confirm_ms=15_000, wrap_up_ms=60_000, gap_ms=0)
#: Commands that go out in one write, so that the reading of sockets is not what is measured.
BATCH = 50

Call = tuple[str | int, ...]


class Engine:
    """Calls in batches, and the CPU that the main thread spent on them."""

    def __init__(self, url: str) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(unquote(urlsplit(url).path))
        self._reader = hiredis.Reader()
        self._library = library()
        self._send([("FUNCTION", "LOAD", "REPLACE", self._library.text)])

    def _send(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        self._line.sendall(b"".join(hiredis.pack_command(command) for command in commands))
        answers: list[Any] = []
        while len(answers) < len(commands):
            answer = self._reader.gets()
            if answer is False:
                self._reader.feed(self._line.recv(1 << 20))
                continue
            if isinstance(answer, hiredis.ReplyError):
                raise answer
            answers.append(answer)
        return answers

    def call(self, calls: Iterable[Call]) -> list[Any]:
        """The answers of these calls of the library."""
        packed = [
            ("FCALL", self._library.function(str(operation)), 1, TAG, NOW_MS, TIMING.packed, *args)
            for operation, *args in calls
        ]
        answers: list[Any] = []
        for start in range(0, len(packed), BATCH):
            answers += self._send(packed[start : start + BATCH])
        return [answer[0] for answer in answers]

    def told(self) -> dict[str, str]:
        """The engine's own figures."""
        [text] = self._send([("INFO", "everything")])
        pairs = (line.partition(":") for line in text.decode().splitlines())
        return {name: value for name, _, value in pairs}

    def cpu_us(self) -> float:
        told = self.told()
        return 1e6 * (float(told["used_cpu_user_main_thread"]) + float(told["used_cpu_sys_main_thread"]))

    def cost(self, calls: Iterator[Call], wanted: object) -> float:
        """Microseconds a call, after all but the last `MEASURED` were made; each must answer `wanted`."""
        every = list(calls)
        before, measured = every[:-MEASURED], every[-MEASURED:]
        answers = self.call(before)
        began = self.cpu_us()
        answers += self.call(measured)
        spent = self.cpu_us() - began
        wrong = [answer for answer in answers if (answer[0] if isinstance(answer, list) else answer) != wanted]
        if wrong:
            raise RuntimeError(f"a measured call did not do what it was to do: {wrong[0]}")
        return round(spent / len(measured), 1)

    def close(self) -> None:
        self._line.close()


def _asks(prefix: str, count: int) -> Iterator[Call]:
    for number in range(count):
        person = f"{prefix}{number:06}"
        yield "request_chat", f"c-{person}", person, "r1", "en", "grief", 3, "", "", "epoch", "", "run"


def _offers(engine: Engine, count: int) -> list[tuple[str, str]]:
    """(listener, chat) of every open offer."""
    packed = [("HGET", f"{TAG}l:l{number:06}", "po") for number in range(count)]
    return [(f"l{number:06}", (chat or b"").decode()) for number, chat in enumerate(engine._send(packed))]


def measure(size: int) -> dict[str, float]:
    """Microseconds of each call, with `size` listeners in chats and `size` seekers in line."""
    figures: dict[str, float] = {}
    with ThrowAwayValkey() as running:
        engine = Engine(running.url)
        engine.call([("beat", "p1", 10**12)])
        for prefix in "lsw":
            engine.call(("attach", f"{prefix}{number:06}", "p1") for number in range(size))
        engine.call(
            ("set_availability", f"l{number:06}", 1, 1, 4, "en", "0", "", "Name") for number in range(size + MEASURED)
        )
        # More listeners than seekers, so that the last one is matched among many who are free.
        figures["a request that is offered at once"] = engine.cost(_asks("s", size), b"done")
        free = [f"l{number:06}" for number in range(size + MEASURED)]
        engine.call(("set_availability", name, 2, 1, 4, "en", "0", "", "Name") for name in _without_offer(engine, free))
        pairs = [pair for pair in _offers(engine, size + MEASURED) if pair[1]]
        figures["an offer is accepted"] = engine.cost(
            (("answer_offer", listener, f"{chat}.1", "1") for listener, chat in pairs), b"done"
        )
        before = int(engine.told()["used_memory"])
        figures["a request that waits"] = engine.cost(_asks("w", size), b"done")
        figures["bytes of a request that waits"] = round((int(engine.told()["used_memory"]) - before) / size)
        ending = pairs[:MEASURED]
        figures["a chat ends"] = engine.cost(
            (("end_chat", listener, chat, "listener", "ended", "0") for listener, chat in ending), b"done"
        )
        figures["a wrap-up is done and the next is offered"] = engine.cost(
            (("finish_wrap_up", listener, chat) for listener, chat in ending), b"done"
        )
        if len([pair for pair in _offers(engine, size + MEASURED) if pair[1]]) != MEASURED:
            raise RuntimeError("not every finished wrap-up led to an offer")
        figures["a call that does nothing"] = engine.cost((("acted", "nobody") for _ in range(2 * MEASURED)), b"done")
        engine.close()
    return figures


def _without_offer(engine: Engine, names: list[str]) -> list[str]:
    held = engine._send([("HGET", f"{TAG}l:{name}", "po") for name in names])
    return [name for name, offer in zip(names, held, strict=True) if not offer]


def run() -> dict[str, Any]:
    """The figures, by how many wait and listen."""
    with ThrowAwayValkey() as running:
        engine = Engine(running.url)
        told = engine.told()
        engine.close()
    version = told.get("valkey_version") or told["redis_version"]
    return {
        "engine": f"{told.get('server_name', 'redis')} {version}",
        "unit": "CPU microseconds of the engine's main thread per call",
        "measured calls each": MEASURED,
        **{f"{size} in chats and {size} in line": measure(size) for size in SIZES},
    }
