"""How many acknowledged steps a failover loses when the replica lags, with and without waiting for it.

The master is killed in the middle of everybody's work, the replica is promoted, and every message that was answered
`done` is looked for in the logs that it holds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.lag import Lag
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
CHATS = 200
FEW_CHATS = 5
LAG_MS = 50
ACK = ReplicaAck(replicas=1, wait_ms=500)
TIMING = Timing(
    offer_ms=25_000, confirm_ms=15_000, wrap_up_ms=60_000, gap_ms=0, urgent_offer_ms=8_000, overflow_ms=120_000
)

#: Opens so many chats; each is (chat, seeker).
Opening = Callable[[Lines, int], Awaitable[list[tuple[str, str]]]]


@dataclass
class Outcome:
    """What was promised, and what the promoted replica knows of it."""

    acknowledged: int = 0
    lost: int = 0
    unknown: int = 0
    took_us: list[float] = field(default_factory=list, repr=False)

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


async def fail_over(opening: Opening, *, steps: int, chats: int, lag_ms: float, ack: ReplicaAck | None) -> Outcome:
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
        people = await opening(lines, chats)
        await link.close()
        lines, link = await lines_on(master, ack)
        lag.delay_s = lag_ms / 1000
        outcome = Outcome()
        promised = await _work(lines, people, steps, outcome, lambda: _lose(master, lag))
        replica.ask("REPLICAOF", "NO", "ONE")
        for chat, messages in promised.items():
            entries = replica.ask("XRANGE", f"{TAG}g:{chat}", "-", "+")
            held = {list(fields.values())[1] for _, fields in entries}
            outcome.lost += len(messages - held)
        return outcome
    finally:
        if link is not None:
            await link.close()
        await lag.cut()
        await asyncio.to_thread(replica.close)
        await asyncio.to_thread(master.close)


def _ready(server: Server) -> Server:
    until(server.answers)
    return server


async def _lose(master: Server, lag: Lag) -> None:
    await lag.cut()
    master.process.kill()


async def _work(
    lines: Lines, people: Sequence[tuple[str, str]], steps: int, outcome: Outcome, lose: Callable[[], Awaitable[None]]
) -> dict[str, set[str]]:
    """Everybody writes one message after the other. chat -> ids of the messages that were answered `done`."""
    promised: dict[str, set[str]] = {chat: set() for chat, _ in people}
    enough = asyncio.Event()

    async def writes(chat: str, seeker: str) -> None:
        number = 0
        while True:
            began = time.perf_counter()
            try:
                answer = await lines.call("adult", "send_message", chat, seeker, f"m{number}", "words", "seeker")
            except RedisAway:
                outcome.unknown += 1
                if enough.is_set():
                    return
                await asyncio.sleep(0.01)  # a busy machine: the replica took too long. As a client does: once more
                continue
            outcome.took_us.append((time.perf_counter() - began) * 1e6)
            if answer[0] != b"done":
                raise AssertionError(answer)
            promised[chat].add(f"m{number}")
            number += 1
            outcome.acknowledged += 1
            if outcome.acknowledged >= steps:
                enough.set()

    writing = [asyncio.ensure_future(writes(chat, seeker)) for chat, seeker in people]
    # Nobody stops before it is enough, unless something is wrong, which `gather` then tells.
    waiting = asyncio.ensure_future(enough.wait())
    await asyncio.wait([waiting, *writing], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await lose()
    await asyncio.gather(*writing)
    return promised


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
    figures: dict[str, Any] = {"lag in ms": LAG_MS}
    for name, chats, lag_ms, ack in (
        ("lagging, no wait", CHATS, LAG_MS, None),
        ("lagging, wait", CHATS, LAG_MS, ACK),
        ("close by, no wait", FEW_CHATS, 0, None),
        ("close by, wait", FEW_CHATS, 0, ACK),
    ):
        outcome = asyncio.run(fail_over(open_chats, steps=STEPS, chats=chats, lag_ms=lag_ms, ack=ack))
        figures[name] = outcome.figures
    return figures
