"""How many acknowledged steps a failover loses when the replica lags, with and without waiting for it.

Pairs live whole chats: asked, accepted, a message, ended, wrapped up, and the next one. The master is killed in the
middle of it, the replica is promoted, and every step that was answered `done` is looked for in what it holds.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bench.lag import Lag
from bench.page import PAGE, replace_part, table
from config.engines.several import Server, until
from config.functions import Functions
from config.redis_engine import Engine, Link
from config.redis_link import RedisAway
from config.replica_ack import ReplicaAck
from routing.actions.lines import Lines
from routing.store.shard import Shard, Timing
from tealight.library import library

TAG = "{a:bench}:"
STEPS = 12_000
PAIRS = 200
FEW_PAIRS = 5
LAG_MS = 50
ACK = ReplicaAck(replicas=1, wait_ms=500)
TIMING = Timing(
    offer_ms=25_000, confirm_ms=15_000, wrap_up_ms=60_000, gap_ms=0, urgent_offer_ms=8_000, overflow_ms=120_000
)

#: How many steps of a chat its state tells of: asked, accepted, ended, wrapped up. The log tells of the message.
_STEPS_BY = {"W": 1, "O": 1, "H": 1, "P": 1, "A": 2, "U": 3, "E": 4}


ROWS: tuple[tuple[str, int, float, ReplicaAck | None], ...] = (
    (f"{LAG_MS} ms behind, nobody waits for it", PAIRS, LAG_MS, None),
    (f"{LAG_MS} ms behind, answers wait", PAIRS, LAG_MS, ACK),
    ("close by, nobody waits for it", FEW_PAIRS, 0, None),
    ("close by, answers wait", FEW_PAIRS, 0, ACK),
)


@dataclass
class Outcome:
    """What was promised, and what the promoted replica knows of it."""

    acknowledged: int = 0
    lost: int = 0
    unknown: int = 0
    took_us: list[float] = field(default_factory=list, repr=False)
    #: chat -> how many of its steps were acknowledged
    promised: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def figures(self) -> dict[str, Any]:
        ordered = sorted(self.took_us)
        return {
            "steps acknowledged": self.acknowledged,
            "of them lost": self.lost,
            "answered as unknown": self.unknown,
            "median us a step": round(ordered[len(ordered) // 2]),
            "p99 us a step": round(ordered[int(0.99 * len(ordered))]),
        }


async def lines_on(server: Server, ack: ReplicaAck | None) -> tuple[Lines, Link]:
    """Everything that a process needs to work on this server, and its link to close."""

    async def up(tags: tuple[str, ...]) -> None:
        await functions.load(tags[0])

    link = Engine(server.url, [TAG], ack=ack).commands("bench", on_up=up)
    functions = Functions(link, library())
    link.start()
    if not await link.wait_up(10):
        raise RedisAway("bench")
    return Lines({"adult": Shard(TAG, functions, TIMING)}), link


async def fail_over(*, steps: int, pairs: int, lag_ms: float, ack: ReplicaAck | None) -> Outcome:
    """Work until so many steps are acknowledged, kill the master, promote the replica, count. Lag 0 is no proxy."""
    master = await asyncio.to_thread(_ready, Server({}))
    lag = Lag(master.port, 0)
    await lag.start()
    replica = Server({"replicaof": f"127.0.0.1 {lag.port if lag_ms else master.port}"})
    link: Link | None = None
    try:
        await asyncio.to_thread(_ready, replica)
        await asyncio.to_thread(until, lambda: replica.client.info("replication")["master_link_status"] == "up")
        lines, link = await lines_on(master, None)
        for number in range(pairs):
            await _stand(lines, number)
        await link.close()
        lines, link = await lines_on(master, ack)
        lag.delay_s = lag_ms / 1000
        outcome = Outcome()
        await _work(lines, pairs, steps, outcome, lambda: _lose(master, lag))
        replica.ask("REPLICAOF", "NO", "ONE")
        outcome.lost = sum(max(0, done - _held(replica, chat)) for chat, done in outcome.promised.items())
        return outcome
    finally:
        if link is not None:
            await link.close()
        await lag.cut()
        await asyncio.to_thread(replica.close)
        await asyncio.to_thread(master.close)


def _held(replica: Server, chat: str) -> int:
    """How many steps of this chat the promoted replica knows of."""
    state = replica.ask("HGET", f"{TAG}c:{chat}", "st")
    return (_STEPS_BY[state] if state else 0) + int(replica.ask("XLEN", f"{TAG}g:{chat}"))


def _ready(server: Server) -> Server:
    until(server.answers)
    return server


async def _lose(master: Server, lag: Lag) -> None:
    await lag.cut()
    master.process.kill()


async def _work(lines: Lines, pairs: int, steps: int, outcome: Outcome, lose: Callable[[], Awaitable[None]]) -> None:
    """Every pair lives one chat after the other, until the engine is lost."""
    enough = asyncio.Event()

    async def until_answered(what: Callable[[], Awaitable[Any]]) -> Any:
        """The answer, or None where the engine is gone for good: nobody knows then what became of the step."""
        while True:
            try:
                return await what()
            except RedisAway:
                outcome.unknown += 1
                if enough.is_set():
                    return None
                await asyncio.sleep(0.01)  # a busy machine: the replica took too long. As a client does: once more

    async def lives(number: int) -> None:
        chats = 0
        while True:
            chats += 1
            chat = f"c{number}.{chats}"
            for step in _steps(lines, number, chat):
                began = time.perf_counter()
                answer = await until_answered(step)
                if answer is None:
                    return
                outcome.took_us.append((time.perf_counter() - began) * 1e6)
                outcome.promised[chat] = outcome.promised.get(chat, 0) + 1
                outcome.acknowledged += 1
                if outcome.acknowledged >= steps:
                    enough.set()

    living = [asyncio.ensure_future(lives(number)) for number in range(pairs)]
    # Nobody stops before it is enough, unless something is wrong, which `gather` then tells.
    waiting = asyncio.ensure_future(enough.wait())
    await asyncio.wait([waiting, *living], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await lose()
    await asyncio.gather(*living)


def _steps(lines: Lines, number: int, chat: str) -> list[Callable[[], Awaitable[Any]]]:
    """One chat, from the request to the end of the wrap-up. Each pair has a language of its own, and meets no other."""
    seeker, listener = f"s{number}", f"l{number}"

    async def call(operation: str, *args: str | int) -> Any:
        answer = await lines.call("adult", operation, *args)
        if answer.split(b" ")[0] != b"done":
            raise AssertionError((operation, answer))
        return answer

    wish = (chat, seeker, chat, f"x{number}", 0, "", "", "", "e", "", "", 0, 0, 0, 0)
    return [
        lambda: call("request_chat", *wish),
        # The first offer of a chat is its first turn: nothing has to be read for it.
        lambda: call("answer_offer", listener, f"{chat}.1", "1"),
        lambda: call("send_message", chat, seeker, "m", "words", "seeker"),
        lambda: call("end_chat", seeker, chat, "seeker", "ended", "0"),
        lambda: call("finish_wrap_up", listener, chat),
    ]


async def _stand(lines: Lines, number: int) -> None:
    """A seeker is there, and a listener who speaks their language and nobody else's."""
    if number == 0:
        await lines.call("adult", "beat", "p", 10**9)
    for person in (f"l{number}", f"s{number}"):
        await lines.call("adult", "attach", person, "p")
    rights = (1, 1, 1, f"x{number}", "0", "", f"l{number}", 0, 0, 0, "0")
    await lines.call("adult", "set_availability", f"l{number}", *rights)


