"""Two who shall never meet again, after an engine that forgot it: whoever knows says so, and it holds."""

from tests.store.place import Listener, Place, Seeker
from tests.store.test_barrier_stories import everything, goes_back_to, raised, resumed
from tests.store.test_ending_stories import in_chat
from tests.store.truth import broken, truth_of

DAY_MS = 86_400_000


def apart(place: Place, *pairs: tuple[Seeker, Listener], used_s_ago: int = 0, life: str = "second life") -> str:
    """What the database knows of blocks is said to this life of the engine."""
    used_at_ms = place.now_ms - 1000 * used_s_ago
    told = [word for ada, bo in pairs for word in (ada.name, bo.name, used_at_ms)]
    return str(place.call("keep_apart", life, *told))


def both_come(place: Place, ada: Seeker, bo: Listener) -> None:
    raised(place)
    ada.connects()
    bo.comes()


def test_an_empty_engine_is_told_and_the_next_request_goes_past_them(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    bo.ends(chat, block=True)
    goes_back_to(place, {})
    both_come(place, ada, bo)
    assert apart(place, (ada, bo)) == "done"
    place.passes(3.1)
    ada.asks(request="r2")
    assert ada.state == "W" and bo.offer == ""
    assert place.listener("cy").comes().sees == "ada"
    assert broken(truth_of(place)) == []


def test_a_request_that_is_said_again_goes_past_them_too(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    ada.ends(chat, block=True)
    bo.finishes(chat)
    waiting = place.chat(ada.asks(request="r2"))
    goes_back_to(place, {})
    both_come(place, ada, bo)
    apart(place, (ada, bo))
    assert resumed(place, waiting) == "resumed"
    place.passes(3.1)
    place.passes(90)
    assert ada.state == "W" and bo.offer == ""
    assert place.read("PTTL", place.key("blocks", "ada")) == -1, "as long as there is a request"
    assert place.listener("cy").comes().sees == "ada"
    assert broken(truth_of(place)) == []


def test_nobody_is_put_back_into_a_chat_with_whom_they_blocked(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    before = place.chat(chat)
    ada.ends(chat, block=True)
    goes_back_to(place, {})
    both_come(place, ada, bo)
    apart(place, (ada, bo))
    assert resumed(place, before) == "resumed", "from a ticket that was made before the block"
    place.passes(3.1)
    place.passes(90)
    assert ada.state == "W" and bo.offer == "" and bo.load == 0
    assert broken(truth_of(place)) == []


def test_nor_where_only_the_seekers_own_device_knows_of_it(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    before = place.chat(chat)
    goes_back_to(place, {})
    both_come(place, ada, bo)
    resumed(place, before, avoid="cy,bo")
    assert (ada.state, bo.load) == ("W", 0)
    place.passes(3.1)
    place.passes(90)
    assert ada.state == "W" and bo.offer == ""
    assert broken(truth_of(place)) == []


def test_an_older_state_in_which_they_are_together_parts_them(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    state = everything(place)
    bo.ends(chat, block=True)
    goes_back_to(place, state)
    raised(place)
    apart(place, (ada, bo))
    assert (ada.state, bo.load) == ("W", 0)
    assert broken(truth_of(place)) == []
    place.passes(3.1)
    place.passes(90)
    assert bo.offer == ""
    assert place.listener("cy").comes().sees == "ada"
    assert broken(truth_of(place)) == []


def test_whoever_knows_more_of_that_chat_is_heard_all_the_same(place: Place) -> None:
    ada, bo, chat = in_chat(place)
    state = everything(place)
    bo.disconnects()
    place.passes(30)
    cy = place.listener("cy").comes()
    cy.accepts()
    assert bo.ends(chat, block=True) == "not_participant"
    told = place.chat(chat)
    goes_back_to(place, state)
    raised(place)
    apart(place, (ada, bo))
    cy.comes()
    assert resumed(place, told) == "resumed"
    assert (place.chat(chat).state, place.chat(chat).listener) == ("A", "cy"), "it had gone on with somebody else"
    assert broken(truth_of(place)) == []


def test_a_block_that_is_said_again_lasts_no_longer_than_it_would_have(place: Place) -> None:
    ada, bo, eve = place.seeker("ada"), place.listener("bo"), place.seeker("eve")
    apart(place, (ada, bo), used_s_ago=3600)
    assert DAY_MS - 3_600_000 - 1000 < place.read("PTTL", place.key("blocks", "ada")) <= DAY_MS - 3_600_000
    apart(place, (eve, bo), used_s_ago=90_000)
    assert place.read("EXISTS", place.key("blocks", "eve")) == 0


def test_which_life_has_been_told_is_known(place: Place) -> None:
    apart(place, life="")
    assert place.read("HGET", place.key("meta"), "apart") is None, "there is more to come"
    apart(place, life="second life")
    assert place.read("HGET", place.key("meta"), "apart") == "second life"


def test_whom_a_seeker_avoids_is_said_again_with_their_request(place: Place) -> None:
    ada, bo = place.seeker("ada"), place.listener("bo")
    waiting = place.chat(ada.asks(avoid=("bo",)))
    goes_back_to(place, {})
    both_come(place, ada, bo)
    assert resumed(place, waiting) == "resumed", "by a process that doesn't hold the seeker"
    assert resumed(place, waiting, avoid="bo") == "kept"
    place.passes(3.1)
    assert ada.state == "W" and bo.offer == ""
    assert broken(truth_of(place)) == []
