"""A seeker's token proves itself."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.accounts import seeker_tokens
from chat.accounts.pseudonyms import pseudonym
from chat.accounts.seeker_tokens import SeekerToken

SECRET = "a secret of at least thirty-two characters"
RANDOM = bytes(range(16))


def test_a_token_says_who_and_since_when() -> None:
    token = seeker_tokens.mint(SECRET, 1_800_000_000_123, RANDOM)
    read = seeker_tokens.read(SECRET, token)
    assert read is not None
    assert read.issued_at_ms == 1_800_000_000_123
    assert read.person_id[0] == "s"
    assert len(read.person_id) == 21
    assert set(read.person_id) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_who_it_is_hangs_on_chance_alone() -> None:
    early = seeker_tokens.read(SECRET, seeker_tokens.mint(SECRET, 1, RANDOM))
    late = seeker_tokens.read(SECRET, seeker_tokens.mint(SECRET, 2, RANDOM))
    other = seeker_tokens.read(SECRET, seeker_tokens.mint(SECRET, 1, bytes(16)))
    assert early is not None and late is not None and other is not None
    assert early.person_id == late.person_id != other.person_id


def test_the_person_id_does_not_give_the_token_away() -> None:
    token = seeker_tokens.mint(SECRET, 1, RANDOM)
    read = seeker_tokens.read(SECRET, token)
    assert read is not None
    assert read.person_id[1:] not in token
    assert base64.b32encode(RANDOM).decode().lower()[:20] not in read.person_id


def test_a_token_of_another_service_is_none() -> None:
    assert seeker_tokens.read("another secret, just as long as ours", seeker_tokens.mint(SECRET, 1, RANDOM)) is None


def test_any_changed_character_makes_it_none() -> None:
    token = seeker_tokens.mint(SECRET, 1_800_000_000_123, RANDOM)
    for at, character in enumerate(token):
        changed = token[:at] + ("A" if character != "A" else "B") + token[at + 1 :]
        assert seeker_tokens.read(SECRET, changed) is None
    assert seeker_tokens.read(SECRET, token + "=") is None
    assert seeker_tokens.read(SECRET, token[:-1]) is None


@given(st.text())
def test_nothing_hostile_raises(text: str) -> None:
    assert seeker_tokens.read(SECRET, text) is None


@pytest.mark.parametrize("text", ["", ".", "..", "...", "\ud800", "ü.ü.ü", "1_0.x.y", "a" * 100_000, "\0.\0.\0"])
def test_known_hostile_texts_are_none(text: str) -> None:
    assert seeker_tokens.read(SECRET, text) is None


@given(st.integers(0, 2**53), st.binary(min_size=16, max_size=16))
def test_every_minted_token_reads_back(now_ms: int, random: bytes) -> None:
    read = seeker_tokens.read(SECRET, seeker_tokens.mint(SECRET, now_ms, random))
    assert isinstance(read, SeekerToken)
    assert read.issued_at_ms == now_ms


def test_too_little_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        seeker_tokens.mint(SECRET, 1, b"short")


def test_a_pseudonym_is_two_calm_words_and_stays() -> None:
    assert pseudonym("s-one") == pseudonym("s-one")
    names = {pseudonym(f"s{n}") for n in range(60_000)}
    assert len(names) == 4096
    assert all(len(name.split()) == 2 and name.istitle() and len(name) <= 24 for name in names)
