"""Whose account was closed: what they had goes to others at once, and they read along nowhere."""

import pytest

from tests.store.place import Place
from tests.store.truth import broken, truth_of


@pytest.mark.parametrize("is_connected", [True, False])
def test_whoever_is_dismissed_loses_all_at_once_and_the_chat_goes_on_with_the_next(
    place: Place, is_connected: bool
) -> None:
    ada, ben, bo = place.seeker("ada"), place.seeker("ben"), place.listener("bo").comes(capacity=3)
    chat = ada.asks()
    bo.accepts()
    bo.writes(chat, "hello")
    place.passes(25)
    over = ben.asks()
    bo.accepts()
    place.passes(25)
    ben.ends(over)
    for name in ("eva", "fay"):
        place.seeker(name).asks()
    assert bo.sees == "eva" and bo.load == 3, "an open chat, a wrap-up, an offer"
    if not is_connected:
        bo.disconnects()
    for _ in range(2):
        assert place.call("dismiss", "bo") == "done"
        assert (bo.load, bo.offer, bo.availability) == (0, "", 0)
        assert place.line() == ["ada", "eva", "fay"], "who was in a chat is first"
        assert broken(truth_of(place)) == []
    told = bo.record().chats[chat]
    assert told.listeners["bo"] < 0 and told.listener == ""
    assert bo.writes(chat, "one more") == ["not_participant"]
    eve = place.listener("eve").comes()
    assert eve.sees == "ada"
    eve.accepts()
    ada.confirms()
    assert place.chat(chat).listener == "eve" and [text for _, _, text in place.log(chat)] == ["hello"]


def test_a_dismissed_supervisor_reads_along_no_more(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    place.listener("sam").connects()
    assert place.call("observe", chat, "sam", "Sam", "bo") == "done"
    assert place.call("dismiss", "sam") == "done"
    assert place.chat(chat).observer == "" and ada.own_chat == chat
    assert place.call("dismiss", "nobody") == "done"
