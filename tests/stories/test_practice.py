"""Practice chats through the real protocol: apart from all that is real, and whole whatever is killed."""

import asyncio
import contextlib
import json
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.engines.valkey import socket_path
from listener_training.practising import passes
from tests.helpers.person import Seeker, goodbye
from tests.helpers.service import Service, starting, until
from tests.helpers.trainee import Trainee, trainee
from tests.helpers.world import World
from tests.training.practising import play, scripts, words_of

#: What goes by the clock whether or not anybody is there: leases, the latest time seen, what the router last looked at.
BY_THE_CLOCK = (b"}:procs", b"}:meta", b"}:ps:")
#: A wait that goes on grows by itself, and others write to the same disk.
NO_NUMBER_OF_CHATS = ("tealight_index_checked", "tealight_longest_wait", "tealight_disk_free")
#: Not the load samples, which come by the clock: they are the board's numbers, and those are compared as metrics.
REAL_TABLES = ("chat_facts", "offers", "reports", "wrap_up_notes", "feedback_comments")


@pytest.fixture(scope="module")
def school() -> Iterator[Service]:
    """A service in which nothing happens but practice: its numbers can be compared to the last digit."""
    with tempfile.TemporaryDirectory(prefix="tl-practice-") as folder, starting(Path(folder)) as service:
        yield service
        service.check_log()


@pytest.fixture
async def world(school: Service) -> AsyncIterator[World]:
    world = await World(school).opens()
    yield world
    await goodbye(world.people)
    await world.database.close()


# ---- what is compared ----


class Engine:
    """The engine's keys, read with nothing of the service's own code."""

    def __init__(self, service: Service) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(30)
        self._line.connect(str(socket_path(service.data_dir)))
        self._file = self._line.makefile("rb")

    def ask(self, *words: bytes) -> Any:
        self._line.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return self._answer()

    def _answer(self) -> Any:
        head = self._file.readline().rstrip()
        kind, rest = head[:1], head[1:]
        if kind == b"$":
            return None if rest == b"-1" else self._file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self._answer() for _ in range(int(rest))]
        return rest

    def real_keys(self) -> dict[bytes, bytes]:
        """Every key of the shards of real people, with all that it holds."""
        keys = [key for tag in (b"{a:main}:*", b"{t:main}:*") for key in self.ask(b"KEYS", tag)]
        held = [key for key in keys if not any(part in key for part in BY_THE_CLOCK)]
        return {key: self.ask(b"DUMP", key) for key in held}

    def practice_keys(self) -> list[bytes]:
        return [key for tag in (b"{pa:main}:*", b"{pt:main}:*") for key in self.ask(b"KEYS", tag)]

    def close(self) -> None:
        self._file.close()
        self._line.close()


def numbers_of(service: Service) -> dict[str, str]:
    """Everything that `/metrics` counts of chats and people: the board's gauges, too."""
    _, page = service.get("/metrics")
    lines = [line for line in page.splitlines() if line.startswith("tealight_")]
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith(NO_NUMBER_OF_CHATS))


