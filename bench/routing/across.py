"""From a request in one process to the offer seen in another: two real links, a push, and the snapshot it asks for."""

import asyncio
import multiprocessing
import random
import time
from multiprocessing.connection import Connection
from typing import Any

from bench.routing.crowd import Crowd
from bench.routing.engine import TIMING, Engine, percentiles
from bench.routing.heads import plain_listeners, plain_seekers
from config.functions import Functions
from config.redis_link import RedisLink
from routing.store.keys import key
from routing.store.shard import Shard
from routing.store.snapshots import person_record
from tealight.library import library

#: Channels in one SSUBSCRIBE.
CHANNELS = 500
QUIET_S = 1.0


async def _watch(url: str, tag: str, listeners: list[str], line: Connection) -> None:
    """What a web process does that holds these listeners: a push says that something changed, a snapshot says what."""
    link = RedisLink(url, name="bench-watch")
    link.start()
    await link.wait_up(5)
    shard = Shard(tag, Functions(link, library()), TIMING)
    seen: dict[str, tuple[float, float]] = {}
    looking: set[asyncio.Task[None]] = set()
    names = {key(tag, "channel", name).encode(): name for name in listeners}

    async def look(listener: str) -> None:
        at = time.monotonic()
        answer, _ = await shard.call("snapshot", listener)
        record = person_record(answer)
        for chat in record.chats.values():
            if chat.state == "O" and chat.chat_id not in seen:
                seen[chat.chat_id] = (at, time.monotonic())

    def push(channel: bytes, _: bytes) -> None:
        task = asyncio.get_running_loop().create_task(look(names[channel]))
        looking.add(task)
        task.add_done_callback(looking.discard)

    async def subscribe() -> None:
        channels = list(names)
        for start in range(0, len(channels), CHANNELS):
            await push_link.send("SSUBSCRIBE", *channels[start : start + CHANNELS])

    push_link = RedisLink(url, name="bench-push", on_push=push, on_up=subscribe)
    push_link.start()
    await push_link.wait_up(5)
    line.send("ready")
    while not line.poll():
        await asyncio.sleep(0.05)
    await asyncio.gather(*looking)
    await link.close()
    await push_link.close()
    line.send(seen)


def _watching(url: str, tag: str, listeners: list[str], line: Connection) -> None:
    asyncio.run(_watch(url, tag, listeners, line))


async def _ask(engine: Engine, requests: list[tuple[Any, ...]], rate: int) -> dict[str, float]:
    """Ask at random moments, `rate` a second on average; when each chat was asked for."""
    link = RedisLink(engine.url, name="bench-ask")
    link.start()
    await link.wait_up(5)
    shard = Shard(engine.tag, Functions(link, library()), TIMING, clock=lambda: engine.now_ms)
    chance, sent, running = random.Random(1), {}, []
    due = time.monotonic()
    for operation, *args in requests:
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        sent[str(args[0])] = time.monotonic()
        running.append(asyncio.create_task(shard.call(operation, *args)))
    await asyncio.gather(*running)
    await link.close()
    return sent


def measure(rate: int, count: int) -> dict[str, Any]:
    """Milliseconds from the request to the push, and to the offer known, in another process."""
    with Engine() as engine:
        crowd = Crowd(engine)
        crowd.come_on_duty(plain_listeners(count))
        requests = crowd.requests(plain_seekers(crowd.people, count))
        here, there = multiprocessing.Pipe()
        names = [listener.person for listener in crowd.listeners]
        spawn = multiprocessing.get_context("spawn")
        watcher = spawn.Process(target=_watching, args=(engine.url, engine.tag, names, there), daemon=True)
        watcher.start()
        try:
            if not here.poll(30):
                raise RuntimeError("the watching process did not come up")
            here.recv()
            sent = asyncio.run(_ask(engine, requests, rate))
            time.sleep(QUIET_S)
            here.send("end")
            if not here.poll(30):
                raise RuntimeError("the watching process did not answer")
            seen = here.recv()
        finally:
            watcher.join(5)
            if watcher.is_alive():
                watcher.terminate()
    known = [chat for chat in sent if chat in seen]
    push_ms = percentiles([1000 * (seen[chat][0] - sent[chat]) for chat in known])
    offer_ms = percentiles([1000 * (seen[chat][1] - sent[chat]) for chat in known])
    return {
        "asked_a_second": rate,
        "asked": len(sent),
        "seen": len(known),
        "push_ms": {name: round(value, 2) for name, value in push_ms.items()},
        "offer_ms": {name: round(value, 2) for name, value in offer_ms.items()},
    }
