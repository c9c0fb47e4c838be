"""The judge is judged: it finds nothing where nothing happened, and finds each way in which a promise can be broken."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaos.checker import check
from tests.chaos.finding import Kind, Level
from tests.chaos.history import (
    NOT_THERE,
    Accepted,
    Asked,
    Burdened,
    Closed,
    Done,
    Dropped,
    Event,
    GaveUp,
    Got,
    Held,
    History,
    Odd,
    Opened,
    Pending,
    Refused,
    Sent,
    Withdrawn,
)
from tests.chaos.made_up import good_histories

E = TypeVar("E")
Pick = Callable[[list[E]], E]

A, B = "l-a", "l-b"
PEOPLE = (("s", "seeker"),)


@pytest.mark.parametrize(
    "events",
    [
        [
            # Cut off before the answer came, for so long that the chat went on with another one. Then it asks again.
            Accepted(1, A, "c.1", "r", False),
            Accepted(40, B, "c.4", "r", False),
            Accepted(41, B, "c.4", "r", True),
            Withdrawn(60, A, "r"),
            Accepted(61, A, "c.1", "r", True),
        ],
        [
            Accepted(1, A, "c.1", "r", False),
            Accepted(40, B, "c.4", "r", False),
            Accepted(41, B, "c.4", "r", True),
            Accepted(60, A, "c.1", "r", True),
            Withdrawn(61, A, "r"),
        ],
        [
            # Was given the chat, went away, and never came back before the end.
            Accepted(1, A, "c.1", "r", False),
            Accepted(2, A, "c.1", "r", True),
            Opened(3, A, "c", "r", PEOPLE),
            Accepted(40, B, "c.4", "r", False),
            Accepted(41, B, "c.4", "r", True),
        ],
    ],
)
def test_a_late_answer_is_no_second_listener(events: list[Event]) -> None:
    history = History(events=[Asked(0, "s", "r"), *events, Opened(70, B, "c", "r", PEOPLE)])
    assert [f for f in check(history) if f.kind is Kind.TWO_LISTENERS] == []


def test_an_engine_that_forgot_an_offer_may_make_it_again_to_another() -> None:
    history = History(
        events=[
            Asked(0, "s", "r"),
            Accepted(1, A, "c.1", "r", True),
            Opened(2, A, "c", "r", PEOPLE),
            Closed(3, A, "c", "seeker: ended"),
            Accepted(9, B, "c.1", "r", True),
        ]
    )
    assert check(history, Level(may_renew=True, may_forget=True)) == []
    assert [f.kind for f in check(history)] == [Kind.TWO_LISTENERS]


def test_first_words_said_again_after_the_engine_forgot_stand_where_they_came_again() -> None:
    history = History(
        events=[
            Asked(0, "s", "r"),
            Sent(0, "s", "", "r", 1),
            Opened(1, "s", "c", "r", PEOPLE),
            Got(1, "s", 1, "c", "old", 1, "r", "s", 1),
            Sent(2, "s", "c", "m", 2),
            Dropped(3, "s", "c"),
            Got(3, "s", 2, "c", "new", 1, "m", "s", 2),
            Done(3, "s", "c", "m", "new", 1),
            Got(3, "s", 2, "c", "new", 2, "r", "s", 1),
            Done(3, "s", "c", "r", "new", 2),
        ],
        held=[Held("s", "c", "new", "open", ((1, "m", "s", 2), (2, "r", "s", 1)))],
    )
    assert [f.kind for f in check(history, Level(may_renew=True, may_forget=True))] == []
    assert Kind.REORDERED in {f.kind for f in check(history)}


@given(good_histories())
def test_nothing_is_found_where_nothing_happened(history: History) -> None:
    assert check(history) == []
    assert check(history, Level(may_renew=True, may_forget=True)) == []


@given(good_histories(), st.data())
def test_who_leaves_before_a_repeat_is_answered_has_lost_nothing(history: History, data: st.DataObject) -> None:
    done = data.draw(st.sampled_from(_of(history, Done)))
    assert check(replace(history, pending=[Pending(done.who, done.chat, done.message)])) == []


# ---- ways to spoil a history; each returns it spoiled ----


def _of(history: History, kind: type[E]) -> list[E]:
    return [event for event in history.events if isinstance(event, kind)]


def _swap(history: History, old: Event, *new: Event) -> History:
    at = next(number for number, event in enumerate(history.events) if event is old)
    events = [*history.events[:at], *new, *history.events[at + 1 :]]
    return replace(history, events=events)


def _logs(history: History, change: Callable[[Held], Held]) -> History:
    return replace(history, held=[change(one) for one in history.held])


def lost_for_all(history: History, pick: Pick[Done]) -> History:
    """Answered, and in nobody's log."""
    done = pick(_of(history, Done))
    cut = replace(history, events=[e for e in history.events if not (isinstance(e, Got) and e.message == done.message)])

    def without(held: Held) -> Held:
        kept = [entry for entry in held.log if entry[1] != done.message]
        return held._replace(log=tuple((seq, *entry[1:]) for seq, entry in enumerate(kept, 1)))

    return _logs(cut, without)