async def rows_of(world: World) -> dict[str, int]:
    async with world.database.read() as session:
        return {
            name: int((await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())
            for name in REAL_TABLES
        }


async def fingerprint(world: World, engine: Engine) -> dict[Any, Any]:
    return {**engine.real_keys(), **numbers_of(world.service), **await rows_of(world)}


def changed(before: dict[Any, Any], after: dict[Any, Any]) -> dict[Any, Any]:
    return {
        name: (before.get(name), after.get(name)) for name in {*before, *after} if before.get(name) != after.get(name)
    }


# ---- the stories ----


@pytest.mark.parametrize("scenario", ["exam-panic", "teen"])
async def test_a_trainee_without_a_clearance_practises_from_the_offer_to_the_debrief(
    world: World, scenario: str
) -> None:
    tara = await trainee(world)
    await tara.begins(scenario)
    assert tara.welcome["is_practice"] is True
    offer = await tara.sees_offer()
    assert (offer["language"], offer["age_band"]) == ("en", "teen" if scenario == "teen" else "adult")
    await tara.accepts(offer)
    tara.chat_id = (await tara.sees("chat_opened"))["chat_id"]
    script = scripts()[scenario]["good"]
    await tara.follows(script)
    ended = await tara.sees("chat_ended")
    assert ended["by"] == "seeker"
    await tara.does("finish_wrap_up", chat_id=tara.chat_id, note=tara.types("They calmed down"))
    shown = await tara.debrief()
    told = shown["debrief"]
    assert shown["practice"]["outcome"] == "well"
    assert shown["practice"]["score"] >= 90
    assert [turn["text"] for turn in told["turns"]] == script[: len(told["turns"])]
    assert shown["note"].startswith("They calmed down")
    assert told["opening"]
    assert all(lesson["title"] for lesson in shown["lessons"])
    overview = await tara.calls("GET")
    card = next(one for one in overview["scenarios"] if one["scenario"] == scenario)
    assert (card["times"], card["has_passed"]) == (1, True)
    assert overview["going_on"] is None


async def test_practice_touches_nothing_that_is_real(world: World, school: Service) -> None:
    engine = Engine(school)
    with contextlib.closing(engine):
        tara = await trainee(world, is_cleared=True)
        other = await trainee(world)
        await world.seeker_arrives()
        # What the last hellos at the real door moved is at rest in a moment.
        before: dict[Any, Any] = {}
        for _ in range(15):
            now = await fingerprint(world, engine)
            if now == before and any(f'"{world.language}"' in str(name) for name in now):
                break
            before = now
            await asyncio.sleep(1.2)  # counters are added up once a second
        assert any(key.startswith(b"{a:main}:c:") for key in engine.real_keys())
        await tara.begins("abuse-of-listener")
        await other.begins("grief")
        await tara.meets()
        await other.meets()
        assert engine.practice_keys()
        await tara.follows(scripts()["abuse-of-listener"]["good"][:3])
        await tara.asks("report", chat_id=tara.chat_id, reason="abuse", block=True, comment=tara.types("rude"))
        await tara.does("finish_wrap_up", chat_id=tara.chat_id, note=tara.types("rude, so I went"))
        await other.follows(scripts()["grief"]["bad"][:2])
        assert changed(before, await fingerprint(world, engine)) == {}
        await other.asks("end_chat", chat_id=other.chat_id)
        assert (await tara.debrief())["reported"] == "abuse"
        assert (await other.debrief())["practice"]["score"] < 50
        assert changed(before, await fingerprint(world, engine)) == {}


async def test_nobody_real_meets_somebody_who_only_practises_and_no_partner_a_listener(world: World) -> None:
    tara = await trainee(world, is_cleared=True)
    seeker = await world.seeker_arrives()
    await tara.begins("loneliness")
    offer = await tara.sees_offer()
    assert offer["request_id"] == tara.practice_id
    await tara.declines(offer)
    await seeker.sees_no("request_changed", state="offered")
    listener = await world.listener_is_available()
    assert (await listener.sees_offer())["request_id"] == seeker.request_id
    await listener.sees_no("offer_made", request_id=tara.practice_id)


async def test_two_trainees_never_get_each_others_partner(world: World) -> None:
    one, other = await trainee(world), await trainee(world)
    await one.begins("loneliness")
    await other.begins("loneliness")
    for each in (one, other):
        assert (await each.sees_offer())["request_id"] == each.practice_id
        await each.sees_no("offer_made", for_s=0.3)


async def test_a_reload_and_a_second_tab_go_on_with_the_same_words(world: World) -> None:
    tara = await trainee(world)
    script = scripts()["loneliness"]["good"]
    await tara.begins("loneliness")
    await tara.meets()
    await tara.follows(script[:3])
    await tara.vanishes()
    await tara.leaves()
    again = Trainee(world.service, "reloaded", cookie=tara.cookie)
    again.chat_id, again.practice_id = tara.chat_id, tara.practice_id
    world.people.append(again)
    await again.comes()
    assert [chat["state"] for chat in again.welcome["snapshot"]["chats"]] == ["open"]
    second = Trainee(world.service, "second tab", cookie=tara.cookie)
    second.chat_id = tara.chat_id
    world.people.append(second)
    await second.comes()
    await again.replies(4, script[3])
    await second.replies(5, script[4])
    await again.hears("5.0")
    await again.follows(script[5:], first=6)
    await second.sees("chat_ended")
    assert (await again.debrief())["practice"]["score"] >= 90


async def test_killing_the_partner_and_a_web_process_in_the_middle_loses_and_doubles_nothing(
    world: World, school: Service
) -> None:
    tara = await trainee(world)
    script = scripts()["writes-little"]["good"]
    await tara.begins("writes-little")
    await tara.meets()
    tara.keeps_coming_back()
    await tara.follows(script[:4])
    await tara.does("send_message", chat_id=tara.chat_id, message_id="reply-5", text=script[4])
    old = school.kill("partner")
    await tara.hears("5.0")
    assert school.children("partner") != [old]
    await tara.replies(6, script[5])
    school.kill("web")
    await tara.follows(script[6:], first=7)
    told = (await tara.debrief())["debrief"]
    async with world.database.read() as session:
        query = text("SELECT seed FROM practice_chats WHERE practice_id = :id")
        seed = int((await session.execute(query, {"id": tara.practice_id})).scalar_one())
    pure = play("writes-little", script, seed)
    assert [*told["opening"], *[line for turn in told["turns"] for line in turn["answer"]]] == words_of(pure)
    assert told["score"] >= 90


async def test_a_trainee_may_give_up_at_any_moment_and_nobody_stays_behind(world: World) -> None:
    tara = await trainee(world)
    await tara.begins("grief")
    await tara.meets()
    refused = await tara.calls("POST", body={"scenario": "prank"}, status=409)
    assert refused["code"] == "practice_open"
    await tara.calls("DELETE", f"/{tara.practice_id}", status=204)
    await tara.sees("chat_ended")
    await tara.calls("GET", f"/{tara.practice_id}", status=404)
    await tara.calls("POST", body={"scenario": "prank"}, status=201)


async def test_each_door_opens_only_for_its_own(world: World, school: Service) -> None:
    nobody = await trainee(world)
    with pytest.raises(Exception, match="1013"):
        await nobody.comes()  # without a practice chat there is nothing behind it
    seeker = await world.visitor()
    lost = Seeker(school, "a seeker at the wrong door")
    lost.door, lost.token = "/practice", seeker.token
    with pytest.raises(Exception, match="1013"):
        await lost.comes()
    secret = (school.data_dir / "secret_key").read_text().strip()
    stranger = world.stranger(token=passes.mint(secret, "x1", 2**50))
    await stranger.comes()
    assert stranger.person_id != passes.partner_id("x1")
    late = Seeker(school, "a partner with an old pass")
    late.door, late.token = "/practice", passes.mint(secret, "x1", 1)
    with pytest.raises(Exception, match="1013"):
        await late.comes()


async def test_what_was_written_stands_in_the_debrief_and_nowhere_else(world: World, school: Service) -> None:
    tara = await trainee(world)
    await tara.begins("prank")
    await tara.meets()
    words = tara.types("You feel bored and I hear that")
    await tara.replies(1, words)
    async with world.database.read() as session:
        query = text("SELECT turns, debrief, note, sealed FROM practice_chats WHERE practice_id = :id")
        turns, *kept = (await session.execute(query, {"id": tara.practice_id})).one()
    assert re.fullmatch(r"\[\d+\]", turns)
    assert kept == [None, None, None]
    await tara.asks("end_chat", chat_id=tara.chat_id)
    assert words in json.dumps(await tara.debrief())
    until(lambda: "practice_ended" in school.log())
    school.check_log()
