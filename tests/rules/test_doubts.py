"""Who was sent something and is silent since is asked for a sign of life; who talks is not."""

from chat.edge.connection import SILENT_S, Connection
from chat.edge.limits import TokenBucket


def asked_at(connection: Connection, times: list[float], answered_ping_at_s: float = 0.0) -> list[float]:
    return [at for at in times if connection.is_doubtful(answered_ping_at_s, at)]


def test_nobody_is_asked_who_was_sent_nothing() -> None:
    assert asked_at(Connection(1, b"", TokenBucket(30, 60)), [1.0, 100.0]) == []


def test_silence_after_something_was_sent_is_a_doubt() -> None:
    connection = Connection(1, b"", TokenBucket(30, 60), last_heard_s=9.0, last_sent_s=10.0)
    assert asked_at(connection, [10.5, 11.5, 10.4 + SILENT_S, 10.5 + SILENT_S]) == [10.5 + SILENT_S]


def test_more_that_is_sent_into_the_silence_puts_nothing_off() -> None:
    connection = Connection(1, b"", TokenBucket(30, 60), last_sent_s=10.0)
    assert asked_at(connection, [10.5, 11.5, 12.5]) == []
    connection.last_sent_s = 13.0
    assert asked_at(connection, [10.5 + SILENT_S]) == [10.5 + SILENT_S]


def test_who_goes_on_talking_is_not_asked() -> None:
    """Each command is answered after it was heard, so that the last word is always the server's."""
    connection = Connection(1, b"", TokenBucket(30, 60))
    for second in range(1, 60):
        connection.last_heard_s, connection.last_sent_s = second - 0.2, second - 0.1
        assert not connection.is_doubtful(0.0, float(second))


def test_an_answered_ping_settles_what_was_sent_before_it() -> None:
    connection = Connection(1, b"", TokenBucket(30, 60), last_sent_s=10.0)
    assert asked_at(connection, [10.5, 15.0]) == [15.0]
    assert asked_at(connection, [16.0, 30.0], answered_ping_at_s=15.0) == []
    connection.last_sent_s = 31.0
    assert asked_at(connection, [31.5, 32.5, 31.5 + SILENT_S], answered_ping_at_s=15.0) == [31.5 + SILENT_S]
