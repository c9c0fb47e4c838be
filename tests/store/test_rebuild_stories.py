"""What is derived is checked against what is true, and made anew from it."""

import pytest
from typer.testing import CliRunner

from config import metrics
from config.engines.valkey import ThrowAwayValkey
from routing.actions.rebuilding import inspect
from tealight.engine_cli import app
from tealight.index_check import REST_S, IndexCheck
from tests.helpers.valkey import empty
from tests.store.place import Place
from tests.store.rebuilt import derived_of, differences
from tests.store.region import TAGS, Region, wish
from tests.store.truth import broken, truth_of


def busy(place: Place) -> None:
    """A shard with somebody in every state and list."""
    bo = place.listener("bo").comes(level=3, topics=("suicide", "grief"), takes_urgent=True)
    place.seeker("zoe").asks()
    bo.accepts()
    place.listener("cy").comes(languages="en,de")
    place.seeker("ada").asks(avoid=("cy",))
    place.seeker("ben").asks(topics=("suicide",), language="en,de")
    place.seeker("cleo").asks(prefer="bo", hold_s=100)
    place.seeker("dora").asks(language="tr", topics=("self_harm",))
    place.listener("di").comes(languages="de")
    place.listener("di").is_now(2, languages="de")
    gone = place.seeker("eva")
    gone.asks(language="fr")
    gone.disconnects()
    place.passes(11)
    assert broken(truth_of(place)) == []


def test_an_intact_shard_has_no_differences(place: Place) -> None:
    busy(place)
    assert differences(place) == []


def test_a_later_place_in_a_second_language_is_right_and_comes_back(place: Place) -> None:
    place.seeker("ada").asks(language="en,de")
    place.passes(121)
    assert differences(place) == []
    before = derived_of(place)
    place.read("DEL", place.key("line", "de:0.0.0"), place.key("cells", "de"))
    assert differences(place, mend=True) == ["line de:0.0.0 c-ada-r1/4", "cells de 0.0.0"]
    assert derived_of(place) == before


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("line:en:0.0.0", "line en:0.0.0 c-ada-r1/4"),
        ("cells:en", "cells en 2.2.512"),
        ("held:en", "held en c-cleo-r1"),
        ("preferring:bo", "preferring bo c-cleo-r1"),
        ("free:en:0.0", "free en:0.0 cy/0"),
        ("first:free:en", "first free:en 0.0"),
        ("classes:en", "classes en 0.0"),
        ("excluding:cy", "excluding cy c-ada-r1"),
        ("available:de:0.0", "available de:0.0 cy"),
        ("paused:de", "paused de di"),
        ("chatting:en", "chatting en bo"),
        ("open:en", "open en c-zoe-r1"),
        ("due", "due  c-eva-r1"),
    ],
)
def test_each_key_that_is_lost_is_told_and_comes_back(place: Place, key: str, told: str) -> None:
    busy(place)
    before = derived_of(place)
    name, _, part = key.partition(":")
    assert place.read("DEL", place.key(name, part)) == 1
    found = differences(place)
    assert told in found and {one.partition(" ")[0] for one in found} <= {name, "cells", "first", "classes"}
    assert derived_of(place) != before, "a check changes nothing"
    assert differences(place, mend=True) and derived_of(place) == before
    assert differences(place) == []


def test_a_chat_that_is_lost_takes_nobody_else_along(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=2)
    zoe, ada = place.seeker("zoe"), place.seeker("ada")
    talk = zoe.asks()
    bo.accepts()
    bo.is_now(2)
    lost = ada.asks()
    place.seeker("ben").asks()
    place.read("DEL", place.key("chat", lost), place.key("chat", talk))
    assert bo.is_now(1, capacity=2) == "done" and bo.sees == ""
    differences(place, mend=True)
    assert bo.sees == "ben"
    assert ada.state == zoe.state == "", "there is nothing that they could go back to"
    ada.asks(request="r2")
    zoe.asks(request="r2")
    assert place.line() == ["ada", "zoe"]
    assert broken(truth_of(place)) == []


def test_a_listener_whose_chat_was_lost_goes_like_any_other(place: Place) -> None:
    bo = place.listener("bo").comes(capacity=2)
    place.seeker("ada").asks()
    bo.accepts()
    place.seeker("ben").asks()
    bo.accepts()
    place.read("DEL", place.key("chat", "c-ada-r1"))
    bo.disconnects()
    place.passes(31)
    assert bo.record().listener is None and place.line() == ["ben"]


def test_a_line_that_is_lost_hides_no_other_from_the_board(place: Place) -> None:
    place.seeker("ada").asks()
    place.seeker("ben").asks(language="de")
    place.read("DEL", place.key("line", "en:0.0.0"))
    for view in ("load", "lines"):
        told = {row[0]: row[1:3] for row in place.call(view, "en,de")[1:]}
        assert told == {"en": [0, "0"], "de": [1, str(place.now_ms)]}
    differences(place, mend=True)
    assert place.call("load", "en")[1][1:3] == [1, str(place.now_ms)]


