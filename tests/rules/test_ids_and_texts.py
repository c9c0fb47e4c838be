"""Which chat a request becomes, and which texts may be sent."""

import re

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
