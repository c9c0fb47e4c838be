"""Golden frames: what stands in golden/ is the wire as clients in the field know it.

The JSON was written by hand and is read here by `json`; each MessagePack twin was made from it by the `msgpack`
package and is read here by it. Neither reader shares code with ours. If a test fails because the wire grew a field,
add the field to the .json by hand and write the twin anew with `msgpack.packb(json.loads(...))`; if it fails for
another reason, clients in the field will fail too.
"""

import json
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest

from chat.protocol.codec import CODECS, JSON, MSGPACK
from chat.protocol.commands import COMMANDS, Command
from chat.protocol.fields import SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK
from chat.protocol.pushes import PUSHES, Push
from chat.protocol.replies import Done, Refused, Reply

GOLDEN = Path(__file__).parent / "golden"
FRAMES: dict[str, dict[str, Any]] = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}


def type_of(struct: type) -> str:
    tag = struct.__struct_config__.tag  # type: ignore[attr-defined]
    assert isinstance(tag, str)
    return tag


COMMAND_TYPES = {type_of(struct): struct for struct in COMMANDS}
OUT_TYPES = {type_of(struct): struct for struct in (*PUSHES, Done, Refused)}
COMMAND_FRAMES = [name for name, frame in FRAMES.items() if frame["type"] in COMMAND_TYPES]
OUT_FRAMES = [name for name, frame in FRAMES.items() if frame["type"] in OUT_TYPES]


def twin(name: str) -> bytes:
    return (GOLDEN / f"{name}.msgpack").read_bytes()


@pytest.mark.parametrize("kind", [*COMMAND_TYPES, *OUT_TYPES])
def test_every_type_has_a_golden_frame_and_all_its_fields_occur(kind: str) -> None:
    struct = {**COMMAND_TYPES, **OUT_TYPES}[kind]
    shown = {key for frame in FRAMES.values() if frame["type"] == kind for key in frame}
    assert shown == {"type", *(field.encode_name for field in msgspec.structs.fields(struct))}


def test_no_frame_is_of_a_type_that_is_gone_and_each_has_its_twin() -> None:
    assert len(COMMAND_FRAMES) + len(OUT_FRAMES) == len(FRAMES)
    assert {path.stem for path in GOLDEN.glob("*.msgpack")} == set(FRAMES)


@pytest.mark.parametrize("name", FRAMES)
def test_the_twin_says_the_same_to_the_independent_reader(name: str) -> None:
    assert msgpack.unpackb(twin(name)) == FRAMES[name]


@pytest.mark.parametrize("name", COMMAND_FRAMES)
def test_a_command_is_read_alike_from_both_codecs_and_field_by_field(name: str) -> None:
    command = JSON.decode(json.dumps(FRAMES[name]))
    assert command == MSGPACK.decode(twin(name))
    assert isinstance(command, COMMAND_TYPES[FRAMES[name]["type"]])
    read = msgspec.to_builtins(command)
    assert {key: read[key] for key in FRAMES[name]} == FRAMES[name]


@pytest.mark.parametrize("name", OUT_FRAMES)
def test_what_the_server_says_reads_as_the_golden_frame_in_both_codecs(name: str) -> None:
    frame = FRAMES[name]
    out: Push | Reply = msgspec.convert(frame, OUT_TYPES[frame["type"]])
    assert json.loads(JSON.encode(out)) == frame
    assert msgpack.unpackb(MSGPACK.encode(out)) == frame


@pytest.mark.parametrize("name", COMMAND_FRAMES)
def test_unknown_fields_are_ignored(name: str) -> None:
    grown = {**FRAMES[name], "from_the_future": {"deep": [1, None, "x"]}, "": 0}
    assert JSON.decode(json.dumps(grown)) == JSON.decode(json.dumps(FRAMES[name]))
    assert MSGPACK.decode(msgpack.packb(grown)) == MSGPACK.decode(twin(name))


def optional_fields(struct: type[Command]) -> list[str]:
    """Those without which a frame is still a command. A list that may be empty (`topics`) is a field like any other."""
    return [field.encode_name for field in msgspec.structs.fields(struct) if field.default is None]


@pytest.mark.parametrize("name", COMMAND_FRAMES)
def test_null_means_absent(name: str) -> None:
    frame = FRAMES[name]
    optional = optional_fields(COMMAND_TYPES[frame["type"]])
    without = {key: value for key, value in frame.items() if key not in optional}
    with_nulls = {**without, **dict.fromkeys(optional)}
    assert JSON.decode(json.dumps(with_nulls)) == JSON.decode(json.dumps(without))
    assert MSGPACK.decode(msgpack.packb(with_nulls)) == MSGPACK.decode(msgpack.packb(without))


def test_the_order_of_fields_does_not_matter_not_even_of_the_type() -> None:
    for name in COMMAND_FRAMES:
        turned = dict(reversed(FRAMES[name].items()))
        assert JSON.decode(json.dumps(turned)) == JSON.decode(json.dumps(FRAMES[name]))
        assert MSGPACK.decode(msgpack.packb(turned)) == MSGPACK.decode(twin(name))


def test_what_people_wrote_never_shows_when_a_struct_is_printed() -> None:
    private = ("text", "first_words", "comment", "note", "token", "deletion_code")
    for name, frame in FRAMES.items():
        struct = {**COMMAND_TYPES, **OUT_TYPES}[frame["type"]]
        printed = repr(msgspec.convert(frame, struct))
        for key in private:
            assert key not in frame or str(frame[key]) not in printed, f"{name} prints its {key}"


def test_the_subprotocols_are_the_agreed_ones() -> None:
    assert SUBPROTOCOL_JSON == "tealight.v1.json" and SUBPROTOCOL_MSGPACK == "tealight.v1.msgpack"
    assert list(CODECS) == [SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK]
    assert JSON.is_text and not MSGPACK.is_text
