"""Codes are for programs and stay; words are for people and are composed from them."""

import pytest

from chat.protocol.codes import CODES, WORDS, Close


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_words_of_its_own(code: str) -> None:
    words = WORDS[code]  # type: ignore[index]
    assert words[0].isupper() and words.endswith(".")
    assert list(WORDS.values()).count(words) == 1


def test_no_words_are_left_over() -> None:
    assert set(WORDS) == set(CODES)
    assert len(set(CODES)) == len(CODES)


def test_the_codes_that_clients_were_promised() -> None:
    promised = {
        "hello_first",
        "age_band_missing",
        "already_open",
        "capacity_over_maximum",
        "message_id_reused",
        "bad_text",
    }
    assert promised <= set(CODES)


def test_close_codes_tell_by_their_range_whether_to_come_back() -> None:
    def stays_away(close: Close) -> bool:
        return close == 1000 or 4500 <= close <= 4999

    assert {c.name for c in Close if stays_away(c)} == {"NORMAL", "SIGNED_OUT", "NO_CLEARANCE", "ABUSE"}
    assert {c: int(Close[c]) for c in ("DRAIN", "TOO_SLOW", "RESYNC", "SIGNED_OUT", "NO_CLEARANCE", "ABUSE")} == {
        "DRAIN": 4000,
        "TOO_SLOW": 4001,
        "RESYNC": 4002,
        "SIGNED_OUT": 4500,
        "NO_CLEARANCE": 4501,
        "ABUSE": 4508,
    }