def test_who_was_hidden_by_a_loss_is_matched_by_the_mending(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.read("DEL", place.key("free", "en:0.0"))
    ada = place.seeker("ada")
    ada.asks()
    assert ada.state == "W" and bo.offer == ""
    differences(place, mend=True)
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_a_seeker_who_was_lost_from_the_line_is_matched_by_the_mending(place: Place) -> None:
    place.seeker("ada").asks()
    place.read("DEL", place.key("line", "en:0.0.0"), place.key("cells", "en"))
    bo = place.listener("bo").comes()
    assert bo.offer == ""
    differences(place, mend=True)
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_nobody_is_offered_to_a_listener_who_was_only_made_up(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.seeker("zoe").asks()
    bo.accepts()
    place.read("ZADD", place.key("free", "en:0.0"), 1, "bo/0")
    place.read("ZADD", place.key("first", "free:en"), 1, "0.0")
    assert differences(place, mend=True) == ["free en:0.0 bo/0", "first free:en 0.0"]
    ada = place.seeker("ada")
    ada.asks()
    assert ada.state == "W" and broken(truth_of(place)) == []


def test_a_chat_that_stands_in_two_lists_of_units_goes_by_its_own_word(place: Place) -> None:
    bo, cy = place.listener("bo").comes(), place.listener("cy").comes()
    place.seeker("zoe").asks()
    bo.accepts()
    place.read("HSET", place.key("listener", "cy"), "un", "c-zoe-r1")
    place.read("HDEL", place.key("listener", "bo"), "un")
    assert {"listener un bo", "listener un cy"} <= set(differences(place, mend=True))
    assert (bo.load, cy.load) == (1, 0) and broken(truth_of(place)) == []


def test_who_is_connected_to_nobody_but_processes_without_a_lease_begins_their_grace(place: Place) -> None:
    bo = place.listener("bo").comes()
    ada, cy = place.seeker("ada"), place.listener("cy").comes(languages="de")
    ada.asks()
    ada.connects("p2")
    place.read("ZREM", place.key("processes"), "p1")  # as an earlier version's sweep would, that knows of no hashes
    told = [one.split(" ") for one in differences(place)]
    assert sorted(who for name, _, who in told if name == "connections") == ["bo", "cy"]
    differences(place, mend=True)
    assert truth_of(place).connections().keys() == {"ada"}
    assert truth_of(place).one("grace_ends").keys() == {"bo", "cy"} and place.line() == ["ada"]
    assert differences(place) == [] and bo.offer == cy.offer == ""


def test_a_waiting_seeker_whose_absence_was_forgotten_is_not_kept_for_ever(place: Place) -> None:
    ada = place.seeker("ada")
    ada.asks()
    ada.disconnects()
    place.read("DEL", place.key("grace_ends"))
    assert differences(place, mend=True) == ["grace_ends  ada"]
    place.passes(10)
    assert ada.state == "P"


async def test_every_page_of_a_full_shard_is_walked_and_the_other_shard_left_alone(engine: ThrowAwayValkey) -> None:
    empty(engine)
    region = Region()
    await region.open(engine.url, 1)
    adult, teen = (region.processes[0].shards[band] for band in TAGS)
    for number in range(700):
        name = f"s{number:03}"
        await adult.call("request_chat", *wish(name))
        await teen.call("request_chat", *wish(name))
    link = region.links[0]
    for shard in (adult, teen):
        await link.send("DEL", shard.key("cells", "en"))
        await link.send("ZREMRANGEBYRANK", shard.key("line", "en:0.0.0"), 100, 399)
        await link.send("ZADD", shard.key("line", "en:0.0.0"), 1, "c-none/0")
    found = await inspect(adult, mend=True)
    assert (
        found.differences["line"] == 301 and set(found.differences) == {"line", "cells"} and len(found.examples) == 20
    )
    assert found.looked > 1400
    assert await link.send("ZCARD", adult.key("line", "en:0.0.0")) == 700
    assert await link.send("ZCARD", teen.key("line", "en:0.0.0")) == 401
    assert (await inspect(adult, mend=False)).differences.total() == 0
    await region.close()


async def test_the_router_goes_round_and_counts_what_it_mends(engine: ThrowAwayValkey) -> None:
    empty(engine)
    region = Region()
    await region.open(engine.url, 1)
    await region.asks("teen", "tim")
    shards = region.processes[0].shards
    await region.links[0].send("DEL", shards["teen"].key("line", "en:0.0.0"))
    mended = metrics.index_mismatches.labels("line")
    before, now = mended._value.get(), [1000.0]
    check = IndexCheck(shards, lambda: now[0])
    for _ in range(30):
        await check.step()
    assert mended._value.get() == before + 1
    assert metrics.index_checked._value.get() == 1000.0, "a whole round"
    assert await region.waits_for("bo", "teen") == ["c-tim"]
    await region.links[0].send("DEL", shards["teen"].key("line", "en:0.0.0"))
    await check.step()
    assert await region.waits_for("bo", "teen") == [], "it rests"
    now[0] += REST_S
    for _ in range(30):
        await check.step()
    assert await region.waits_for("bo", "teen") == ["c-tim"]
    await region.close()


def test_the_command_checks_and_rebuilds(
    engine: ThrowAwayValkey, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.tag = "{a:main}:"
    place.now_ms = 0
    place.seeker("ada").asks()
    place.read("DEL", place.key("line", "en:0.0.0"))
    monkeypatch.setenv("REDIS_URL", engine.url)
    checked = CliRunner().invoke(app, ["check"])
    assert checked.exit_code == 1 and "line en:0.0.0 c-ada-r1/4" in checked.output
    rebuilt = CliRunner().invoke(app, ["rebuild"])
    assert rebuilt.exit_code == 0 and "line: 1" in rebuilt.output
    assert CliRunner().invoke(app, ["check"]).exit_code == 0
    assert place.line() == ["ada"]
