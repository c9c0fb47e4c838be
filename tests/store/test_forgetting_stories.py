"""When a chat is forgotten: only when it is over and safe elsewhere, and then wholly."""

import pytest

from tests.store.place import Place
from tests.store.truth import truth_of


def over(place: Place) -> str:
    """A chat of two messages that has ended, its listener at rest; its id."""
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    ada.writes(chat, "one")
    bo.writes(chat, "two")
    ada.ends(chat)
    return chat


@pytest.mark.parametrize("proof", [(1, "epoch-1"), (3, "epoch-1"), (2, "another"), (0, "epoch-1")])
def test_a_log_that_is_not_what_was_archived_stays(proof: tuple[int, str], place: Place) -> None:
    chat = over(place)
    assert place.call("forget", chat, *proof) == "differs"
    assert len(place.log(chat)) == 2 and place.chat(chat).state == "U"
    assert place.call("forget", chat, 2, "epoch-1") == "done"
    assert place.key("log", chat) not in place.all_keys()


@pytest.mark.parametrize("gone", ["1-0", "2-0"])
def test_a_log_with_a_hole_is_not_what_was_archived(gone: str, place: Place) -> None:
    chat = over(place)
    place.read("XDEL", place.key("log", chat), gone)
    assert place.call("forget", chat, 2, "epoch-1") == "differs"


def test_a_chat_that_goes_on_is_not_forgotten(place: Place) -> None:
    bo = place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    assert place.call("forget", chat) == "open"
    bo.accepts()
    assert place.call("forget", chat, 0, "epoch-1") == "open"
    assert place.chat(chat).state == "A"


def test_forgetting_ends_the_rest_after_a_chat(place: Place) -> None:
    chat = over(place)
    bo = place.listener("bo")
    place.seeker("ben").asks()
    assert (place.chat(chat).state, bo.load, bo.sees) == ("U", 1, "")
    assert place.call("forget", chat) == "done"
    assert (bo.load, bo.sees) == (1, "ben"), "the unit is free, and whoever waits is offered"
    assert chat not in bo.record().chats and chat not in place.seeker("ada").record().chats
    assert chat not in truth_of(place).of("chat"), "what its end changed does not bring it back"
    assert chat not in truth_of(place).one("due") and chat not in truth_of(place).one("ended")
