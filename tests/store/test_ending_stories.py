"""How chats end: wrap-up, blocks, feedback, and being forgotten."""

from dataclasses import replace

from tests.store.place import TIMING, Listener, Place, Seeker
from tests.store.truth import broken, truth_of
from tests.store.wire import Wire


def in_chat(place: Place) -> tuple[Seeker, Listener, str]:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    return ada, bo, chat


def test_the_wrap_up_holds_the_unit_until_it_is_done(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    place.seeker("ben").asks()
    assert ada.ends(chat) == "done"
    assert place.chat(chat).state == "U" and bo.load == 1 and bo.offer == ""
    assert place.chat(chat).wrap_up_until_ms == place.now_ms + 60_000
    assert bo.finishes(chat) == "done"
    assert bo.sees == "ben" and place.chat(chat).state == "E"
    before = truth_of(place)
    assert bo.finishes(chat) == "done" and ada.ends(chat) == "done", "repeats"
    assert truth_of(place) == before


def test_a_wrap_up_ends_by_itself(place: Place) -> None:
    _ada, bo, chat = in_chat(place)
    place.seeker("ben").asks()
    bo.ends(chat)
    place.passes(59)
    assert bo.offer == ""
    place.passes(1.1)
    assert bo.sees == "ben"


def test_without_wrap_up_the_next_comes_at_once(wire: Wire) -> None:
    place = Place(wire, replace(TIMING, wrap_up_ms=0))
    ada, bo, chat = in_chat(place)
    place.seeker("ben").asks()
    ada.ends(chat)
    assert bo.sees == "ben" and place.chat(chat).state == "E"
    assert broken(truth_of(place)) == []


def test_a_wrap_up_that_is_none(place: Place) -> None:
    _, bo, chat = in_chat(place)
    assert bo.finishes(chat) == "no_wrap_up", "still open"
    assert bo.finishes("c-none") == "no_wrap_up"
    assert place.listener("cy").finishes(chat) == "no_wrap_up"


def test_who_may_end_what(place: Place) -> None:
    ada, _bo, chat = in_chat(place)
    assert place.seeker("eve").ends(chat) == "no_such_chat", "a stranger learns nothing"
    assert ada.ends("c-none") == "no_such_chat"
    ben = place.seeker("ben")
    waiting = ben.asks()
    assert ben.ends(waiting) == "chat_not_open"


def test_a_seeker_may_end_a_chat_while_the_next_listener_is_looked_for(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.disconnects()
    place.passes(30)
    cy = place.listener("cy").comes()
    assert cy.sees == "ada"
    place.seeker("ben").asks()
    assert ada.ends(chat) == "done"
    assert place.chat(chat).state == "E" and cy.sees == "ben"
    assert place.chat(chat).listener == "", "who was only offered it took no part"
    assert broken(truth_of(place)) == []


def test_a_listeners_block_keeps_them_apart_for_as_long_as_the_token_lives(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    assert bo.ends(chat, block=True) == "done"
    bo.finishes(chat)
    ada.asks(request="r2")
    assert ada.state == "W" and bo.offer == ""
    place.passes(600)
    ada.acts()
    assert bo.offer == ""
    assert place.listener("cy").comes().sees == "ada"
    ada.leaves("r2")
    ttl = place.read("PTTL", place.key("blocks", "ada"))
    assert 86_000_000 < ttl <= 86_400_000


def test_a_seekers_block_does_the_same(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.ends(chat, block=True)
    bo.finishes(chat)
    ada.asks(request="r2")
    assert ada.state == "W" and bo.offer == ""
    assert place.listener("cy").comes().sees == "ada"


def test_a_block_means_who_was_in_the_chat_and_not_who_was_just_offered_it(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.disconnects()
    place.passes(30)
    cy = place.listener("cy").comes()
    assert cy.sees == "ada"
    assert ada.ends(chat, block=True) == "done"
    bo.comes()
    cy.is_now(2)
    ada.asks(request="r2")
    place.passes(600)
    assert ada.state == "W" and bo.offer == ""
    cy.is_now(1)
    assert cy.sees == "ada"


def test_a_block_after_the_chat_and_its_wrap_up_counts_too(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.ends(chat)
    bo.finishes(chat)
    assert ada.ends(chat, block=True) == "done"
    ada.asks(request="r2")
    assert ada.state == "W" and bo.offer == ""


def test_a_block_withdraws_what_is_already_offered_again(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.ends(chat)
    bo.finishes(chat)
    place.passes(1)
    ada.asks(request="r2")
    place.seeker("ben").asks()
    assert bo.sees == "ada"
    bo.ends(chat, block=True)
    assert bo.sees == "ben" and ada.state == "W"
    assert broken(truth_of(place)) == []


def test_a_block_from_another_age_band_withdraws_the_offer_too(place: Place) -> None:
    ada, ben, bo = place.seeker("ada"), place.seeker("ben"), place.listener("bo").comes()
    ada.asks()
    ben.asks()
    assert bo.sees == "ada"
    assert place.call("block", "bo", "ada") == "done"
    assert bo.sees == "ben" and ada.state == "W"
    assert place.call("block", "bo", "somebody-who-never-came") == "done"
    assert place.read("PTTL", place.key("blocks", "somebody-who-never-came")) > 0
    assert broken(truth_of(place)) == []


def test_a_lost_listener_who_blocked_meanwhile_is_never_asked_again(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.disconnects()
    place.passes(30)
    bo.comes()
    assert bo.ends(chat, block=True) == "not_participant", "the chat goes on, without this listener"
    place.passes(120)
    assert ada.state == "W" and bo.offer == ""
    assert broken(truth_of(place)) == []


def test_feedback_is_taken_for_an_hour(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    assert place.call("give_feedback", chat, "eve", 5, "") == "no_such_chat"
    assert place.call("give_feedback", chat, "bo", 5, "") == "no_such_chat"
    assert place.call("give_feedback", chat, "ada", 4, 2) == "done", "while it is open, too"
    assert chat not in truth_of(place).one("unwritten")
    ada.ends(chat)
    place.wire.send("DEL", place.key("unwritten"))  # the archiver wrote its facts
    place.passes(3600)
    assert place.call("give_feedback", chat, "ada", 5, "") == "done"
    assert chat in truth_of(place).one("unwritten"), "to be written again"
    assert truth_of(place).of("chat")[chat]["fb"] == "5"
    place.passes(1)
    assert place.call("give_feedback", chat, "ada", 1, "") == "too_late"
    assert bo.load == 0


def test_an_ended_chat_is_seen_for_an_hour(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.writes(chat, "goodbye")
    ada.ends(chat)
    bo.finishes(chat)
    place.passes(3600)
    assert chat in ada.record().chats and chat in bo.record().chats
    place.passes(1)
    assert ada.record().chats == {} and bo.record().chats == {}


def test_nothing_is_left_of_people_who_went_and_chats_that_were_forgotten(place: Place) -> None:
    place.listener("di").comes(several=True).is_now(0)
    ada, bo, chat = in_chat(place)
    ada.writes(chat, "a secret")
    place.call("mark_read", chat, "bo", 1)
    bo.disconnects()
    place.passes(30)
    cy = place.listener("cy").comes()
    ben = place.seeker("ben")
    second = ben.asks(avoid=("bo",), first_words="another secret")
    cy.declines()
    ada.acts()
    cy.accepts(cy.offer)
    place.passes(60)
    ada.confirms()
    for seeker in (ada, ben):
        if seeker.leaves() == "open":
            seeker.ends(seeker.own_chat, block=True)
    place.passes(60)
    for name in ("ada", "ben", "cy", "di"):
        place.call("detach", name, place.process)
    place.call("bye", place.process)
    place.passes(120)
    for ended in (chat, second):
        assert place.call("forget", ended) == "done"
        assert place.call("forget", ended) == "done"
    kept = {place.key("why")}  # the archiver writes the explanations and empties the stream
    left = {key: place.read("PTTL", key) for key in place.all_keys() if key not in kept}
    assert all(ttl > 0 for ttl in left.values()), f"kept for ever: {[k for k, ttl in left.items() if ttl < 0]}"
    kinds = {key.removeprefix(place.tag).split(":")[0] for key in left}
    assert kinds <= {"su", "bk", "mi", "sw"}, kinds
