"""Hostile bytes: whatever arrives, `decode` gives a Command or raises BadFrame, and nothing else."""

import json
from typing import Any, get_args

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.protocol.codec import JSON, MSGPACK, BadFrame
from chat.protocol.codes import CODES
from chat.protocol.commands import COMMANDS, Command
from tests.protocol.test_golden_frames import COMMAND_FRAMES, FRAMES

fuzzed = settings(max_examples=300, deadline=None, derandomize=True)

COMMAND_CLASSES = get_args(Command)

any_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.sampled_from(["\x00", "😀" * 100, "a" * 70, "../../etc", "{a:eu}:", "available", "teen", "1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def read_json(frame: Any) -> Command | BadFrame:
    return _read(JSON.decode, frame)


def read_msgpack(frame: Any) -> Command | BadFrame:
    return _read(MSGPACK.decode, frame)


def _read(decode: Any, frame: Any) -> Command | BadFrame:
    try:
        command = decode(frame)
    except BadFrame as bad:
        assert bad.code in CODES
        assert bad.words and bad.words.isprintable()
        assert bad.ref is None or (1 <= len(bad.ref) <= 64 and bad.ref.encode())
        return bad
    assert isinstance(command, COMMAND_CLASSES)
    return command


@fuzzed
@given(st.text(st.characters(codec=None), max_size=400))
def test_any_text_is_a_command_or_a_bad_frame(frame: str) -> None:
    read_json(frame)


@fuzzed
@given(st.binary(max_size=400))
def test_any_bytes_are_a_command_or_a_bad_frame(frame: bytes) -> None:
    read_msgpack(frame)


@fuzzed
@given(any_value)
def test_any_value_that_is_no_command_is_a_bad_frame(value: Any) -> None:
    assert isinstance(read_json(json.dumps(value)), BadFrame)
    assert isinstance(read_msgpack(msgpack.packb(value)), BadFrame)


@fuzzed
@given(st.sampled_from(COMMAND_FRAMES), st.data())
def test_one_field_changed_to_anything(name: str, data: st.DataObject) -> None:
    frame = {**FRAMES[name]}
    frame[data.draw(st.sampled_from(list(frame)))] = data.draw(any_value)
    from_json, from_msgpack = read_json(json.dumps(frame)), read_msgpack(msgpack.packb(frame))
    assert type(from_json) is type(from_msgpack)


@fuzzed
@given(st.sampled_from(COMMAND_FRAMES), st.data())
def test_bytes_flipped_cut_and_doubled(name: str, data: st.DataObject) -> None:
    good = msgpack.packb(FRAMES[name])
    at = data.draw(st.integers(0, len(good) - 1))
    read_msgpack(good[:at])
    read_msgpack(good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :])
    text = json.dumps(FRAMES[name])
    at = data.draw(st.integers(0, len(text) - 1))
    read_json(text[:at])
    read_json(text[:at] + data.draw(st.characters(codec=None)) + text[at + 1 :])
    assert isinstance(read_msgpack(good + good), BadFrame)
    assert isinstance(read_json(text + text), BadFrame)


@pytest.mark.parametrize("name", COMMAND_FRAMES)
def test_a_missing_field_is_named_and_the_ref_comes_back(name: str) -> None:
    frame = FRAMES[name]
    struct = next(c for c in COMMANDS if c.__struct_config__.tag == frame["type"])
    for missing in struct.__struct_fields__[: len(struct.__struct_fields__) - len(struct.__struct_defaults__)]:
        rest = {key: value for key, value in frame.items() if key != missing}
        for bad in (read_json(json.dumps(rest)), read_msgpack(msgpack.packb(rest))):
            assert isinstance(bad, BadFrame) and bad.code == "bad_frame"
            assert missing in bad.words
            assert bad.ref == rest.get("ref")


DEEP = 100_000
LEAVE = '{"type":"leave_line","ref":"7","request_id":"r"'


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", "bad_frame"),
        ("null", "bad_frame"),
        ("[" * DEEP, "bad_frame"),
        ('{"a":' * DEEP, "bad_frame"),
        (LEAVE + ',"x":' + "[" * DEEP + "]" * DEEP + "}", "bad_frame"),
        (LEAVE + ',"x":NaN}', "bad_frame"),
        ("\ufeff" + LEAVE + "}", "bad_frame"),
        ("\ud800", "bad_frame"),
        ('{"ref":"7"}', "bad_frame"),
        ('{"type":null,"ref":"7"}', "bad_frame"),
        ('{"type":["hello"],"ref":"7"}', "bad_frame"),
        ('{"type":"open_sesame","ref":"7"}', "unknown_type"),
        ('{"type":"done","ref":"7"}', "unknown_type"),
        ('{"type":"hello","ref":""}', "bad_frame"),
        ('{"type":"hello","ref":"' + "7" * 65 + '"}', "bad_frame"),
        ('{"type":"hello","ref":7}', "bad_frame"),
        ('{"type":"leave_line","ref":"7","request_id":"a\\u0000b"}', "bad_frame"),
        ('{"type":"leave_line","ref":"7","request_id":"a b"}', "bad_frame"),
        ('{"type":"leave_line","ref":"7","request_id":"r\\n"}', "bad_frame"),
        ('{"type":"send_message","ref":"7","chat_id":"c","message_id":"m\\n","text":"hi"}', "bad_frame"),
        ('{"type":"leave_line","ref":"7","request_id":"' + "r" * 65 + '"}', "bad_frame"),
        ('{"type":"catch_up","ref":"7","chat_id":"c","epoch":"e","seq":9007199254740992}', "bad_frame"),
        ('{"type":"catch_up","ref":"7","chat_id":"c","epoch":"e","seq":' + "9" * 400 + "}", "bad_frame"),
        ('{"type":"catch_up","ref":"7","chat_id":"c","epoch":"e","seq":1e400}', "bad_frame"),
        ('{"type":"catch_up","ref":"7","chat_id":"c","epoch":"e","seq":-1}', "bad_frame"),
        ('{"type":"catch_up","ref":"7","chat_id":"c","epoch":"e","seq":true}', "bad_frame"),
        ('{"type":"send_message","ref":"7","chat_id":"c","message_id":"m","text":"\\ud83d alone"}', "bad_text"),
        ('{"type":"finish_wrap_up","ref":"7","chat_id":"c","note":"\\udc00"}', "bad_text"),
    ],
    ids=lambda value: value[:40].encode("ascii", "replace").decode(),
)
def test_hostile_json(frame: str, code: str) -> None:
    bad = read_json(frame)
    assert isinstance(bad, BadFrame)
    assert bad.code == code


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", "bad_frame"),
        (b"\xc1", "bad_frame"),
        (b"\xc0", "bad_frame"),
        (b"\x91" * DEEP, "bad_frame"),
        (b"\xdd\xff\xff\xff\xff", "bad_frame"),
        (b"\xdf\xff\xff\xff\xff\xa4type", "bad_frame"),
        (b"\xdb\xff\xff\xff\xffhello", "bad_frame"),
        (msgpack.packb({1: "hello"}), "bad_frame"),
        (msgpack.packb({"type": "hello", "ref": b"7"}), "bad_frame"),
        (msgpack.packb({"type": "hello", "ref": msgpack.ExtType(5, b"x")}), "bad_frame"),
        (msgpack.packb({"type": b"hello", "ref": "7"}), "bad_frame"),
        (msgpack.packb({"type": "open_sesame", "ref": "7"}), "unknown_type"),
        (
            msgpack.packb(
                {"type": "send_message", "ref": "7", "chat_id": "c", "message_id": "m", "text": "\ud83d"},
                unicode_errors="surrogatepass",
            ),
            "bad_text",
        ),
    ],
    ids=lambda value: repr(value[:16]) if isinstance(value, bytes) else value,
)
def test_hostile_msgpack(frame: bytes, code: str) -> None:
    bad = read_msgpack(frame)
    assert isinstance(bad, BadFrame)
    assert bad.code == code


def test_each_codec_refuses_the_other_kind_of_frame() -> None:
    text = json.dumps(FRAMES["take_next"])
    for bad in (read_json(text.encode()), read_msgpack(text)):
        assert isinstance(bad, BadFrame) and bad.code == "bad_frame"


def test_a_refusal_of_a_frame_never_repeats_what_somebody_wrote() -> None:
    words = "the words of a person"
    for frame in (
        {"type": "send_message", "ref": "7", "chat_id": 5, "message_id": "m", "text": words},
        {"type": "send_message", "ref": "7", "chat_id": words, "message_id": "m", "text": words},
        {"type": "request_chat", "ref": "7", "request_id": "r", "language": words, "first_words": words},
        {"type": "finish_wrap_up", "ref": "7", "chat_id": "c", "note": [words]},
        {"type": words, "ref": "7"},
    ):
        for bad in (read_json(json.dumps(frame)), read_msgpack(msgpack.packb(frame))):
            assert isinstance(bad, BadFrame)
            assert words not in bad.words and words not in str(bad)
