"""Which chat a request becomes, and which ids and texts may be sent."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.conversation.chat_ids import chat_id_of
from chat.conversation.log import ChatMessage
from chat.conversation.texts import is_good_text


def test_a_repeated_request_finds_its_own_chat() -> None:
    assert chat_id_of("ada", "adult", "r1") == chat_id_of("ada", "adult", "r1")


def test_another_person_band_or_request_is_another_chat() -> None:
    asked = [(person, band, request) for person in ("ada", "ben") for band in ("adult", "teen") for request in "rs"]
    assert len({chat_id_of(*each) for each in asked}) == len(asked)


def test_ids_are_short_and_fit_a_key_and_an_offer() -> None:
    assert re.fullmatch(r"c[a-z2-7]{20}", chat_id_of("ada", "adult", "f" * 64))


@pytest.mark.parametrize("text", ["a", " ", "🕯️", "line\nbreak", "x" * 4000, "\u200d", "ţ" * 4000])
def test_what_people_write_may_be_sent(text: str) -> None:
    assert is_good_text(text)


@pytest.mark.parametrize("text", ["", "x" * 4001, "a\x00b", "\ud83d", "ok \udfff"])
def test_what_no_store_can_keep_may_not(text: str) -> None:
    assert not is_good_text(text)


def test_a_message_never_shows_its_text_by_accident() -> None:
    message = ChatMessage(3, "ada", "m1", 1_700_000_000_000, "a secret")
    assert "secret" not in f"{message} {message!r}" and "seq=3" in repr(message)


ROOT = Path(__file__).parents[2]
OURS = ("config", "routing", "chat", "listener_training", "tealight")
#: What one or the other pattern takes.
TAKEN = ("a", "en", "12:00", "2026-01-31")


def field_patterns() -> Iterator[tuple[str, str]]:
    """Where each pattern of a field is written, and the pattern: `Meta(pattern="...")`."""
    for path in (path for package in OURS for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Meta":
                for given in node.keywords:
                    if given.arg == "pattern" and isinstance(given.value, ast.Constant):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", str(given.value.value)


@pytest.mark.parametrize(("where", "pattern"), [*field_patterns()])
def test_no_field_with_a_pattern_takes_a_line_break_at_its_end(where: str, pattern: str) -> None:
    taken = [text for text in TAKEN if re.search(pattern, text)]
    assert taken, f"{where}: name something that {pattern} takes"
    assert not any(re.search(pattern, f"{text}\n") for text in taken), where