def lost_for_one(history: History, pick: Pick[Held]) -> History:
    """One of the two doesn't have the last message."""
    short = pick([held for held in history.held if held.log])
    return _logs(history, lambda held: held._replace(log=held.log[:-1]) if held is short else held)


def never_answered(history: History, pick: Pick[Sent]) -> History:
    sent = pick(_of(history, Sent))
    events = [e for e in history.events if not (isinstance(e, Done) and e.message == sent.message)]
    return replace(history, events=events, pending=[Pending(sent.who, sent.chat, sent.message)])


def said_again_in_vain(history: History, pick: Pick[Done]) -> History:
    """Answered once, gone since, and whoever wrote it left before it was answered again."""
    done = pick(_of(history, Done))
    return replace(lost_for_all(history, lambda _: done), pending=[Pending(done.who, done.chat, done.message)])


def chat_gone(history: History, pick: Pick[Done]) -> History:
    """The seeker can't read any more what they were told is there."""
    done = pick([d for d in _of(history, Done) if d.who.startswith("s")])
    return replace(history, held=[h for h in history.held if (h.who, h.chat) != (done.who, done.chat)])


def doubled(history: History, pick: Pick[Held]) -> History:
    """A repeat was written once more."""
    chat = pick([held for held in history.held if held.log]).chat

    def more(held: Held) -> Held:
        return held._replace(log=(*held.log, (len(held.log) + 1, *held.log[0][1:])))

    return _logs(history, lambda held: more(held) if held.chat == chat else held)


def doubled_on_the_way(history: History, pick: Pick[Got]) -> History:
    """The same message came once more, under the next seq."""
    got = pick(_of(history, Got))
    return _swap(history, got, got, got._replace(seq=got.seq + 1))


def swapped(history: History, pick: Pick[Held]) -> History:
    """Two messages stand in another order than their people knew of them."""
    chat = pick([held for held in history.held if len(held.log) > 1]).chat

    def turned(held: Held) -> Held:
        first, second, *rest = held.log
        return held._replace(log=((1, *second[1:]), (2, *first[1:]), *rest))

    return _logs(history, lambda held: turned(held) if held.chat == chat else held)


def newer_first(history: History, pick: Pick[Got]) -> History:
    """A message came before one of a lower seq."""
    later = {(g.who, g.chat) for g in _of(history, Got) if g.seq == 2}
    got = pick([g for g in _of(history, Got) if g.seq == 1 and (g.who, g.chat) in later])
    sender = got.who == got.sender
    events = [
        e for e in history.events if e is not got and not (sender and isinstance(e, Done) and e.message == got.message)
    ]
    return replace(history, events=[*events, got])


def to_somebody_else(history: History, pick: Pick[Got]) -> History:
    """Somebody who is not in the chat was sent words."""
    got = pick(_of(history, Got))
    return _swap(history, got, got, got._replace(who="stranger"))


def of_another_chat(history: History, pick: Pick[Got]) -> History:
    """Words came under the wrong chat."""
    got = pick(_of(history, Got))
    return _swap(history, got, got, got._replace(chat="c9", seq=1))


def other_words(history: History, pick: Pick[Got]) -> History:
    got = pick(_of(history, Got))
    return _swap(history, got, got._replace(words=got.words + 1))


def anothers_name(history: History, pick: Pick[Got]) -> History:
    got = pick(_of(history, Got))
    return _swap(history, got, got._replace(sender="somebody"))


def one_offer_for_two(history: History, pick: Pick[Accepted]) -> History:
    accepted = pick([a for a in _of(history, Accepted) if a.is_done])
    return replace(history, events=[*history.events, accepted._replace(who="l9")])


