"""What the tests of practice share: the recogniser, the scenarios, and a listener who follows a script."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from listener_training.practice.debrief import Debrief, debrief, load_words
from listener_training.practice.practice_chat import PracticeChat
from listener_training.practice.recogniser import Recogniser, load_recogniser
from listener_training.practice.scenario import Stagebook, load_scenarios

HERE = Path(__file__).parent
REPLIES = HERE / "replies.jsonl"


@cache
def recogniser() -> Recogniser:
    return load_recogniser()


@cache
def books() -> dict[str, Stagebook]:
    return dict(load_scenarios())


@cache
def scripts() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((HERE / "practice_scripts.toml").read_text(encoding="utf-8"))


def chat_of(scenario: str, seed: int = 1) -> PracticeChat:
    return PracticeChat(books()[scenario], recogniser(), seed)


def play(scenario: str, replies: Sequence[str], seed: int = 1) -> PracticeChat:
    """Write these replies, until the partner ends the chat."""
    chat = chat_of(scenario, seed)
    for reply in replies:
        if chat.has_ended:
            break
        chat.reply(reply)
    return chat


def judged(scenario: str, replies: Sequence[str], seed: int = 1) -> Debrief:
    return debrief(play(scenario, replies, seed), load_words())


def words_of(chat: PracticeChat) -> list[str]:
    """All that the partner wrote."""
    return [line.text for step in (chat.opening, *chat.steps) for line in step.lines]
