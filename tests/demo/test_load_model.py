"""The figures of the load model come out of the draws."""

from random import Random
from statistics import fmean, median, quantiles

import pytest

from tealight.demo import load_model, sentences

CHANCE = 20_000


def draws(draw: object, seed: int = 7) -> list[float]:
    chance = Random(seed)
    return [draw(chance) for _ in range(CHANCE)]  # type: ignore[operator]


def test_a_chat_lasts_50_minutes_in_the_mean_but_for_the_fifth_that_is_over_at_once() -> None:
    lengths = draws(load_model.chat_length_s)
    short = [s for s in lengths if s < load_model.SHORT_CHAT_MAX_S]
    assert len(short) / CHANCE == pytest.approx(0.2, abs=0.02)
    assert fmean(lengths) == pytest.approx(load_model.EXPECTED_CHAT_S, rel=0.03)


@pytest.mark.parametrize(
    ("lengths", "p50", "p95"),
    [(load_model.SEEKER_CHARACTERS, 58, 194), (load_model.LISTENER_CHARACTERS, 76, 225)],
)
def test_messages_are_as_long_as_in_the_corpus(lengths: load_model.Lengths, p50: int, p95: int) -> None:
    drawn = draws(lengths.draw)
    assert median(drawn) == pytest.approx(p50, rel=0.05)
    assert quantiles(drawn, n=20)[-1] == pytest.approx(p95, rel=0.06)
    assert max(drawn) <= 4000


def test_patience_is_10_minutes_in_the_median_and_a_twentieth_leaves_within_20_seconds() -> None:
    drawn = draws(load_model.patience_s)
    assert median(drawn) == pytest.approx(600, rel=0.08)
    assert sum(s < 20 for s in drawn) / CHANCE == pytest.approx(0.05, abs=0.01)


def test_listeners_miss_6_and_decline_3_of_a_hundred_and_most_take_one_chat() -> None:
    answers = draws(load_model.answer)
    assert answers.count("miss") / CHANCE == pytest.approx(0.06, abs=0.01)
    assert answers.count("decline") / CHANCE == pytest.approx(0.03, abs=0.01)
    capacities = draws(load_model.capacity)
    assert fmean(capacities) == pytest.approx(load_model.EXPECTED_CAPACITY, abs=0.02)


def test_a_turn_has_one_message_in_three_of_four_cases() -> None:
    in_a_row = draws(load_model.messages_in_a_row)
    assert in_a_row.count(1) / CHANCE == pytest.approx(0.75, abs=0.02)


def test_arrivals_keep_about_as_many_chats_open_as_asked_for() -> None:
    gaps = draws(lambda chance: load_model.gap_to_next_arrival_s(chance, at_once=10))
    assert load_model.EXPECTED_CHAT_S / fmean(gaps) == pytest.approx(10, rel=0.05)


def test_the_same_seed_draws_the_same_people() -> None:
    assert draws(load_model.chat_length_s, seed=1) == draws(load_model.chat_length_s, seed=1)
    assert draws(load_model.chat_length_s, seed=1) != draws(load_model.chat_length_s, seed=2)


def test_every_message_is_marked_and_about_as_long_as_asked_for() -> None:
    chance = Random(3)
    for asked in (0, 20, 60, 200, 900):
        text = sentences.compose(chance, sentences.SEEKER, asked)
        assert text.startswith("(demo) ")
        assert len(text) <= max(asked, 60) + 120