def nobody_told_the_first(history: History, pick: Pick[Accepted]) -> History:
    """Another listener was given the chat, and the first went on believing that it is theirs."""
    first = pick([a for a in _of(history, Accepted) if a.is_done])
    second = first._replace(who="l9", offer=first.offer.replace(".1", ".2"), at_s=first.at_s + 0.5)
    chat = next(o.chat for o in _of(history, Opened) if o.request == first.request)
    events = [e for e in history.events if not (getattr(e, "chat", "") == chat and type(e).__name__ == "Closed")]
    return replace(history, events=[*events, second])


def both_wrote(history: History, pick: Pick[Held]) -> History:
    """Two listeners wrote by turns without being given the chat by turns."""
    chat = pick(history.held).chat
    first = next(o for o in _of(history, Opened) if o.chat == chat)
    listener = next(who for who, role in first.people if role == "listener")
    log = tuple((seq, f"t{seq}", who, 0) for seq, who in enumerate((listener, "l9", listener, "l9"), 1))
    return _logs(history, lambda held: held._replace(log=log) if held.chat == chat else held)


def two_take_part(history: History, pick: Pick[Opened]) -> History:
    opened = pick(_of(history, Opened))
    return _swap(history, opened, opened._replace(people=(*opened.people, ("l9", "listener"))))


def two_seekers(history: History, pick: Pick[Opened]) -> History:
    opened = pick(_of(history, Opened))
    return _swap(history, opened, opened._replace(people=(*opened.people, ("s9", "seeker"))))


def forgotten(history: History, pick: Pick[Opened]) -> History:
    return replace(history, events=[*history.events, Asked(99_999, "s9", "r9")])


def put_out_of_line(history: History, pick: Pick[Opened]) -> History:
    asked = Asked(99_998, "s9", "r9")
    return replace(history, events=[*history.events, asked, GaveUp(99_999, "s9", "r9", NOT_THERE)])


def overburdened(history: History, pick: Pick[Opened]) -> History:
    return replace(history, events=[*history.events, Burdened(99_999, "l0", 4, 3)])


def other_answer(history: History, pick: Pick[Done]) -> History:
    done = pick(_of(history, Done))
    return _swap(history, done, done, done._replace(seq=done.seq + 40))


def refused_and_written(history: History, pick: Pick[Sent]) -> History:
    sent = pick(_of(history, Sent))
    no = Refused(sent.at_s, sent.who, sent.chat, sent.message, "not_participant")
    return replace(
        history, events=[no, *[e for e in history.events if not (isinstance(e, Done) and e.message == sent.message)]]
    )


def another_epoch(history: History, pick: Pick[Got]) -> History:
    got = pick(_of(history, Got))
    return replace(history, events=[*history.events, got._replace(epoch="e2", seq=1)])


def odd(history: History, pick: Pick[Opened]) -> History:
    return replace(history, events=[*history.events, Odd(99_999, "s0", "became somebody else")])


SPOILED = [
    (lost_for_all, Kind.LOST),
    (lost_for_one, Kind.LOST),
    (never_answered, Kind.LOST),
    (said_again_in_vain, Kind.LOST),
    (chat_gone, Kind.LOST),
    (doubled, Kind.DOUBLED),
    (doubled_on_the_way, Kind.DOUBLED),
    (swapped, Kind.REORDERED),
    (newer_first, Kind.REORDERED),
    (to_somebody_else, Kind.MISDELIVERED),
    (of_another_chat, Kind.MISDELIVERED),
    (other_words, Kind.MISDELIVERED),
    (anothers_name, Kind.MISDELIVERED),
    (one_offer_for_two, Kind.TWO_LISTENERS),
    (nobody_told_the_first, Kind.TWO_LISTENERS),
    (both_wrote, Kind.TWO_LISTENERS),
    (two_take_part, Kind.TWO_LISTENERS),
    (two_seekers, Kind.TWO_SEEKERS),
    (forgotten, Kind.FORGOTTEN),
    (put_out_of_line, Kind.FORGOTTEN),
    (overburdened, Kind.OVERBURDENED),
    (other_answer, Kind.CONTRADICTED),
    (refused_and_written, Kind.CONTRADICTED),
    (another_epoch, Kind.EPOCH),
    (odd, Kind.ODD),
]


@pytest.mark.parametrize(("spoil", "kind"), SPOILED, ids=[spoil.__name__ for spoil, _ in SPOILED])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_each_broken_promise_is_found(
    spoil: Callable[[History, Pick[object]], History], kind: Kind, data: st.DataObject
) -> None:
    history = data.draw(good_histories())
    spoiled = spoil(history, lambda many: data.draw(st.sampled_from(many)))
    assert kind in {finding.kind for finding in check(spoiled)}
