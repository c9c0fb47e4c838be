"""Sealing: what goes in comes out with the right key at the right place, and with nothing else."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.conversation.sealing import OVERHEAD_BYTES, ChatKey, UnsealError

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=200)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)
secrets = st.binary(min_size=32, max_size=32)


@given(secrets, ids, ids, texts)
def test_what_was_sealed_is_read_again(secret: bytes, writer: str, message: str, text: str) -> None:
    sealed = ChatKey("c1", secret).seal(writer, message, text)
    # Another process has the same key, and nothing but that.
    assert ChatKey("c1", secret).unseal(writer, message, sealed) == text
    assert len(sealed) == len(text.encode()) + OVERHEAD_BYTES


@given(secrets, ids, ids, texts, texts)
def test_a_repeat_is_known_by_its_bytes(secret: bytes, writer: str, message: str, text: str, other: str) -> None:
    key = ChatKey("c1", secret)
    assert (key.seal(writer, message, text) == key.seal(writer, message, other)) == (text == other)


@given(secrets, ids, texts)
def test_a_nonce_is_what_the_documentation_says(secret: bytes, message: str, text: str) -> None:
    """HMAC-SHA256 under a subkey: otherwise a repeat of what another release sealed is taken for another text."""
    key = hmac.digest(secret, b"tealight nonces 1\x01", "sha256")
    bound = b"\x01c1|m|ada|" + message.encode()
    nonce = hmac.digest(key, b"%d|" % len(bound) + bound + text.encode(), "sha256")[:12]
    assert ChatKey("c1", secret).seal("ada", message, text)[1:13] == nonce


@given(secrets, texts)
def test_no_two_messages_share_a_nonce(secret: bytes, text: str) -> None:
    key = ChatKey("c1", secret)
    places = [("ada", "1"), ("ada", "2"), ("bo", "1"), ("ada|1", "x"), ("ada", "1|x")]
    sealed = [key.seal(*place, text) for place in places[:4]] + [key.seal_note("comment", "ada", text)]
    assert len({one[1:13] for one in sealed}) == len(sealed)
    assert len({one[13:] for one in sealed}) == len(sealed)


@given(secrets, texts, st.data())
def test_whatever_was_changed_is_refused(secret: bytes, text: str, data: st.DataObject) -> None:
    key = ChatKey("c1", secret)
    sealed = bytearray(key.seal("ada", "m1", text))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnsealError):
        key.unseal("ada", "m1", bytes(sealed))
    cut = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(UnsealError):
        key.unseal("ada", "m1", bytes(sealed[:cut]))


def test_words_can_not_be_moved() -> None:
    """Neither to another chat, nor under another's name or id, nor from a note into a message."""
    secret = bytes(range(32))
    key = ChatKey("c1", secret)
    sealed = key.seal("ada", "m1", "I can't sleep")
    for other, writer, message in (
        (ChatKey("c2", secret), "ada", "m1"),
        (ChatKey("c1", bytes(32)), "ada", "m1"),
        (key, "bo", "m1"),
        (key, "ada", "m2"),
    ):
        with pytest.raises(UnsealError):
            other.unseal(writer, message, sealed)
    with pytest.raises(UnsealError):
        key.unseal_note("comment", "ada", sealed)
    assert key.unseal_note("comment", "ada", key.seal_note("comment", "ada", "thank you")) == "thank you"
    assert "thank" not in repr(key)
    assert secret.hex() not in repr(key)
