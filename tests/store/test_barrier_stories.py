"""The engine knows less than those who were answered: promoted, restored, or empty."""

from dataclasses import replace
from typing import Any

from routing.store.snapshots import ChatRecord
from tests.store.place import Place
from tests.store.truth import broken, truth_of


def raised(place: Place, run: str = "second life", by: tuple[str, ...] = ()) -> str:
    return str(place.call("raise_barrier", run, 3000, *by))


def resumed(place: Place, chat: ChatRecord, *, avoid: str = "") -> str:
    """Bring back what was told of a chat."""
    told = (chat.chat_id, chat.seeker, chat.turn, chat.state, chat.request_id, chat.languages, chat.cell)
    rest = (chat.topic_mask, chat.arrived_at_ms, chat.preferred, chat.distress or "", chat.listener, chat.opened_at_ms)
    return str(place.call("resume", *told, *rest, "epoch-2", "run-2", avoid))


def everything(place: Place) -> dict[str, Any]:
    """The whole shard as an older state to go back to."""
    return {key: (place.wire.send("DUMP", key), place.read("PTTL", key)) for key in place.all_keys()}


def goes_back_to(place: Place, state: dict[str, Any]) -> None:
    place.wire.send("FLUSHALL")
    for key, (dump, ttl) in state.items():
        place.wire.send("RESTORE", key, max(0, ttl), dump)


def test_a_single_chat_that_is_lost_comes_back_to_its_place_by_its_ticket(place: Place) -> None:
    chat = place.seeker("ada").asks()
    place.passes(5)
    place.seeker("ben").asks()
    told = place.chat(chat)
    place.read("DEL", place.key("chat", chat))
    assert resumed(place, told) == "resumed"
    assert place.line() == ["ada", "ben"] and place.seeker("ada").own_chat == chat
    assert broken(truth_of(place)) == []


def test_nothing_is_matched_behind_the_barrier_and_everybody_at_its_end(place: Place) -> None:
    assert raised(place) == "raised" and raised(place) == "known"
    ada = place.seeker("ada")
    ada.asks()
    bo = place.listener("bo").comes()
    assert bo.offer == "" and ada.state == "W" and ada.standing == 1
    assert broken(truth_of(place)) == []
    place.passes(2.9)
    assert bo.offer == ""
    place.passes(0.2)
    assert bo.sees == "ada"
    assert broken(truth_of(place)) == []


def test_the_barrier_is_lifted_when_every_living_process_has_spoken(place: Place) -> None:
    place.call("note_run", "first life")
    place.call("beat", "p2", 15_000)
    raised(place)
    place.seeker("ada").asks()
    bo = place.listener("bo").comes()
    assert place.call("asserted", "p1") == "waiting"
    assert place.call("asserted", "p2") == "lifted"
    place.sweep()
    assert bo.sees == "ada"


def test_messages_go_on_when_every_living_process_has_compared_its_logs(place: Place) -> None:
    place.call("note_run", "first life")
    assert place.call("asserted", "p1", "compared") == "lifted", "there is nothing to compare"
    place.call("beat", "p2", 15_000)
    raised(place)
    assert place.call("asserted", "p1", "compared") == "waiting"
    assert place.call("asserted", "p1") == "waiting"
    assert place.call("asserted", "p2", "compared") == "compared"
    place.seeker("ada").asks()
    assert place.listener("bo").comes().offer == "", "nothing is matched before all have spoken"
    assert place.call("asserted", "p2") == "lifted"


def test_messages_wait_for_whoever_may_have_something_to_write_back_to_an_empty_engine(place: Place) -> None:
    raised(place)
    assert place.call("asserted", "p1", "compared") == "waiting"
    place.passes(3.0)
    assert place.call("asserted", "p1", "compared") == "lifted"


