"""What a connection was sent of a log: nothing twice, nothing out of order, nothing left out."""

from itertools import permutations

import pytest

from chat.edge.positions import Position, Verdict


def test_messages_that_come_in_order_are_sent_as_they_come() -> None:
    position = Position("e")
    assert [position.pushed("e", seq) for seq in (1, 2, 3)] == [Verdict.SEND] * 3
    assert position.last == 3 and not position.needs_fill()


def test_a_message_that_comes_twice_is_sent_once() -> None:
    position = Position("e", last=4, want=4)
    assert position.pushed("e", 4) is Verdict.DROP
    assert position.pushed("e", 1) is Verdict.DROP


def test_a_gap_is_read_from_the_log() -> None:
    position = Position("e", last=1, want=1)
    assert position.pushed("e", 3) is Verdict.FILL
    assert position.needs_fill()
    assert position.filled(2, "m2") and position.filled(3, "m3")
    assert not position.needs_fill() and position.pushed("e", 4) is Verdict.SEND


def test_what_comes_while_the_log_is_read_waits_for_it() -> None:
    position = Position("e", want=2, is_filling=True)
    assert position.pushed("e", 3) is Verdict.DROP, "it would overtake 1 and 2"
    assert not position.needs_fill(), "somebody reads already"
    assert position.filled(1, "m1") and position.filled(2, "m2")
    position.is_filling = False
    assert position.needs_fill(), "3 came meanwhile and was not in what was read"


def test_another_life_of_the_log_is_not_mixed_in() -> None:
    position = Position("e", last=2, want=2)
    assert position.pushed("other", 3) is Verdict.DROP
    assert position.last == 2 and not position.needs_fill()


def test_what_a_client_holds_is_proved_by_its_newest_message() -> None:
    position = Position("e", last=4)
    assert position.proof == (4, ""), "it said so itself, and not which message that is"
    position.told_done(6, "own")
    assert position.last == 4 and position.proof == (6, "own"), "above a gap, and held all the same"
    assert position.filled(5, "m5") and position.proof == (6, "own")
    position.last = 3
    assert position.filled(4, "m4") and position.proof == (6, "own"), "what is sent again takes nothing back"
    assert position.filled(7, "m7") and position.proof == (7, "m7")


@pytest.mark.parametrize("order", list(permutations(range(1, 5))))
def test_whatever_the_order_everything_is_sent_once_and_in_order(order: tuple[int, ...]) -> None:
    """Pushes in any order; whoever is told to fill reads the log up to what exists by then."""
    position, sent, log = Position("e"), [], 0
    for seq in order:
        log = max(log, seq)
        verdict = position.pushed("e", seq)
        if verdict is Verdict.SEND:
            sent.append(seq)
        elif verdict is Verdict.FILL:
            sent += [read for read in range(1, log + 1) if position.filled(read, f"m{read}")]
    assert sent == [1, 2, 3, 4]
