"""Who is there: connections, leases of processes, and what happens when the last one goes."""

import pytest

from config.engines.valkey import ThrowAwayValkey
from routing.store.answers import parts_of
from routing.store.snapshots import person_record
from tests.store.place import Listener, Place, Seeker
from tests.store.truth import broken, mark_of, truth_of
from tests.store.wire import Wire


def in_chat(place: Place) -> tuple[Seeker, Listener, str]:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    return ada, bo, chat


def test_a_listener_on_two_processes_is_there_until_the_last_one_goes(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    bo = place.listener("bo").comes()
    bo.connects("p2")
    bo.disconnects()
    place.seeker("ada").asks()
    assert bo.sees == "ada"
    bo.disconnects()
    assert bo.sees == "ada", "p1 speaks for itself only"
    bo.disconnects("p2")
    assert place.line() == ["ada"] and bo.offer == ""


def test_a_process_says_of_all_its_people_at_once_that_they_are_there(place: Place) -> None:
    names = ["ada", "ben", "eva"]
    for name in names:
        place.seeker(name).asks()
        place.seeker(name).disconnects()
    place.passes(11)
    assert place.line() == [], "gone for longer than a reload takes"
    place.call("attach", "ada", place.process, "ben", "eva", "nobody")
    assert place.line() == names
    place.call("detach", "ben", place.process)
    place.passes(11)
    assert place.line() == ["ada", "eva"]


def test_whoever_comes_is_attached_and_read_in_one_call_as_two_would(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ben = place.seeker("ben")
    ben.asks()
    assert place.call("enter", "eva", "p2", "0")[:2] == [0, "0"] and not truth_of(place).is_present("eva")
    for person in (ada, bo, ben):
        person.disconnects()
    place.passes(12)
    assert place.line() == [], "ben was gone for longer than a reload takes"
    for person, is_staff in ((ben, "0"), (bo, "1"), (ada, "0")):
        told = place.wire.send(
            "FCALL", place.library.function("enter"), 1, place.tag, place.now_ms, place.timing.packed,
            person.name, "p2", is_staff,
        )  # fmt: skip
        attached, _, seen = parts_of(told)[0]
        assert attached == 1 and person_record(seen) == person.record(), "nothing of the call is read too early"
    assert place.line() == ["ben"]
    there = ada.record().chats[chat]
    assert there.is_seeker_present and there.is_listener_present
    assert truth_of(place).connections() == {who: {mark_of("p2")} for who in ("ada", "ben", "bo")}


def test_a_lost_listener_gets_no_offers_and_comes_back_within_half_a_minute(place: Place) -> None:
    bo = place.listener("bo").comes()
    bo.disconnects()
    place.seeker("ada").asks()
    assert bo.offer == ""
    place.passes(29)
    bo.connects()
    assert bo.availability == 1 and bo.sees == "ada"


def test_the_open_offer_of_a_lost_listener_goes_to_the_next_at_once(place: Place) -> None:
    bo = place.listener("bo").comes()
    place.seeker("ada").asks()
    cy = place.listener("cy").comes()
    bo.disconnects()
    assert cy.sees == "ada"


def test_after_half_a_minute_a_lost_listener_is_off_duty(place: Place) -> None:
    bo = place.listener("bo").comes()
    bo.disconnects()
    place.passes(30)
    bo.connects()
    place.seeker("ada").asks()
    assert bo.availability == 0 and bo.offer == "", "only an explicit act makes available"


def test_the_same_chat_goes_on_with_the_next_listener(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.writes(chat, "hello")
    cy = place.listener("cy").comes()
    place.seeker("ben").asks()  # takes cy
    place.passes(1)
    cy.accepts()
    place.seeker("cleo").asks()
    bo.disconnects()
    place.passes(29)
    assert ada.state == "A"
    place.passes(1.1)
    assert ada.state == "W" and place.line() == ["ada", "cleo"], "before who came later"
    assert ada.writes(chat, "are you there?")[0] == "done", "what is written meanwhile is kept"
    assert bo.writes(chat, "sorry") == ["not_participant"]
    cy.ends("c-ben-r1")
    cy.finishes("c-ben-r1")
    assert cy.sees == "ada"
    ada.acts()
    cy.accepts()
    assert ada.own_chat == chat and ada.state == "A"
    assert cy.writes(chat, "I am here")[2] == 3
    bo.connects()
    assert bo.writes(chat, "sorry") == ["not_participant"]
    assert bo.ends(chat) == "not_participant"
    assert broken(truth_of(place)) == []


def test_the_lost_listener_is_not_asked_for_the_same_chat_for_a_minute(place: Place) -> None:
    ada, bo, _ = in_chat(place)
    bo.disconnects()
    place.passes(30)
    bo.comes()
    assert ada.state == "W" and bo.offer == ""
    place.passes(60)
    assert bo.sees == "ada"


def test_a_lost_listeners_chat_with_an_absent_seeker_is_parked(place: Place) -> None:
    ada, bo, _ = in_chat(place)
    ada.disconnects()
    bo.disconnects()
    place.passes(30)
    assert ada.state == "P"
    place.listener("cy").comes()
    ada.connects()
    assert place.listener("cy").sees == "ada"


def test_a_lost_listeners_wrap_up_and_offer_end_with_the_duty(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.ends(chat)
    bo.disconnects()
    place.passes(30)
    assert place.chat(chat).state == "E" and truth_of(place).of("units") == {}
    assert broken(truth_of(place)) == []


def published(ear: Wire) -> list[str]:
    """The channels on which something was said; pushes stand before the answers to what is asked now."""
    told = [ear.send("PING") for _ in range(4)]
    return [channel.decode() for kind, channel, *_ in told if kind == b"smessage"]


def test_who_talks_with_somebody_hears_at_once_that_they_vanished(place: Place, engine: ThrowAwayValkey) -> None:
    ada, bo, _ = in_chat(place)
    ear = Wire(engine.url)
    for name in ("ada", "bo"):
        ear.send("SSUBSCRIBE", place.key("channel", name))
    ada.disconnects()
    assert place.key("channel", "bo") in published(ear)
    bo.disconnects()
    assert place.key("channel", "ada") in published(ear)
    ear.close()


def test_a_seekers_chat_is_kept_for_five_minutes_and_then_ended(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.disconnects()
    place.passes(299)
    assert ada.state == "A"
    ada.connects()
    place.passes(10)
    assert ada.state == "A", "the grace began anew"
    ada.disconnects()
    place.passes(300)
    assert place.chat(chat).state == "U" and place.chat(chat).ended_reason == "seeker_gone"
    assert bo.load == 1, "wrap-up as after any chat"


@pytest.mark.parametrize("was_away", [True, False])
def test_no_grace_ends_before_people_could_come_back_to_a_service_that_was_away(place: Place, was_away: bool) -> None:
    seconds, microseconds = map(int, place.read("TIME"))
    engine_ms = seconds * 1000 + microseconds // 1000
    place.now_ms = engine_ms - 60_000
    ada, bo, _ = in_chat(place)
    bo.disconnects()
    place.read("HSET", place.key("meta"), "clk", engine_ms - (60_000 if was_away else 1_000))  # as the last sweep did
    place.now_ms = 0  # the engine's own clock, as in the service
    place.sweep()
    assert bo.availability == (1 if was_away else 0)
    place.sweep()
    place.now_ms = engine_ms + 29_000
    place.sweep()
    assert bo.availability == (1 if was_away else 0)
    assert ada.state == ("A" if was_away else "W")
    place.now_ms = engine_ms + 90_000
    place.sweep()
    assert bo.availability == 0 and ada.state == "W", "he had 30 seconds"


def test_a_dead_process_takes_its_people_with_it(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    place.process = "p2"
    ada, bo, _ = in_chat(place)
    ben, cy = place.seeker("ben"), place.listener("cy").comes()
    ben.asks()
    assert cy.sees == "ben"
    place.process = "p1"
    di = place.listener("di").comes()
    place.passes(14.9)
    assert cy.sees == "ben", "a lease is a lease"
    place.passes(0.2)
    assert di.sees == "ben", "the offer went on in the same sweep"
    assert not truth_of(place).is_present("ada") and "p2" not in truth_of(place).one("processes")
    place.passes(30)
    assert ada.state == "P", "her listener and she are gone"
    assert bo.availability == 0


def test_of_those_whom_a_dead_process_held_nobody_is_offered_what_another_one_leaves(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    place.process = "p2"
    for number in range(10):
        place.listener(f"l{number}").comes()
    place.process = "p1"
    chats = [place.seeker(name).asks() for name in ("ada", "ben", "eva")]
    assert {place.chat(chat).state for chat in chats} == {"O"}
    place.passes(15.1)
    assert place.line() == ["ada", "ben", "eva"] and place.free() == []
    assert [place.read("HGET", place.key("chat", chat), "no") for chat in chats] == ["1", "1", "1"]
    assert broken(truth_of(place)) == []


def test_who_is_connected_elsewhere_stays_when_a_process_dies(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    ada, bo, _ = in_chat(place)
    cy, ben = place.listener("cy").comes(), place.seeker("ben")
    for person in (ada, bo, cy, ben):
        person.connects("p2")
    cy.disconnects("p1")
    place.passes(15.1)
    graces = truth_of(place).one("grace_ends")
    assert "cy" in graces and not {"ada", "bo"} & set(graces)
    place.passes(300)
    assert ada.state == "A" and bo.availability == 1 and cy.availability == 0


def test_many_deadlines_of_one_kind_hold_up_no_other_kind(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    place.seeker("ada").connects("p2")
    for number in range(5):
        place.listener(f"l{number}").comes()
        place.seeker(f"s{number}").asks()
    place.now_ms += 25_100
    assert place.call("sweep", 4) == 3, "two missed offers are four matches; and one person of the dead process"
    assert not truth_of(place).is_present("ada")
    assert place.sweep() >= 3
    assert broken(truth_of(place)) == []


def test_a_process_that_dies_before_its_first_beat_is_found_too(place: Place) -> None:
    ada = place.seeker("ada")
    ada.connects("p9")
    ada.asks_raw()
    place.passes(15.1)
    assert not truth_of(place).is_present("ada")
    place.passes(10)
    assert ada.state == "P"


def test_beats_renew_the_lease_and_tell_when_it_was_lost(place: Place) -> None:
    assert place.call("beat", "p2", 15_000) == "lost", "never heard of"
    place.passes(14)
    assert place.call("beat", "p2", 15_000) == "done"
    place.seeker("ada").connects("p2")
    place.passes(14)
    assert place.call("beat", "p2", 15_000) == "done"
    place.passes(16)
    assert not truth_of(place).is_present("ada")
    assert place.call("beat", "p2", 15_000) == "lost", "its people must be attached again"


def test_an_attach_before_the_first_beat_hides_no_lost_lease(place: Place) -> None:
    place.seeker("ada").connects("p2")
    assert place.call("beat", "p2", 15_000) == "lost", "the engine came back empty; p2 has more people than this one"
    assert place.call("beat", "p2", 15_000) == "done"


def test_a_process_that_ends_in_order_is_done_at_once(place: Place) -> None:
    place.call("beat", "p2", 15_000)
    for number in range(120):  # more than one sweep takes of a process
        place.seeker(f"s{number}").connects("p2")
    place.call("bye", "p2")
    place.sweep()
    assert truth_of(place).of("connections") == {} and truth_of(place).one("processes").keys() == {"p1"}


def test_more_people_in_one_place_than_one_sweep_takes_all_go(place: Place) -> None:
    for number in range(60):  # who stands where follows from the end of an id
        place.seeker(f"s{number}-ends-alike").connects("p2")
    assert len(truth_of(place).of("connections")) == 1
    place.call("bye", "p2")
    place.sweep()
    assert truth_of(place).connections() == {}


def test_one_sweep_looks_through_no_more_than_some_connections_of_others(place: Place) -> None:
    names = [f"s{number}" for number in range(5_000)]
    for start in range(0, len(names), 500):
        place.call("attach", names[start], "p1", *names[start + 1 : start + 500])
    place.call("beat", "p2", 15_000)
    place.seeker("ada").connects("p2")
    place.call("bye", "p2")
    held = {int(bucket): len(here) for bucket, here in truth_of(place).of("connections").items()}
    looked = [0]
    while place.call("sweep", 25):
        score = truth_of(place).one("processes").get("p2")
        looked.append(4_096 if score is None else int(-score))
        of_these = sum(held.get(bucket, 0) for bucket in range(looked[-2], looked[-1]))
        assert of_these <= 2_000 + max(held.values()) and looked[-1] > looked[-2]
    assert len(looked) == 4 and looked[-1] == 4_096 and not truth_of(place).is_present("ada")
    assert truth_of(place).connections().keys() == set(names)


def test_who_attaches_to_a_process_that_is_let_go_of_is_let_go_of_too(place: Place) -> None:
    for number in range(120):
        place.seeker(f"s{number}").connects("p2")
    place.call("bye", "p2")
    assert place.call("sweep", 1) > 0
    gone = {f"s{number}" for number in range(120)} - truth_of(place).connections().keys()
    place.call("bye", "p2")
    assert place.call("sweep", 1) > 0 and len(truth_of(place).connections()) <= 20, "a second goodbye undoes nothing"
    place.seeker(min(gone)).connects("p2")  # it was only stuck
    place.sweep()
    assert truth_of(place).connections() == {} and "p2" not in truth_of(place).one("processes")


def test_one_person_on_several_processes_is_there_until_the_last_of_them_is_gone(place: Place) -> None:
    bo = place.listener("bo").comes()
    for process in ("p2", "p3", "p2"):
        bo.connects(process)
    assert truth_of(place).connections() == {"bo": {mark_of("p1"), mark_of("p2"), mark_of("p3")}}
    bo.disconnects("p2")
    bo.disconnects("p1")
    assert place.free() == ["bo"]
    bo.disconnects("p3")
    assert place.free() == [] and truth_of(place).connections() == {}


def test_nobody_is_detached_by_a_process_that_does_not_hold_them(place: Place) -> None:
    bo = place.listener("bo").comes()
    bo.disconnects("p7")
    assert place.free() == ["bo"]


def test_who_became_available_as_the_socket_closed_is_lost_not_available_for_ever(place: Place) -> None:
    bo = place.listener("bo")
    bo.is_now(1)
    place.seeker("ada").asks()
    assert bo.offer == "" and broken(truth_of(place)) == []
    place.passes(30)
    assert bo.availability == 0


def test_presence_is_told_in_the_snapshot(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    assert ada.record().chats[chat].is_listener_present and bo.record().chats[chat].is_seeker_present
    bo.disconnects()
    assert not ada.record().chats[chat].is_listener_present
