"""The load generator: its frames, its judge, its slopes, and a storm small enough for every day."""

import copy
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.load.client import BACK_OFF_MAX_S, BACK_OFF_S, BY_CHANCE
from bench.load.frames import TEXT, Unpacker, packed
from bench.load.gauges import Sample
from bench.load.record import Judge, Record
from bench.load.slope import slope_of
from bench.load.soak import judge_growth
from bench.load.storm import Storm, storm


def a_talk() -> list[dict[str, Any]]:
    """Both sides' lines of one chat in which all went well: the seeker wrote 1 and 3, the listener 2 and 4."""
    record = Record()
    for person in ("seeker", "listener"):
        for seq in range(1, 5):
            record.hold(person, "chat", "epoch", seq, f"m{seq}")
    record.answered("seeker", "chat", "epoch", 3, "m3")
    record.answered("listener", "chat", "epoch", 4, "m4")
    return record.close_all()


def judged(lines: list[dict[str, Any]]) -> dict[str, int]:
    """What is wrong with them."""
    judge = Judge()
    judge.take(copy.deepcopy(lines))
    verdict = judge.end()
    return {
        n: c for n in ("lost", "doubled", "misordered", "altered", "crowded", "alone") if (c := getattr(verdict, n))
    }


def test_a_good_talk_is_clean() -> None:
    assert judged(a_talk()) == {}


def test_each_wrong_is_found() -> None:
    seeker, listener = a_talk()
    assert judged([{**seeker, "ids": ["m1", "", "m3", "m4"]}, listener]) == {"lost": 1}
    assert judged([{**seeker, "ids": ["m1", "m2", "m3"]}, listener]) == {"lost": 1}
    assert judged([{**seeker, "ids": ["m1", "m2", "m3", "m3"]}, listener]) == {"doubled": 1, "misordered": 1}
    assert judged([{**seeker, "ids": ["m2", "m1", "m3", "m4"]}, listener]) == {"misordered": 2}
    assert judged([{**seeker, "answered": [(1, "m3")]}, listener]) == {"misordered": 1}
    assert judged([seeker, listener, {**listener, "person_id": "another"}]) == {"crowded": 1}
    assert judged([seeker]) == {"alone": 1}


def test_who_left_early_lost_nothing_and_an_altered_message_is_noticed() -> None:
    seeker, listener = a_talk()
    assert judged([{**seeker, "ids": ["m1", "m2", "m3"], "is_whole": False}, listener]) == {}
    record = Record()
    assert record.hold("seeker", "chat", "epoch", 1, "m1")
    assert not record.hold("seeker", "chat", "epoch", 1, "another")
    assert judged(record.close_all()) == {"altered": 1, "alone": 1}


def test_a_new_epoch_begins_anew() -> None:
    record = Record()
    record.hold("seeker", "chat", "old", 1, "m1")
    record.hold("seeker", "chat", "new", 1, "m2")
    assert record.positions("seeker") == [{"chat_id": "chat", "epoch": "new", "seq": 1}]


def test_frames_come_whole_out_of_any_pieces() -> None:
    payloads = [b"", b"x" * 125, b"y" * 126, b"z" * 60_000]
    # As a server sends them: without a mask.
    stream = b"".join(_unmasked(packed(TEXT, payload), len(payload)) for payload in payloads)
    chance, unpacker, found, at = Random(1), Unpacker(), [], 0
    while at < len(stream):
        size = chance.randint(1, 900)
        found += list(unpacker.take(stream[at : at + size]))
        at += size
    assert found == [(TEXT, payload) for payload in payloads]


def _unmasked(frame: bytes, size: int) -> bytes:
    head = 2 if size < 126 else 4
    return bytes([frame[0], frame[1] & 127]) + frame[2:head] + frame[head + 4 :]


def test_a_slope_and_its_error() -> None:
    level = slope_of([(x, 100 + (-1) ** x) for x in range(40)])
    assert abs(level.per_x) < 2 * level.error and not level.is_rising
    rising = slope_of([(x, 100 + 3 * x + (-1) ** x) for x in range(40)])
    assert rising.per_x == pytest.approx(3, abs=0.05) and rising.is_rising
    # By hand: through (0, 0), (1, 2), (2, 1) the slope is 1/2 and its error sqrt(1.5 / 1 / 2).
    assert slope_of([(0, 0), (1, 2), (2, 1)]).per_x == pytest.approx(0.5)
    assert slope_of([(0, 0), (1, 2), (2, 1)]).error == pytest.approx(0.866, abs=0.001)
    with pytest.raises(ValueError, match="three points"):
        slope_of([(0, 0), (1, 1)])
    with pytest.raises(ValueError, match="same x"):
        slope_of([(1, 0), (1, 1), (1, 2)])


def looks(minutes: int, keys_at: Any) -> list[Sample]:
    """One look a minute, of an engine that holds so many keys then."""
    same = {"web": 1000}
    return [Sample(60.0 * at, same, same, {"web": 0.0}, 500, keys_at(at), 100) for at in range(minutes + 1)]


def test_a_soak_longer_than_the_hour_of_ended_chats_is_judged_after_it() -> None:
    def until_the_hour(at: int) -> int:
        return 10 * min(at, 60) + (-1) ** at

    assert judge_growth(looks(24, until_the_hour))["engine keys"]["is_rising"]
    assert not judge_growth(looks(90, until_the_hour))["engine keys"]["is_rising"]
    assert judge_growth(looks(90, lambda at: 10 * at))["engine keys"]["per_minute"] == pytest.approx(10)


def test_clients_wait_before_they_come_back_as_the_pages_do() -> None:
    page = (Path(__file__).parents[2] / "web/src/shared/reconnect.ts").read_text()
    said = {name: int(ms.replace("_", "")) for name, ms in re.findall(r"const (\w+_MS) = ([\d_]+);", page)}
    assert said == {"FIRST_DELAY_MS": BACK_OFF_S * 1000, "LONGEST_DELAY_MS": BACK_OFF_MAX_S * 1000}
    assert f"ceiling * (0.1 + {BY_CHANCE} * chance)" in page


def test_everybody_comes_back_after_both_web_processes_were_killed() -> None:
    told = storm(Storm(clients=120, chats=30, generators=1, settle_s=1.5, turn_s=1.0))
    assert told["chats_open"] == 30
    assert told["lost_their_process"] == 120 and told["not_recovered"] == 0
    assert told["counts"]["greeted"] == 120 and told["counts"]["unanswered"] == 0
    assert told["verdict"]["answered"] > 60 and told["verdict"]["chats"] == 30
    wrong = ("lost", "doubled", "misordered", "altered", "crowded", "alone")
    assert {name: told["verdict"][name] for name in wrong} == dict.fromkeys(wrong, 0)
