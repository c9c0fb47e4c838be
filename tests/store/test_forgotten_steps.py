"""Whatever the last steps were that an engine forgot: everybody says what they were told, and all is well again."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing.store.snapshots import ChatRecord
from tests.store.place import Place
from tests.store.test_barrier_stories import everything, goes_back_to, raised, resumed
from tests.store.truth import broken, truth_of
from tests.store.wire import Wire

LIVES = int(os.environ.get("TEALIGHT_LIVES", "0")) or 100
SEEKERS, LISTENERS = ("ada", "ben", "cem", "dev"), ("bo", "cy")
STEPS = st.tuples(
    st.sampled_from(("ask", "come", "accept", "accept", "decline", "end", "finish", "leave", "pause", "wait")),
    st.integers(0, 3),
)


#: People are there before anything is drawn: a generator that begins with nobody mostly does nothing.
OPENING = (("come", 0), ("ask", 0), ("ask", 1), ("come", 1), ("ask", 2))


def one_step(place: Place, kind: str, number: int) -> None:
    seeker, listener = place.seeker(SEEKERS[number]), place.listener(LISTENERS[number % 2])
    own = seeker.own_chat
    if kind == "ask" and not own:
        asked = sum(c["pe"] == seeker.name for c in truth_of(place).of("chat").values())
        seeker.asks(request=f"r{asked}", prefer=LISTENERS[number % 2])
    elif kind == "come":
        listener.comes(capacity=2)
    elif kind == "pause" and listener.availability:
        listener.is_now(2, capacity=2)
    elif kind in ("accept", "decline") and listener.offer:
        listener.accepts() if kind == "accept" else listener.declines()
        place.call("confirm_here", seeker.name, own or "none")
    elif kind == "end" and own:
        seeker.ends(own)
    elif kind == "leave" and own:
        place.call("leave_line", seeker.name, own, "left")
    elif kind == "finish":
        for chat_id in listener.record().units:
            listener.finishes(chat_id)
    elif kind == "wait":
        place.passes(5 * number)


def told_to(place: Place) -> list[ChatRecord]:
    """What everybody was told last about every chat."""
    return [place.chat(chat_id) for chat_id in truth_of(place).of("chat")]


@settings(
    max_examples=LIVES,
    deadline=None,
    derandomize=LIVES == 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kept=st.lists(STEPS, max_size=10), forgotten=st.lists(STEPS, min_size=1, max_size=6), late=st.randoms())
def test_any_forgotten_steps_are_said_again(wire: Wire, kept: list, forgotten: list, late: object) -> None:
    wire.send("FLUSHALL")
    place = Place(wire)
    for step in (*OPENING, *kept):
        one_step(place, *step)
    state = everything(place)
    for step in forgotten:
        one_step(place, *step)
    told = told_to(place)
    goes_back_to(place, state)
    raised(place)
    for name in (*SEEKERS, *LISTENERS):
        place.call("attach", name, place.process)
    late.shuffle(told)  # type: ignore[attr-defined]
    known = {name for name in LISTENERS if place.read("EXISTS", place.key("listener", name))}
    for chat in told:
        resumed(place, chat)
    assert broken(truth_of(place)) == []
    for chat in told:
        now = place.chat(chat.chat_id)
        if chat.is_ended:
            assert now.is_ended or not now.seeker
        elif truth_of(place).of("own").get(chat.seeker) == chat.chat_id:
            assert now.turn >= chat.turn and now.arrived_at_ms == chat.arrived_at_ms
            if chat.state == "A" and chat.listener in known:
                assert (now.state, now.listener) == ("A", chat.listener)
    place.passes(4)
    assert broken(truth_of(place)) == []
