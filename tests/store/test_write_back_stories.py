"""What an older or empty engine has lost of a log comes back from processes, to the place where it was."""

from tests.store.place import Listener, Place, Seeker
from tests.store.test_barrier_stories import everything, goes_back_to
from tests.store.truth import broken, truth_of

Entry = tuple[int, str, str]


def talking(place: Place) -> tuple[Seeker, Listener, str]:
    ada, bo = place.seeker("ada"), place.listener("bo").comes()
    chat = ada.asks()
    bo.accepts()
    return ada, bo, chat


def written(place: Place, chat: str, *entries: Entry, epochs: str = "epoch-1", is_last: bool = False) -> str:
    """A process of the second life writes back what it was published: (seq, from, text), named as `writes` names it."""
    told = [word for seq, who, text in entries for word in (seq, who, f"m-{text}", 7, text)]
    return str(place.call("write_back", chat, "epoch-2", "run-2", epochs, "1" if is_last else "0", *told))


def test_what_an_older_state_lacks_stands_where_it_stood_in_a_new_epoch(place: Place) -> None:
    ada, bo, chat = talking(place)
    ada.writes(chat, "one")
    older = everything(place)
    bo.writes(chat, "two")
    ada.writes(chat, "three")
    was = place.log(chat)
    goes_back_to(place, older)
    assert written(place, chat, *was) == "written" and place.log(chat) == was
    assert written(place, chat, *was) == "same", "the other process has the same"
    assert ada.writes(chat, "three") == ["done", "epoch-2", 3], "who says it again is answered where it stands"
    assert bo.writes(chat, "four") == ["done", "epoch-2", 4]
    assert ada.record().chats[chat].written == {"seeker": 2, "listener": 2}
    assert broken(truth_of(place)) == []


def test_what_only_another_process_has_is_waited_for(place: Place) -> None:
    ada, bo, chat = talking(place)
    older = everything(place)
    for writer, text in ((ada, "one"), (bo, "two"), (ada, "three")):
        writer.writes(chat, text)
    one, two, three = was = place.log(chat)
    goes_back_to(place, older)
    assert written(place, chat, two, three) == "gap" and place.log(chat) == []
    assert written(place, chat, one, three) == "gap" and place.log(chat) == [one], "as far as it goes"
    assert written(place, chat, two, three) == "written" and place.log(chat) == was
    goes_back_to(place, older)
    assert written(place, chat, two, is_last=True) == "written", "nobody has more"
    assert place.log(chat) == [(1, "bo", "two")]


def test_a_log_that_was_written_on_is_not_torn_apart(place: Place) -> None:
    ada, bo, chat = talking(place)
    ada.writes(chat, "one")
    older = everything(place)
    bo.writes(chat, "two")
    was = place.log(chat)
    goes_back_to(place, older)
    assert place.call("renew_epoch", chat, "epoch-1", 2, "epoch-x", "run-2", "") == "renewed"
    ada.writes(chat, "before anybody knew")
    assert written(place, chat, *was) == "gap"
    assert written(place, chat, *was, is_last=True) == "written"
    assert place.log(chat) == [was[0], (2, "ada", "before anybody knew"), (3, "bo", "two")]
    assert ada.writes(chat, "three")[:2] == ["done", "epoch-x"], "its epoch is of this life already"
    assert broken(truth_of(place)) == []


def test_what_nobody_knows_any_more_is_not_made_anew(place: Place) -> None:
    assert written(place, "c-gone", (1, "ada", "one"), is_last=True) == "unknown"
    assert not [name for name in place.all_keys() if "c-gone" in name]


def test_last_words_of_an_ended_chat_are_archived_again(place: Place) -> None:
    ada, _, chat = talking(place)
    ada.writes(chat, "one")
    ada.ends(chat)
    place.wire.send("SREM", place.key("unwritten"), chat)
    assert written(place, chat, (1, "ada", "one"), (2, "bo", "last words")) == "written"
    assert place.log(chat)[-1] == (2, "bo", "last words")
    assert place.read("SISMEMBER", place.key("unwritten"), chat) == 1
