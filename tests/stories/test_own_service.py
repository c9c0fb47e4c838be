"""What needs a service of its own: other settings, engines that stand still, an older state."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import redis
from websockets.exceptions import InvalidHandshake
from websockets.typing import Origin

from config.engines.valkey import EmbeddedValkey
from tests.helpers.service import PATIENCE_S, Service, is_there, starting, until
from tests.helpers.wire import Wire
from tests.helpers.world import World

START_GAP_S = 2.0
PUBLIC_URL = "https://listen.example"
SERIES = (
    "tealight_connections",
    "tealight_waiting",
    "tealight_longest_wait_seconds",
    "tealight_open_chats",
    "tealight_open_offers",
    "tealight_listeners_available",
    "tealight_commands_total",
    "tealight_messages_total",
    "tealight_deliveries_total",
    "tealight_delivery_lag_seconds_bucket",
    "tealight_log_reads_total",
    "tealight_bad_frames_total",
    "tealight_deadlines_total",
    "tealight_index_mismatches_total",
    "tealight_index_checked_timestamp_seconds",
    "tealight_wait_promise_total",
    "tealight_chats_set_aside",
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a start gap, for this file only."""
    settings = {"START_GAP_S": f"{START_GAP_S:g}", "PUBLIC_URL": f"{PUBLIC_URL}/"}
    with starting(tmp_path_factory.mktemp("own"), **settings) as service:
        yield service
        service.check_log()


@pytest.fixture
async def here(own: Service) -> AsyncIterator[World]:
    """A world in it."""
    world = await World(own).opens()
    yield world
    await world.ends()


async def test_those_who_leave_at_once_are_let_go_of_once_each(own: Service, here: World) -> None:
    seekers = await asyncio.gather(*[here.seeker_arrives() for _ in range(40)])
    engine = redis.Redis.from_url(EmbeddedValkey(own.data_dir).url)
    connections = list(engine.scan_iter("{a:main}:cn:*"))

    def held() -> int:
        return sum(int(cast(int, engine.hlen(key))) for key in connections)

    def calls() -> int:
        return int(cast(dict[str, Any], engine.info("commandstats"))["cmdstat_fcall"]["calls"])

    assert held() >= len(seekers)
    before = calls()
    await asyncio.gather(*[seeker.vanishes() for seeker in seekers])
    took_s = until(lambda: held() == 0)
    # One call each, and what goes by the clock; each for all who left with them would be twenty each.
    assert calls() - before < 8 * len(seekers) + 60 * took_s
    engine.close()


async def test_the_public_url_is_an_own_origin(own: Service) -> None:
    for origin in (PUBLIC_URL, f"http://127.0.0.1:{own.port}"):
        wire = await Wire.open(own.url, origin=Origin(origin))
        assert (await wire.ask("hello"))["type"] == "done"
        await wire.close()
    for origin in ("http://listen.example", "https://listen.example:444", "https://not.listen.example"):
        with pytest.raises(InvalidHandshake):
            await Wire.open(own.url, origin=Origin(origin))


async def test_after_a_chat_began_comes_a_pause_unless_one_more_is_wanted(here: World) -> None:
    listener = await here.listener_is_available(capacity=3)
    seekers = [await here.seeker_arrives() for _ in range(3)]
    offer = await listener.sees_offer(request_id=seekers[0].request_id)
    began = time.monotonic()
    await listener.accepts(offer)
    await seekers[0].is_connected()
    offer = await listener.sees_offer(request_id=seekers[1].request_id)
    assert time.monotonic() - began >= START_GAP_S - 0.01, "one that came earlier would have been seen earlier"
    taking = here.service.taking()
    await listener.accepts(offer)
    await seekers[1].is_connected()
    await listener.asks("take_next")
    await listener.sees_offer(request_id=seekers[2].request_id)
    assert taking.seconds() < START_GAP_S


async def test_readyz_tells_the_truth(here: World) -> None:
    own = here.service
    seeker, listener, chat_id = await here.they_talk()
    engine = own.children("valkey")[0]
    assert (await asyncio.to_thread(own.get, "/readyz"))[0] == 200
    os.kill(engine, signal.SIGSTOP)
    try:
        taking = own.taking()
        status, body = await asyncio.to_thread(own.get, "/readyz")
        assert (status, taking.seconds() < 5) == (503, True)
        assert '"redis":false' in body or '"engines":{}' in body, body
        assert (await asyncio.to_thread(own.get, "/healthz"))[0] == 200
        saying = asyncio.create_task(seeker.says(chat_id, "into the silence"))
        await asyncio.sleep(1)
    finally:
        os.kill(engine, signal.SIGCONT)
    await saying
    await listener.says(chat_id, "I hear you")
    await asyncio.to_thread(until, own.is_ready)
    await here.everyone_agrees()
    assert seeker.logs[chat_id].seq == 2


