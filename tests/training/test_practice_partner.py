"""The practice partner answers everything, never twice the same, and always the same way for a seed."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener_training.practice.partner import TURNS_MAX, Play, PracticeEnded
from tests.training.practising import books, chat_of, play, scripts, words_of

SCENARIOS = sorted(books())
REPLIES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            "   ",
            "You feel alone with it.",
            "What happened?",
            "Are you thinking about suicide?",
            "You should call her.",
            "bye",
            "Take care, you can come back any time.",
            "That sounds so hard.",
            "\u043f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0442\u044b?",
            "x" * 1900,
            "a b " * 300,
            "\u202e\u200d\U0001f600",
            "{friend} | {nothing}",
            "[red]not markup[/]",
        ]
    ),
)


@settings(max_examples=40, deadline=None)
@given(
    scenario=st.sampled_from(SCENARIOS),
    seed=st.integers(min_value=0, max_value=2**63),
    replies=st.lists(REPLIES, min_size=1, max_size=25),
)
def test_whatever_is_written_gets_an_answer_until_the_chat_has_ended(
    scenario: str, seed: int, replies: list[str]
) -> None:
    chat = play(scenario, replies, seed)
    for step in chat.steps:
        assert step.lines and all(line.text and line.pause_ms >= 0 and line.typing_ms >= 0 for line in step.lines)
        assert not any(re.search(r"[{}|]", line.text) for line in step.lines)
        levels = step.play.levels
        assert all(0 <= getattr(levels, name) <= 100 for name in ("trust", "distress", "risk", "openness"))
    assert len(set(chat.play.said)) == len(chat.play.said), "a wording came twice"
    assert chat.has_ended == (chat.steps[-1].ending is not None)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_somebody_who_only_makes_room_is_not_talked_to_for_ever(scenario: str) -> None:
    chat = play(scenario, [f"mm {'.' * n}" for n in range(1, TURNS_MAX + 10)])
    assert chat.has_ended


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_and_replies_make_the_same_chat_to_the_letter(scenario: str) -> None:
    good = scripts()[scenario]["good"]
    first, again = play(scenario, good, seed=7), play(scenario, good, seed=7)
    assert [step.lines for step in first.steps] == [step.lines for step in again.steps]
    assert first.play == again.play
    others = {tuple(words_of(play(scenario, good, seed=seed))) for seed in range(6)}
    assert len(others) > 1, "every seed says the same"


def test_after_the_end_nobody_answers() -> None:
    chat = play("teen", ["hi", "bye"])
    assert chat.has_ended
    with pytest.raises(PracticeEnded):
        chat.reply("are you there?")


def test_what_opens_somebody_raises_trust_and_what_closes_them_lowers_it() -> None:
    start = books()["loneliness"].scenario.start
    kind = play("loneliness", ["That sounds so lonely. You haven't been heard for days."]).play.levels
    cold = play("loneliness", ["You should join a club."]).play.levels
    assert cold.trust < start.trust < kind.trust
    assert cold.openness < start.openness < kind.openness
    assert kind.distress < start.distress < cold.distress


def test_a_move_that_comes_again_and_again_wears_off() -> None:
    chat = play("break-up", ["That sounds awful.", "That sounds terrible.", "That sounds horrible."])
    gains = [felt.effect.trust for step in chat.steps for felt in step.felt if felt.move == "validation"]
    assert gains[0] > gains[1] == gains[2] > 0


def test_the_same_words_again_are_noticed() -> None:
    chat = play("break-up", ["That sounds awful.", "that  sounds AWFUL."])
    assert chat.play.made[-1] == ("repeated",)
    assert chat.steps[1].play.levels.trust < chat.steps[0].play.levels.trust


def test_silence_foreign_letters_and_a_wall_of_text_are_told_apart() -> None:
    chat = chat_of("grief")
    for text, seen in (
        ("", "silence"),
        ("\u0447\u0442\u043e \u0441\u043b\u0443\u0447\u0438\u043b\u043e\u0441\u044c", "unreadable"),
        ("word " * 200, "very_long"),
    ):
        chat.reply(text)
        assert seen in chat.play.made[-1]


def test_a_direct_question_about_suicide_is_answered_at_once() -> None:
    chat = play("suicidal-thoughts", ["Are you thinking about suicide?"])
    assert chat.steps[0].told is not None and chat.steps[0].told.id == "suicide"


def test_what_lies_deep_is_told_only_with_trust() -> None:
    first_question = play("loneliness", ["What has your weekend been like?"])
    assert "shame" not in first_question.play.told
    assert "shame" in play("loneliness", scripts()["loneliness"]["good"]).play.told


def test_an_end_that_was_announced_may_be_short() -> None:
    kind = scripts()["break-up"]["good"][:-2]
    told_before = play("break-up", [*kind, "We have about five minutes left.", "ok bye"])
    sudden = play("break-up", [*kind, "ok bye"])
    assert [chat.steps[-1].ending.outcome for chat in (told_before, sudden) if chat.steps[-1].ending] == [
        "well",
        "badly",
    ]


def test_long_replies_take_longer_to_read_and_long_answers_longer_to_type() -> None:
    short, long = (
        chat_of("grief").reply("What happened?"),
        chat_of("grief").reply("What happened? " + "It is quiet here. " * 9),
    )
    assert long.lines[0].pause_ms > short.lines[0].pause_ms
    by_length = sorted(play("grief", scripts()["grief"]["good"]).steps, key=lambda step: len(step.lines[0].text))
    assert by_length[0].lines[0].typing_ms < by_length[-1].lines[0].typing_ms


def test_what_is_kept_of_a_chat_shows_no_words_when_printed() -> None:
    chat = play("teen", ["a secret of mine"])
    assert "secret" not in f"{chat.turns} {chat.play} {chat.steps[0].lines}"


def test_somebody_who_writes_carefully_does_so_in_every_sentence() -> None:
    chats = [
        play(name, script[kind], 2)
        for name in ("grief", "loneliness")
        for script in [scripts()[name]]
        for kind in ("good", "bad")
    ]
    for line in (line for chat in chats for line in words_of(chat)):
        assert re.match(r"[A-Z'\"]", line) and line[-1] in ".?!", line
        assert not re.search(r"\b(i|im|dont|its|cant)\b", line), line


def test_what_the_partner_remembers_travels_as_json() -> None:
    remembered = play("teen", scripts()["teen"]["good"][:5]).play
    assert msgspec.json.decode(msgspec.json.encode(remembered), type=Play) == remembered
