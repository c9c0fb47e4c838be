"""What a request needs and what a listener can do stand as one text each; what an earlier build wrote counts, too."""

from chat.protocol.topics import mask_of
from tests.store.place import Place
from tests.store.truth import broken, truth_of


def as_an_earlier_build_wrote_it(place: Place, name: str, part: str) -> None:
    """The row with a field for each part, and none for the text."""
    packed, fields = (
        ("nd", ("la", "ce", "mk", "ls", "di")) if name == "chat" else ("can", ("lg", "cap", "max", "lv", "mk"))
    )
    row = truth_of(place).of(name)[part]
    place.read("HDEL", place.key(name, part), packed)
    place.read("HSET", place.key(name, part), *(item for field in fields for item in (field, row[field])))


def test_the_row_of_a_request_says_what_it_needs(place: Place) -> None:
    chat = place.seeker("ada").asks(language="en,de", topics=("self_harm",), distress=2)
    assert place.read("HGET", place.key("chat", chat), "nd").split(" ")[3:] == ["2", "en,de"]
    record = place.chat(chat)
    assert (record.language, record.languages, record.cell, record.distress) == (
        "en",
        "en,de",
        f"1.1.{mask_of({'self_harm'})}",
        2,
    )


def test_who_waits_since_an_earlier_build_is_served(place: Place) -> None:
    chat = place.seeker("ada").asks(language="en,de", topics=("grief",))
    place.seeker("ben").asks(topics=("grief",))
    as_an_earlier_build_wrote_it(place, "chat", chat)
    assert place.chat(chat).languages == "en,de" and broken(truth_of(place)) == []
    place.passes(121)
    assert place.line("de") == ["ada"], "their second languages are known"
    bo = place.listener("bo").comes(topics=("grief",))
    assert bo.sees == "ada" and bo.accepts() == place.seeker("ada").confirms() == "done"
    assert bo.ends(chat) == "done" and bo.finishes(chat) == "done"
    assert bo.sees == "ben" and broken(truth_of(place)) == []


def test_who_is_on_duty_since_an_earlier_build_is_offered_requests(place: Place) -> None:
    bo = place.listener("bo").comes(languages="de,en", capacity=2, topics=("grief",))
    as_an_earlier_build_wrote_it(place, "listener", "bo")
    assert broken(truth_of(place)) == []
    chats = []
    for name, language in (("ada", "de"), ("ben", "en")):
        chats.append(place.seeker(name).asks(language=language))
        assert bo.sees == name and bo.accepts() == "done"
        assert broken(truth_of(place)) == []
    place.seeker("cleo").asks(language="en")
    assert bo.sees == "", "both units are in use"
    bo.ends(chats[0])
    bo.finishes(chats[0])
    assert bo.sees == "cleo" and broken(truth_of(place)) == []


def test_the_name_of_a_listener_stays_when_they_are_lost(place: Place) -> None:
    bo = place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    assert bo.accepts() == "done" and place.chat(chat).names == {"bo": "Bo"}
    since = place.now_ms
    place.passes(5)
    bo.disconnects()
    place.passes(31)
    record = place.chat(chat)
    assert (record.state, record.names, record.listeners) == ("W", {"bo": "Bo"}, {"bo": -place.now_ms})
    bo.comes()
    place.listener("cy").comes()
    assert place.listener("cy").accepts() == place.seeker("ada").confirms() == "done"
    assert place.chat(chat).names == {"bo": "Bo", "cy": "Cy"} and place.chat(chat).listeners["cy"] > since


def test_names_that_an_earlier_build_wrote_are_still_told(place: Place) -> None:
    bo = place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    bo.accepts()
    place.read("HSET", place.key("chat", chat), "was:bo", place.now_ms, "nm:bo", "Bo")
    assert place.chat(chat).names == {"bo": "Bo"} and place.chat(chat).listeners == {"bo": place.now_ms}


def test_a_request_that_waits_has_no_turn_and_no_language_of_an_offer_yet(place: Place) -> None:
    chat = place.seeker("ada").asks()
    assert place.read("HMGET", place.key("chat", chat), "turn", "ml", "wt") == [None, None, None]
    place.passes(60)
    assert place.listener("bo").comes().sees == "ada"
    record = place.chat(chat)
    assert (record.turn, record.offered_language) == (1, "en")
    assert place.listener("bo").accepts() == place.seeker("ada").confirms() == "done"
    assert place.read("LLEN", place.key("waits", "en:ordinary")) == 1, "they had to wait"
    place.listener("cy").comes()
    place.seeker("ben").asks()
    assert place.listener("cy").accepts() == "done"
    assert place.read("LLEN", place.key("waits", "en:ordinary")) == 1, "who was offered at once had not"
