"""A supervisor reads along: who may be there, who is told, and what ends it."""

import pytest

from config.engines.valkey import ThrowAwayValkey
from tests.store.place import Listener, Person, Place, Seeker
from tests.store.rebuilt import derived_of, differences
from tests.store.truth import broken, truth_of
from tests.store.wire import Wire


def in_chat(place: Place) -> tuple[Seeker, Listener, Person, str]:
    """Two who talk, and a supervisor who is connected."""
    ada, bo, sam = place.seeker("ada"), place.listener("bo").comes(), Person(place, "sam")
    chat = ada.asks()
    bo.accepts()
    sam.connects()
    return ada, bo, sam, chat


def observes(person: Person, chat: str, listener: str = "bo") -> str:
    return str(person.place.call("observe", chat, person.name, person.name.title(), listener))


def stops(person: Person, chat: str = "") -> str:
    return str(person.place.call("stop_observing", person.name, chat))


def observer_of(place: Place, chat: str) -> tuple[str, str]:
    record = place.chat(chat)
    assert broken(truth_of(place)) == []
    return record.observer, record.observer_name


def test_one_at_a_time_reads_along_and_finds_the_chat_in_the_snapshot(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    tim = Person(place, "tim")
    tim.connects()
    assert sam.record().chats == {}
    assert [observes(sam, chat), observes(sam, chat), observes(tim, chat)] == ["done", "done", "already_observed"]
    assert observer_of(place, chat) == ("sam", "Sam")
    assert list(sam.record().chats) == [chat] and tim.record().chats == {}
    assert [stops(tim, chat), stops(sam, chat), stops(sam, chat)] == ["not_observed", "done", "not_observed"]
    assert observer_of(place, chat) == ("", "") and sam.record().chats == {}
    assert observes(tim, chat) == "done"


def test_what_is_written_is_published_to_them_until_they_stop(place: Place, engine: ThrowAwayValkey) -> None:
    ada, bo, sam, chat = in_chat(place)
    ear = Wire(engine.url)
    ear.send("SSUBSCRIBE", place.key("channel", "sam"))
    ada.writes(chat, "before", "m1")
    observes(sam, chat)
    ada.writes(chat, "of one", "m2")
    bo.writes(chat, "of the other", "m3")
    stops(sam, chat)
    ada.writes(chat, "after", "m4")
    said, published = ear.send("PING"), []
    while said[0] != b"pong":
        published.append(said[2].split(b"\n")[5:6] or [said[2]])
        said = ear.next()
    assert published == [[b"s"], [b"m2"], [b"m3"], [b"s"]]
    ear.close()


def test_only_an_open_chat_and_only_with_this_listener(place: Place) -> None:
    ada, sam = place.seeker("ada"), Person(place, "sam")
    chat = ada.asks()
    sam.connects()
    assert observes(sam, chat) == "chat_not_open"
    bo = place.listener("bo").comes()
    assert observes(sam, chat) == "chat_not_open", "only offered"
    bo.accepts()
    assert observes(sam, chat, "cy") == "chat_not_open"
    assert observes(sam, "c-none") == "chat_not_open"
    assert observes(sam, chat) == "done"


def test_who_is_kept_apart_or_was_in_it_does_not_read_along(place: Place) -> None:
    _ada, bo, _sam, chat = in_chat(place)
    place.call("block", "eve", "ada")
    ben = place.seeker("ben")
    other = ben.asks(avoid=("una",))
    place.listener("cy").comes().accepts()
    assert observes(Person(place, "eve"), chat) == "kept_apart", "blocked"
    assert observes(Person(place, "una"), other, "cy") == "kept_apart", "on the device's own list"
    assert observes(bo, chat) == "kept_apart"
    assert observes(place.seeker("ada"), chat) == "kept_apart"


@pytest.mark.parametrize("ending", ["seeker", "listener", "listener_lost", "resumed"])
def test_it_ends_with_the_chat_and_with_its_listener(place: Place, ending: str) -> None:
    ada, bo, sam, chat = in_chat(place)
    observes(sam, chat)
    if ending == "listener_lost":
        bo.disconnects()
        place.passes(31)
    elif ending == "resumed":  # the engine knew less than the one whom this ticket is of
        turn = place.chat(chat).turn + 5
        told = (chat, "ada", turn, "W", "r1", "en", "0.0.0", 0, place.now_ms, "", 3, "", 0, "epoch-2", "run-2", "")
        assert place.call("resume", *told) == "resumed"
    else:
        (ada if ending == "seeker" else bo).ends(chat)
    assert observer_of(place, chat) == ("", "")
    assert sam.record().chats == {} and truth_of(place).of("observing") == {}


def test_half_a_minute_without_a_connection_ends_it(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    observes(sam, chat)
    sam.disconnects()
    place.passes(20)
    sam.connects()
    place.passes(20)
    assert observer_of(place, chat)[0] == "sam", "a reload costs nothing"
    sam.disconnects()
    place.passes(31)
    assert observer_of(place, chat) == ("", "")
    assert observes(sam, chat) == "done", "their page had gone while they asked"
    place.passes(31)
    assert observer_of(place, chat) == ("", "")


def test_a_supervisor_who_listens_too_is_found_gone_all_the_same(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    place.listener("sam").is_now(1)
    observes(sam, chat)
    sam.disconnects()
    place.listener("sam").is_now(0)  # forgotten as a listener, while their page is gone
    assert observer_of(place, chat)[0] == "sam"
    place.passes(31)
    assert observer_of(place, chat) == ("", "")
    place.listener("sam").comes()
    observes(sam, chat)
    sam.disconnects()
    place.passes(31)
    assert observer_of(place, chat) == ("", "") and place.listener("sam").availability == 0


def test_whoever_may_no_longer_stops_everywhere(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    place.listener("cy").comes()
    other = place.seeker("ben").asks()
    place.listener("cy").accepts()
    assert [observes(sam, chat), observes(sam, other, "cy")] == ["done", "done"]
    assert stops(sam) == "done"
    assert observer_of(place, chat) == observer_of(place, other) == ("", "")


def test_reading_along_takes_no_part(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    observes(sam, chat)
    before = truth_of(place)
    assert sam.writes(chat, "let me") == ["no_such_chat"]
    assert sam.ends(chat) == "no_such_chat"
    assert place.call("mark_read", chat, "sam", 1) == "not_participant"
    assert place.listener("sam").finishes(chat) == "no_wrap_up"
    assert truth_of(place) == before


def test_whispers_are_counted_and_never_backwards(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    observes(sam, chat)
    for told, kept in ((1, 1), (3, 3), (2, 3)):
        assert place.call("whispered", chat, told) == "done"
        assert place.chat(chat).whispers == kept
    assert place.call("whispered", "c-none", 1) == "no_such_chat"


def test_the_list_of_a_supervisor_can_be_rebuilt(place: Place) -> None:
    _ada, _bo, sam, chat = in_chat(place)
    observes(sam, chat)
    before = derived_of(place)
    place.read("DEL", place.key("observing", "sam"))
    place.read("SADD", place.key("observing", "tim"), chat)
    assert sorted(differences(place, mend=True)) == [f"observing sam {chat}", f"observing tim {chat}"]
    assert derived_of(place) == before and differences(place) == []