def test_the_barrier_stays_up_while_somebody_has_more_to_say_but_not_for_ever(place: Place) -> None:
    raised(place)
    assert place.listener("bo").comes().offer == ""
    place.seeker("ada").asks()
    for _ in range(5):
        assert place.call("asserted", "p1", "saying") == "waiting"
        place.passes(1.9)
        assert place.listener("bo").offer == ""
    place.call("asserted", "p1", "saying")
    place.passes(0.5)
    assert place.call("asserted", "p1", "saying") == "lifted"
    place.sweep()
    assert place.listener("bo").sees == "ada"


def test_at_the_end_of_the_barrier_the_line_is_served_in_its_order(place: Place) -> None:
    raised(place)
    for name in ("zoe", "ada", "ben"):
        place.seeker(name).asks()
        place.passes(0.1)
    place.seeker("eve").asks(topics=("suicide",), distress=5)
    bo = place.listener("bo").comes(topics=("suicide",), level=2)
    cy = place.listener("cy").comes()
    place.passes(3.1)
    assert (bo.sees, cy.sees) == ("eve", "zoe") and broken(truth_of(place)) == []


def test_a_dead_process_is_not_waited_for(place: Place) -> None:
    place.call("note_run", "first life")
    place.call("beat", "p2", 15_000)
    place.passes(16)
    raised(place)
    assert place.call("asserted", "p1") == "lifted"


def test_who_came_after_the_older_state_was_saved_is_waited_for_too(place: Place) -> None:
    place.call("note_run", "first life")
    before_p2 = everything(place)
    place.call("beat", "p2", 15_000)
    goes_back_to(place, before_p2)
    assert raised(place, by=("p1", "p2")) == "raised"
    assert place.call("asserted", "p1", "compared") == "waiting"
    assert place.call("asserted", "p2", "compared") == "compared"
    assert place.call("asserted", "p1") == "waiting"
    assert place.call("asserted", "p2") == "lifted"
    assert place.call("beat", "p2", 15_000) == "lost", "it is not known who is connected there"
    assert place.call("beat", "p2", 15_000) == "done"


def test_a_process_that_just_started_stops_the_matching_of_a_state_from_another_life(place: Place) -> None:
    assert place.call("note_run", "first life", 3000) == "done", "perhaps the first life of all"
    assert place.call("note_run", "first life", 3000) == "done"
    place.call("beat", "p2", 15_000)
    assert place.call("note_run", "second life", 3000) == "raised"
    place.seeker("ada").asks()
    bo = place.listener("bo").comes()
    assert bo.offer == "" and place.call("asserted", "p1", "compared") == "waiting", "p2 has not met it yet"
    assert raised(place, by=("p1", "p2")) == "known"
    place.call("asserted", "p1")
    assert place.call("asserted", "p2") == "lifted"
    place.sweep()
    assert bo.sees == "ada"


def test_whoever_started_on_an_empty_engine_first_is_not_all_there_is(place: Place) -> None:
    place.call("note_run", "second life", 3000)
    assert raised(place, by=("p1",)) == "raised"
    assert place.call("asserted", "p1") == "waiting"


def test_nobody_s_lease_of_an_older_state_says_who_lives_now(place: Place) -> None:
    """Saved a day ago: all leases of that time are over."""
    place.call("note_run", "first life")
    place.call("beat", "p2", 15_000)
    place.now_ms += 86_400_000
    assert raised(place, by=("p1", "p2")) == "raised"
    assert place.call("asserted", "p1", "compared") == "waiting"
    place.call("bye", "p2")
    assert place.call("asserted", "p1", "compared") == "compared", "it was found dead"


def test_only_one_of_the_living_knows_of_the_other(place: Place) -> None:
    place.call("note_run", "first life")
    assert raised(place, by=("p2",)) == "raised"
    assert raised(place, by=("p2", "p3")) == "known"
    assert [place.call("asserted", one, "compared") for one in ("p1", "p2")] == ["waiting"] * 2
    assert place.call("asserted", "p3", "compared") == "compared"


def test_an_engine_that_came_back_empty_waits_for_whoever_else_there_may_be(place: Place) -> None:
    raised(place)
    assert place.call("asserted", "p1") == "waiting"


