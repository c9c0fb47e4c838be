"""What is written: once, in order, by those who take part."""

from functools import partial

from config.engines.valkey import ThrowAwayValkey
from routing.store.keys import key
from tests.store.place import Listener, Place, Seeker
from tests.store.truth import truth_of
from tests.store.wire import Wire


def in_chat(place: Place, first_words: str = "") -> tuple[Seeker, Listener, str]:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks(first_words=first_words)
    bo.accepts()
    return ada, bo, chat


def test_first_words_are_message_one(place: Place) -> None:
    ada, bo, chat = in_chat(place, first_words="I can't sleep")
    assert place.log(chat) == [(1, "ada", "I can't sleep")]
    assert ada.writes(chat, "I can't sleep", "r1") == ["done", "epoch-1", 1], "its message_id is the request's"
    assert bo.writes(chat, "Tell me") == ["done", "epoch-1", 2]
    assert ada.record().chats[chat].written == {"seeker": 1, "listener": 1}


def test_both_count_in_one_sequence(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    for number in range(1, 7):
        writer = (ada, bo)[number % 2]
        assert writer.writes(chat, f"text {number}")[2] == number
    assert [seq for seq, _, _ in place.log(chat)] == [1, 2, 3, 4, 5, 6]


def test_a_repeat_gets_the_same_answer_and_another_text_is_refused(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.writes(chat, "once", "m1")
    bo.writes(chat, "twice", "m1")
    before = truth_of(place)
    assert ada.writes(chat, "once", "m1") == ["done", "epoch-1", 1]
    assert bo.writes(chat, "twice", "m1") == ["done", "epoch-1", 2], "ids are each sender's own"
    assert ada.writes(chat, "something else", "m1") == ["message_id_reused"]
    assert truth_of(place) == before


def test_a_repeat_after_the_end_still_gets_its_answer(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.writes(chat, "last words", "m1")
    ada.ends(chat)
    assert ada.writes(chat, "last words", "m1") == ["done", "epoch-1", 1]
    assert ada.writes(chat, "one more thing", "m2") == ["chat_ended"]
    bo.finishes(chat)
    assert bo.writes(chat, "too late", "m1") == ["chat_ended"]
    place.passes(3600)
    assert ada.writes(chat, "last words", "m1") == ["done", "epoch-1", 1]


def heard(ear: Wire) -> list[str]:
    """The ids of the messages that were published to this connection since it was last asked."""
    ids, said = [], ear.send("PING")
    while said[0] != b"pong":
        ids.append(said[2].split(b"\n")[5].decode())
        said = ear.next()
    return ids


def test_who_sends_from_their_only_connection_is_published_nothing(place: Place, engine: ThrowAwayValkey) -> None:
    ada, bo, chat = in_chat(place)
    ears = []
    for person in (ada, bo):
        ears.append(Wire(engine.url))
        ears[-1].send("SSUBSCRIBE", key(place.tag, "channel", person.name))
    says = partial(place.call, "send_message", chat, "ada")
    says("m1", "by her only one", "seeker", place.process)
    assert [heard(ear) for ear in ears] == [[], ["m1"]]
    says("m2", "by one of several there", "seeker")
    says("m3", "by one that the shard doesn't know of", "seeker", "p2")
    assert [heard(ear) for ear in ears] == [["m2", "m3"], ["m2", "m3"]]
    place.call("beat", "p2", 10**12)
    place.call("attach", "ada", "p2")
    says("m4", "with another one elsewhere", "seeker", place.process)
    place.call("send_message", chat, "bo", "m5", "and the other way round", "listener", place.process)
    assert [heard(ear) for ear in ears] == [["m4", "m5"], ["m4"]]
    for ear in ears:
        ear.close()


def test_strangers_and_the_merely_offered_write_nothing(place: Place) -> None:
    place.listener("bo").comes()
    chat = place.seeker("ada").asks()
    assert place.listener("bo").writes(chat, "hi") == ["no_such_chat"]
    assert place.seeker("eve").writes(chat, "hi") == ["no_such_chat"]
    assert place.seeker("ada").writes("c-none", "hi") == ["no_such_chat"]
    assert place.log(chat) == []


def test_a_listener_who_comes_back_to_a_chat_may_write_again(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.writes(chat, "hello", "m1")
    bo.disconnects()
    place.passes(30)
    bo.comes()
    assert bo.writes(chat, "hello", "m1") == ["done", "epoch-1", 1], "a repeat, even while not taking part"
    place.passes(60)
    ada.acts()
    bo.accepts()
    assert bo.writes(chat, "there you are")[2] == 2


def test_reading_only_goes_forward_and_never_past_the_end(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    for number in range(3):
        ada.writes(chat, f"t{number}")
    for seq, told in ((2, 2), (1, 2), (99, 3), (0, 3)):
        assert place.call("mark_read", chat, "bo", seq) == "done"
        assert bo.record().chats[chat].read["bo"] == told
    assert place.call("mark_read", chat, "eve", 1) == "not_participant"


def test_who_is_only_offered_a_chat_has_read_nothing(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks(first_words="hello")
    assert bo.offer
    assert place.call("mark_read", chat, "bo", 1) == "not_participant"
    assert place.call("mark_read", chat, "ada", 1) == "done"
    assert ada.record().chats[chat].read == {"ada": 1}
    bo.accepts()
    assert place.call("mark_read", chat, "bo", 1) == "done"


def test_a_new_epoch_takes_another_life_of_the_engine(place: Place) -> None:
    ada, _, chat = in_chat(place)
    ada.writes(chat, "one")
    renew = partial(place.call, "renew_epoch", chat)
    assert renew("epoch-1", 5, "epoch-x", "run-1", "") == "kept", "a lie: nothing was restored"
    assert renew("epoch-1", 1, "epoch-x", "run-2", "") == "kept", "nothing is missing"
    assert renew("epoch-0", 9, "epoch-x", "run-2", "") == "kept", "of another life of the log"
    assert renew("epoch-1", 5, "epoch-2", "run-2", "") == "renewed"
    assert renew("epoch-1", 5, "epoch-3", "run-2", "") == "kept", "a repeat"
    assert renew("epoch-2", 5, "epoch-3", "run-2", "") == "kept", "once in a life"
    assert renew("epoch-2", 5, "epoch-3", "run-3", "") == "renewed"
    assert ada.writes(chat, "two")[:2] == ["done", "epoch-3"]


def test_another_message_at_a_place_that_somebody_holds_is_a_reason_too(place: Place) -> None:
    """In an older state others wrote on before whoever held more said so: the heads are equal, the messages not."""
    ada, bo, chat = in_chat(place)
    ada.writes(chat, "one", "m1")
    bo.writes(chat, "two", "m2")
    assert place.call("heads", chat, 2, chat, 3, "c-none", 1) == [["epoch-1", 2, "m2"], ["epoch-1", 2, ""], ["", 0, ""]]
    renew = partial(place.call, "renew_epoch", chat, "epoch-1")
    assert renew(2, "epoch-x", "run-2", "m2") == "kept", "it is the one that was held"
    assert renew(1, "epoch-x", "run-2", "m1") == "kept", "and more came since"
    assert renew(2, "epoch-x", "run-1", "m9") == "kept", "a lie: nothing was restored"
    assert renew(1, "epoch-2", "run-2", "m9") == "renewed"


def test_texts_of_any_shape_come_back_as_they_were(place: Place) -> None:
    ada, _, chat = in_chat(place)
    texts = ["line\nbreak", "m\nc\ne\n1\n2", "🕯️ ţéä", " ", "x" * 4000, "{a:test}:", "%s %d '\"\\"]
    for text in texts:
        assert ada.writes(chat, text)[0] == "done"
    assert [text for _, _, text in place.log(chat)] == texts
