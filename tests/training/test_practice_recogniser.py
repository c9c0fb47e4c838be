"""What a trainee writes becomes moves: how well, on labelled replies, and on rubbish."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener_training.practice.evaluation import (
    Evaluation,
    LabelError,
    Labelled,
    Share,
    evaluate,
    read_labelled,
    wilson,
)
from listener_training.practice.patterns import BadPattern, compiled
from listener_training.practice.recogniser import Move, MovesFile, Recogniser, load_spelling
from tests.training.practising import REPLIES, recogniser

#: What the rules reach (docs/practice.md), less a margin of a few replies.
FLOORS = {"development": (0.88, 0.91), "held_out": (0.78, 0.77)}


def evaluation(part: str) -> Evaluation:
    scored = [move.id for move in recogniser().moves.values() if not move.is_detail]
    replies = read_labelled(REPLIES.read_text(encoding="utf-8").splitlines(), scored)
    return evaluate([reply for reply in replies if reply.part == part], scored, recogniser().named)


def named(text: str) -> set[str]:
    return recogniser().named(text)


@pytest.mark.parametrize("part", FLOORS)
def test_the_recogniser_is_as_good_as_its_page_says(part: str) -> None:
    overall = evaluation(part).overall
    precision, recall = FLOORS[part]
    assert (overall.precision.value or 0) >= precision
    assert (overall.recall.value or 0) >= recall


def test_nobody_who_asks_about_suicide_goes_unnoticed() -> None:
    for part in FLOORS:
        asked = next(score for score in evaluation(part).moves if score.move == "asks_suicide")
        assert (asked.recall.value or 0) >= 0.95, part
        assert (asked.precision.value or 0) >= 0.85, part


def test_every_move_is_labelled_and_the_parts_share_no_reply() -> None:
    lines = REPLIES.read_text(encoding="utf-8").splitlines()
    replies = read_labelled(lines, recogniser().moves)
    labelled = {move for reply in replies for move in reply.moves}
    assert labelled == {move.id for move in recogniser().moves.values() if not move.is_detail}
    texts = [reply.text.lower() for reply in replies]
    assert len(set(texts)) == len(texts) >= 400
    assert sum(reply.part == "held_out" for reply in replies) >= 150


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("have you tried asking him how he feels", {"advice"}),
        ("have you tried asking him how he feels?", {"advice"}),
        ("What have you tried so far?", {"open_question"}),
        ("That's a terrible idea of mine to ask", set()),
        ('He said "you should die". That must have hurt.', {"validation"}),
        ("are you killing time until the bus comes?", {"closed_question"}),
        ("r u suicidal", {"asks_suicide"}),
        ("what was it like when your uncle took his own life", {"open_question"}),
        ("I can't promise to keep that secret", {"boundary"}),
        ("When did it start? Did you tell anyone? What did they say?", {"closed_question", "open_question", "rushing"}),
    ],
)
def test_words_are_read_where_they_stand(text: str, moves: set[str]) -> None:
    assert named(text) == moves


def test_case_spelling_and_stretched_words_make_no_difference() -> None:
    for text in ("im soooo sorry", "I'M SO SORRY", "I\u2019m so sorry", "i am so sorry!!!"):
        assert named(text) == {"validation"}, text


def test_a_silence_has_no_moves_and_dots_make_room() -> None:
    assert recogniser().recognise(" \n ") == ()
    assert named("...") == {"short_prompt"} == named("\N{CANDLE}")


def test_each_move_points_at_the_sentence_that_made_it() -> None:
    text = "Thank you for telling me. Are you thinking about suicide?"
    spans = {each.move: text[each.start : each.end] for each in recogniser().recognise(text)}
    assert spans["thanks"].startswith("Thank you") and "suicide" not in spans["thanks"]
    assert spans["asks_suicide"] == "Are you thinking about suicide?"


@given(st.text(max_size=300))
def test_whatever_is_written_is_read_the_same_way_twice(text: str) -> None:
    first = recogniser().recognise(text)
    assert first == recogniser().recognise(text)
    assert all(0 <= each.start <= each.end <= len(text) and each.move in recogniser().moves for each in first)


@pytest.mark.parametrize(
    "piece", ["you feel ", "a.", "you are so really very ", "'", "do you , ", "it sounds like ", "\u0430 ", "?" * 9]
)
def test_no_reply_is_slow_to_read(piece: str) -> None:
    hostile = (piece * 4000)[:4000]
    recogniser().recognise(hostile)
    began = time.process_time()
    recogniser().recognise(hostile)
    # It takes up to 20 ms; ten times that would be a pattern gone wild.
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize("pattern", ["", "* **", "you (really)", "(really) you", "a.*b", "@nowhere", "^"])
def test_a_pattern_that_says_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        compiled([pattern], {})


def test_a_move_can_only_stand_over_moves_that_exist() -> None:
    move = Move(id="greeting", title="", means="", any=("hello",), over=("nothing",))
    with pytest.raises(BadPattern, match="nothing"):
        Recogniser(MovesFile(lists={}, move=(move,)), load_spelling())


def test_wilson_is_the_interval_of_the_textbook() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) == (0.0, 1.0) and wilson(5, 5)[1] == pytest.approx(1.0)


def test_precision_counts_what_was_found_and_recall_what_was_there() -> None:
    replies = [
        Labelled("1", "p", "one", ("a", "b")),
        Labelled("2", "p", "two", ("a",)),
        Labelled("3", "p", "three", ()),
    ]
    found = evaluate(replies, ["a", "b"], lambda text: {"one": {"a"}, "two": {"b"}, "three": set()}[text])
    a, b = found.moves
    assert (a.precision, a.recall) == (Share(1, 1), Share(1, 2))
    assert (b.precision, b.recall, b.precision.value) == (Share(0, 1), Share(0, 1), 0.0)
    assert found.whole == Share(1, 3)


@pytest.mark.parametrize("line", ["{", '{"id": 1}', '{"id":"1","part":"p","text":"t","moves":["hug"]}', "[" * 3000])
def test_a_label_that_cannot_be_read_is_named_by_its_line(line: str) -> None:
    good = '{"id":"0","part":"p","text":"t","moves":[]}'
    with pytest.raises(LabelError, match="Line 2"):
        read_labelled([good, line], ["advice"])