def test_what_the_shard_knows_better_stays(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    before = place.chat(chat)
    bo.accepts()
    truth = truth_of(place)
    for old in (before, place.chat(chat)):
        assert resumed(place, old) == "kept"
        assert truth_of(place) == truth


def test_a_chat_goes_back_to_the_listener_who_had_it(place: Place) -> None:
    """The engine forgot the accept: it thinks that bo was only offered ada, or that ada still waits."""
    ada, bo = place.seeker("ada"), place.listener("bo")
    chat = ada.asks()
    waiting = everything(place)
    bo.comes()
    offered = everything(place)
    bo.accepts()
    told = place.chat(chat)
    goes_back_to(place, offered)
    assert resumed(place, told) == "resumed"
    assert place.chat(chat).state == "A" and place.chat(chat).listener == "bo" and bo.offer == ""
    assert broken(truth_of(place)) == []
    goes_back_to(place, waiting)
    raised(place)
    bo.comes()
    assert resumed(place, told) == "resumed"
    assert place.chat(chat).state == "A" and bo.load == 1
    place.passes(4)
    assert bo.offer == "" and broken(truth_of(place)) == []


def test_an_offer_that_an_older_state_takes_back_hides_no_chat(place: Place) -> None:
    """Its turn rises by that, to the one that the chat has; but nobody was told of any such thing."""
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    offered = everything(place)
    bo.accepts()
    told = place.chat(chat)
    goes_back_to(place, offered)
    raised(place)
    bo.disconnects()
    assert (place.chat(chat).state, place.chat(chat).turn) == ("W", told.turn)
    bo.connects()
    assert resumed(place, told) == "resumed"
    assert (place.chat(chat).state, place.chat(chat).listener) == ("A", "bo")
    assert resumed(place, told) == "kept"
    assert broken(truth_of(place)) == []


def test_who_was_told_of_that_move_changes_nothing(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    raised(place)
    bo.disconnects()
    truth = truth_of(place)
    assert resumed(place, place.chat(chat)) == "kept" and truth_of(place) == truth
    place.passes(3.1)
    bo.connects()
    bo.accepts()
    after = place.chat(chat)
    assert resumed(place, replace(after, turn=after.turn - 1, state="O")) == "kept", "it has moved on since"
    raised(place, "third life")
    assert resumed(place, replace(after, turn=after.turn - 1, state="O")) == "kept"


def test_deadlines_of_an_older_state_wait_for_those_who_know_better(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    offered = everything(place)
    bo.accepts()
    told = place.chat(chat)
    place.passes(60)
    goes_back_to(place, offered)
    raised(place)
    assert place.sweep() == 0 and place.chat(chat).state == "O"
    assert resumed(place, told) == "resumed"
    place.passes(3.1)
    assert place.chat(chat).state == "A" and bo.availability == 1 and bo.load == 1
    assert broken(truth_of(place)) == []


def test_a_chat_stays_one_while_it_waits_for_another_listener(place: Place) -> None:
    ada = place.seeker("ada")
    chat = ada.asks()
    waiting = everything(place)
    place.listener("bo").comes()
    place.listener("bo").accepts()
    told = place.chat(chat)
    goes_back_to(place, waiting)
    raised(place)
    assert resumed(place, told) == "resumed"
    assert (place.chat(chat).state, place.chat(chat).opened_at_ms) == ("W", told.opened_at_ms)


def test_a_listener_who_was_given_another_meanwhile_keeps_both(place: Place) -> None:
    ada, ben, bo = place.seeker("ada"), place.seeker("ben"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    told = place.chat(chat)
    place.wire.send("FLUSHALL")
    place.call("beat", "p1", 10**12)
    second = ben.asks()
    bo.comes()
    bo.accepts()
    ada.connects()
    assert resumed(place, told) == "resumed"
    assert {place.chat(c).state for c in (chat, second)} == {"A"} and bo.load == 2
    assert bo.availability == 1 and place.free() == []


def test_everybody_stands_again_where_they_stood_after_all_was_lost(place: Place) -> None:
    names = ["ada", "ben", "cem"]
    for name in names:
        place.seeker(name).asks()
        place.passes(1)
    told = [place.chat(f"c-{name}-r1") for name in names]
    place.wire.send("FLUSHALL")
    place.call("beat", "p1", 10**12)
    raised(place)
    for chat in reversed(told):
        place.seeker(chat.seeker).connects()
        assert resumed(place, chat) == "resumed"
        assert resumed(place, chat) == "kept"
    assert place.line() == names
    assert [place.chat(chat.chat_id).arrived_at_ms for chat in told] == [chat.arrived_at_ms for chat in told]
    bo = place.listener("bo").comes()
    place.passes(3.1)
    assert bo.sees == "ada" and broken(truth_of(place)) == []


def test_a_chat_whose_listener_nobody_knows_goes_on_first_in_line(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks(topics=("suicide",))
    assert bo.offer == "", "not cleared"
    cy = place.listener("cy").comes(topics=("suicide",), level=2)
    cy.accepts()
    told = place.chat(chat)
    place.wire.send("FLUSHALL")
    place.call("beat", "p1", 10**12)
    ada.connects()
    assert resumed(place, told, avoid="di") == "resumed"
    record = place.chat(chat)
    assert (record.state, record.cell, record.opened_at_ms, record.epoch) == (
        "W",
        told.cell,
        told.opened_at_ms,
        "epoch-2",
    )
    place.listener("di").comes(topics=("suicide",), level=2)
    assert place.chat(chat).state == "W", "avoided, still"
    assert place.listener("eli").comes(topics=("suicide",), level=2).sees == "ada"
    assert broken(truth_of(place)) == []


def test_a_seeker_with_another_request_by_now_keeps_that(place: Place) -> None:
    ada = place.seeker("ada")
    told = place.chat(ada.asks())
    place.wire.send("FLUSHALL")
    place.call("beat", "p1", 10**12)
    ada.asks(request="r2")
    assert resumed(place, told) == "open"
    assert ada.own_chat == "c-ada-r2"


def test_what_ended_stays_ended(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    talking = everything(place)
    ada.ends(chat)
    told = place.chat(chat)
    goes_back_to(place, talking)
    assert resumed(place, told) == "ended"
    assert place.chat(chat).is_ended and bo.load == 0 and broken(truth_of(place)) == []
    place.wire.send("FLUSHALL")
    assert resumed(place, told) == "ended" and place.all_keys() == []


def test_nobody_brings_back_what_is_anothers(place: Place) -> None:
    ada = place.seeker("ada")
    told = place.chat(ada.asks())
    truth = truth_of(place)
    assert resumed(place, replace(told, seeker="eve", turn=told.turn + 9)) == "kept"
    assert truth_of(place) == truth


def test_an_arrival_is_never_in_the_future(place: Place) -> None:
    ada = place.seeker("ada")
    ada.connects()
    told = replace(place.chat(ada.asks()), arrived_at_ms=place.now_ms + 10_000)
    place.wire.send("FLUSHALL")
    resumed(place, told)
    assert place.chat(told.chat_id).arrived_at_ms == place.now_ms


def test_a_choice_that_is_said_again_undoes_no_newer_one(place: Place) -> None:
    """What a process held is from before a command that waited for the promoted engine, and got there first."""
    bo = place.listener("bo").comes()
    assert bo.is_now(1, capacity=1, said_at_ms=1_000) == "done"
    assert bo.is_now(1, capacity=3, said_at_ms=2_000) == "done"
    assert bo.is_now(1, capacity=1, said_at_ms=1_000) == "older"
    standing = bo.record().listener
    assert standing is not None and (standing.capacity, standing.said_at_ms) == (3, 2_000)
    bo.is_now(0, said_at_ms=3_000)
    assert bo.is_now(1, capacity=3, said_at_ms=2_000) == "older" and bo.record().listener is None
    assert bo.is_now(1, capacity=2, said_at_ms=3_000) == "done", "the same choice once more"
    assert broken(truth_of(place)) == []