async def test_metrics_have_their_series(here: World) -> None:
    seeker, _, chat_id = await here.they_talk()
    await seeker.says(chat_id)
    wanted = {*SERIES, "the open chat"}
    until_s = time.monotonic() + PATIENCE_S
    while wanted and time.monotonic() < until_s:  # each web process has its own page
        status, page = await asyncio.to_thread(here.service.get, "/metrics")
        assert status == 200
        named = {line.partition("{")[0].partition(" ")[0] for line in page.splitlines() if line[:1] != "#"}
        wanted -= named
        assert seeker.person_id not in page
        assert seeker.logs[chat_id].words[0][1] not in page
        if f'tealight_open_chats{{age_band="adult",language="{here.language}"}} 1.0' in page:
            wanted.discard("the open chat")
        await asyncio.sleep(0.1)
    assert not wanted


async def test_connections_are_counted_until_they_end(here: World) -> None:
    def counted() -> dict[str, float]:
        lines = here.service.get("/metrics")[1].splitlines()
        values = [line.rsplit(" ", 1) for line in lines if line.startswith("tealight_connections{")]
        return {words.split('"')[1]: float(value) for words, value in values}

    before = counted()
    assert all(value >= 0 for value in before.values()), before
    people = [await here.visitor(), await here.visitor(), await here.staff_signs_in("supervisor")]
    more = {role: before.get(role, 0) + count for role, count in (("seeker", 2), ("supervisor", 1))}
    assert {role: value for role, value in counted().items() if role in more} == more
    for person in people:
        await person.leaves()
    less = {role: before.get(role, 0) for role in more}
    await asyncio.to_thread(until, lambda: {role: value for role, value in counted().items() if role in more} == less)


async def test_an_engine_restored_from_an_older_state_gets_a_new_epoch(here: World, tmp_path: Path) -> None:
    """The processes write back what they were published; clients see another epoch and may send their own again."""
    own = here.service
    seeker, listener, chat_id = await here.they_talk()
    for number in range(4):
        await (seeker if number % 2 else listener).says(chat_id, f"before {number}")
    await here.everyone_agrees()
    engine = own.children("valkey")[0]
    os.kill(engine, signal.SIGSTOP)
    shutil.copytree(own.data_dir / "valkey", tmp_path / "older")
    os.kill(engine, signal.SIGCONT)
    for number in range(4):
        await (seeker if number % 2 else listener).says(chat_id, f"after {number}")
    await here.everyone_agrees()
    said = [message["text"] for _, message in sorted(seeker.logs[chat_id].messages.items())]
    old = {person: person.logs[chat_id].epoch for person in (seeker, listener)}
    typed = {person: [(m, t) for (c, m), (t, _) in person.typed.items() if c == chat_id] for person in old}
    for person in (seeker, listener):
        person.keeps_coming_back()
        person.typed.clear()

    os.kill(own.process.pid, signal.SIGSTOP)  # so that nobody starts the engine while its files are changed
    try:
        os.kill(engine, signal.SIGKILL)
        until(lambda: not is_there(engine))
        for name in ("appendonlydir", "dump.rdb"):
            if (tmp_path / "older" / name).exists():
                path = own.data_dir / "valkey" / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
                (shutil.copytree if path.is_dir() or name == "appendonlydir" else shutil.copy)(
                    tmp_path / "older" / name, path
                )
    finally:
        os.kill(own.process.pid, signal.SIGCONT)

    until_s = time.monotonic() + PATIENCE_S
    while any(person.logs[chat_id].epoch == epoch for person, epoch in old.items()):
        assert time.monotonic() < until_s, "nobody was told of a new epoch"
        await asyncio.sleep(0.1)
    for person in (seeker, listener):
        await person.has_heard(said[-1], chat_id)
        assert [m["text"] for _, m in sorted(person.logs[chat_id].messages.items())] == said, "and in its order"
    for person, messages in typed.items():
        for message_id, text in messages:
            await person.does("send_message", chat_id=chat_id, message_id=message_id, text=text)
            await asyncio.sleep(0.05)
    for person, messages in typed.items():
        for _, text in messages:
            await person.has_heard(text, chat_id)
    await seeker.says(chat_id, "all is there again")
    await here.everyone_agrees()
    assert seeker.logs[chat_id].seq == 9


async def test_one_web_process_drains_and_nobody_loses_a_word(here: World) -> None:
    seeker, listener, chat_id = await here.they_talk()
    people = (seeker, listener)
    for person in people:
        person.keeps_coming_back()
    watchers = [await Wire.open(here.service.url) for _ in range(8)]
    for wire in watchers:
        await wire.ask("hello")
    talking = [asyncio.create_task(_talk(here, person, chat_id)) for person in people]
    await asyncio.sleep(0.2)
    drains = here.service.children("web")[0]
    os.kill(drains, signal.SIGTERM)
    await asyncio.gather(*talking)
    await asyncio.to_thread(until, lambda: not is_there(drains))
    await asyncio.sleep(0.5)  # and nobody else is sent away
    drained = [wire for wire in watchers if wire.code is not None]
    assert 0 < len(drained) < len(watchers), "one of the two web processes, not both"
    for wire in drained:
        assert wire.code == 4000
        going = next(frame for frame in wire.frames if frame["type"] == "going_away")
        assert going["reconnect_after_ms"] >= 0
    await here.everyone_agrees()
    await asyncio.gather(*[wire.close() for wire in watchers])


async def _talk(here: World, person: object, chat_id: str) -> None:
    for number in range(40):
        await person.says(chat_id, f"{number}")  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
