"""A connection to which `done` is enough: each own message is told once, by done, or else read from the log."""

from chat.edge.connection import Connection
from chat.edge.limits import TokenBucket
from chat.edge.positions import Position, Verdict


def talking(last: int, *, is_done_enough: bool = True) -> tuple[Connection, Position]:
    connection = Connection(1, b"", TokenBucket(30, 60), person_id="p", is_done_enough=is_done_enough)
    position = connection.positions["c"] = Position("e", last, last)
    connection.sending = "m"
    return connection, position


def test_a_publish_before_done_is_left_out() -> None:
    connection, position = talking(4)
    assert position.pushed("e", 5) is Verdict.SEND
    assert connection.skips("p", "m", "c", 5)
    connection.was_done("c", 5)
    assert position.last == 5 and connection.sending == ""
    assert not position.needs_fill(), "nothing is to be read"


def test_a_publish_after_done_is_dropped() -> None:
    connection, position = talking(4)
    connection.was_done("c", 5)
    assert position.pushed("e", 5) is Verdict.DROP
    assert position.pushed("e", 6) is Verdict.SEND


def test_done_that_overtakes_another_ones_message_leaves_no_hole() -> None:
    connection, position = talking(4)
    connection.was_done("c", 6)
    assert position.pushed("e", 5) is Verdict.SEND, "the other one's"
    assert position.last == 6 and not position.needs_fill(), "its own one is not published to it again"
    assert position.pushed("e", 7) is Verdict.SEND


def test_without_an_answer_it_is_read_from_the_log() -> None:
    connection, position = talking(4)
    position.pushed("e", 5)
    connection.skips("p", "m", "c", 5)
    position.pushed("e", 6)
    assert connection.was_not_done("c")
    assert position.last == 4 and position.needs_fill()


def test_others_messages_are_never_left_out() -> None:
    connection, _ = talking(4)
    assert not connection.skips("someone else", "m", "c", 5), "ids are the sender's own choice"
    assert not connection.skips("p", "of the other tab", "c", 5)
    unaware, position = talking(4, is_done_enough=False)
    assert not unaware.skips("p", "m", "c", 5)
    unaware.was_done("c", 5)
    assert position.last == 4, "its message_added is still to come"
    assert position.proof == (5, "m"), "and it knows where it stands"
