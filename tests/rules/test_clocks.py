"""Two clocks: which one is ahead, as far as answers that take their time can tell."""

from routing.rules.clocks import ALIKE_MS, ClockAhead, Steps

HOUR_MS = 3_600_000


def test_clocks_that_differ_a_little_are_alike() -> None:
    clock = ClockAhead()
    for told_ms in (10_000, 10_000 + ALIKE_MS, 10_000 - ALIKE_MS):
        assert clock.note(told_ms, 10_000, 10_000) == 0


def test_a_slow_answer_proves_nothing() -> None:
    clock = ClockAhead()
    assert clock.note(10_000, 9_990, 70_000) == 0, "the process was stuck for a minute"
    assert clock.note(70_000, 10_000, 70_010) == 0, "or the engine was"


def test_a_jump_is_noticed_and_so_is_its_end() -> None:
    clock = ClockAhead()
    assert clock.note(HOUR_MS, 0, 40) == HOUR_MS - 40
    assert clock.note(HOUR_MS + 1_000, 1_000, 1_020) == HOUR_MS - 40, "steady, so that nobody is told anew"
    assert abs(clock.note(2_000, 2_000, 2_010)) <= 10
    assert clock.note(5_000 - HOUR_MS, 5_000, 5_010) == -HOUR_MS


def test_a_slow_answer_after_a_jump_tells_as_much_as_is_sure() -> None:
    clock = ClockAhead()
    assert clock.note(HOUR_MS, 0, 20_000) == HOUR_MS - 20_000
    assert clock.note(HOUR_MS + 30_000, 30_000, 30_010) == HOUR_MS - 10


def test_our_own_clock_was_put_back_under_a_call() -> None:
    clock = ClockAhead()
    assert clock.note(HOUR_MS, HOUR_MS, 20) == 0
    assert clock.note(HOUR_MS + 50, 40, 60) == HOUR_MS - 10


def test_a_clock_that_was_put_right_stepped_once() -> None:
    steps = Steps()
    assert [steps.note(wall, steady) for wall, steady in ((500, 0), (1_510, 1_000), (HOUR_MS, 2_000))] == [
        False,
        False,
        True,
    ]
    assert not steps.note(HOUR_MS + 1_000, 3_000)
    assert steps.note(5_000, 4_000)