async def open_chats(lines: Lines, chats: int) -> list[tuple[str, str]]:
    """Seekers and listeners who talk in pairs."""
    await lines.call("adult", "beat", "p", 10**9)
    pairs = []
    for number in range(chats):
        seeker, listener, chat = f"s{number}", f"l{number}", f"c{number}"
        for person in (listener, seeker):
            await lines.call("adult", "attach", person, "p")
        rights = (1, 1, 1, "en", "0", "", listener, 0, 0, 0, "0")
        await lines.call("adult", "set_availability", listener, *rights)
        wish = (chat, seeker, "r", "en", 0, "", "", "", "e", "", "", 0, 0, 0, 0)
        await lines.call("adult", "request_chat", *wish)
        offer = next(iter((await lines.snapshot("adult", listener)).chats.values())).offer_id
        answer = await lines.call("adult", "answer_offer", listener, offer, "1")
        if answer != b"done":
            raise AssertionError(answer)
        pairs.append((chat, seeker))
    return pairs


def run() -> dict[str, Any]:
    """With a replica that is `LAG_MS` behind, and what waiting costs where it is close by and few write at once."""
    figures: dict[str, Any] = {"load before (1 min)": round(os.getloadavg()[0], 1)}
    for name, pairs, lag_ms, ack in ROWS:
        figures[name] = asyncio.run(fail_over(steps=STEPS, pairs=pairs, lag_ms=lag_ms, ack=ack)).figures
    return figures


def publish(figures: dict[str, Any]) -> None:
    """The table of docs/durability.md."""
    names = list(figures[ROWS[0][0]])
    rows = [[name, *[f"{figures[name][of]:,}" for of in names]] for name, *_ in ROWS]
    where = (
        f"Load of the machine (1 min) before the run {figures['load before (1 min)']}; its other work makes every time "
        "longer."
    )
    told = f"{where}\n\n{table(['replica', *names], rows)}"
    replace_part("failover", told, PAGE.with_name("durability.md"))
