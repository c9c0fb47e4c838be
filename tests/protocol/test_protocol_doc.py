"""docs/protocol.md tells the whole protocol: every type, field, code and close code of the code stands in it."""

import re
from pathlib import Path

import msgspec
import pytest

from chat.protocol import pushes
from chat.protocol.codes import CODES, Close
from chat.protocol.commands import COMMANDS, Position
from chat.protocol.fields import FRAME_MAX, SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK, TEXT_MAX, TOPICS
from chat.protocol.pushes import PUSHES
from chat.protocol.replies import Done, Refused

DOC = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
TABLES = DOC.split("## From request to chat")[0]
TYPES = {str(struct.__struct_config__.tag): struct for struct in (*COMMANDS, *PUSHES, Done, Refused)}
PARTS = {
    struct.__name__: struct
    for struct in (
        Position,
        pushes.Participant,
        pushes.Snapshot,
        pushes.OwnRequest,
        pushes.OpenOffer,
        pushes.ChatSummary,
        pushes.PoolLoad,
        pushes.LineOfPool,
    )
}


def row_of(name: str) -> str:
    rows = [line for line in TABLES.splitlines() if re.match(rf"\|( [\w, ]+ \|)? `{name}` \|", line)]
    assert len(rows) == 1, f"{name} must have exactly one row of its own"
    return rows[0]


@pytest.mark.parametrize("name", [*TYPES, *PARTS])
def test_every_type_has_a_row_with_all_its_fields(name: str) -> None:
    row = row_of(name)
    fields = [field.encode_name for field in msgspec.structs.fields({**TYPES, **PARTS}[name])]
    assert [field for field in fields if f"`{field}`" not in row] == []


@pytest.mark.parametrize("name", [*TYPES, *PARTS])
def test_what_may_be_null_is_marked_with_a_question_mark(name: str) -> None:
    if name in ("done", "refused"):
        return  # their fields depend on the command and are told in words
    row = row_of(name)
    for field in msgspec.structs.fields({**TYPES, **PARTS}[name]):
        if field.default is None and field.encode_name != "age_band":
            assert f"`{field.encode_name}`?" in row, f"{name}.{field.encode_name} may be absent"


def test_every_refusal_code_has_a_row_and_no_row_is_about_a_code_that_is_gone() -> None:
    section = DOC.split("## Codes of `refused`")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(CODES)


def test_every_close_code_has_a_row() -> None:
    section = DOC.split("## Liveness and closing")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d{4}) \|.*\| (yes|no)", section, re.MULTILINE))
    assert {int(code) for code in rows} == {int(close) for close in Close}
    for code, back in rows.items():
        assert (back == "no") == (int(code) == 1000 or 4500 <= int(code) <= 4999)


def test_topics_limits_and_subprotocols_are_those_of_the_code() -> None:
    for topic in TOPICS:
        assert f"`{topic}`" in DOC
    assert f"`{SUBPROTOCOL_JSON}`" in DOC and f"`{SUBPROTOCOL_MSGPACK}`" in DOC
    assert f"{TEXT_MAX:,} characters" in DOC
    assert f"{FRAME_MAX // 1024} KiB" in DOC


def test_reasons_that_the_engine_gives_are_told() -> None:
    """The scripts give reasons as plain strings; each must be in the table for programs."""
    scripts = Path(__file__).parents[2] / "routing" / "store" / "lua"
    given = set()
    for path in scripts.glob("*.lua"):
        text = path.read_text()
        given |= set(re.findall(r"(?:requeue|park|release|lose_listener)\(S, c(?:, l)?, '(\w+)'", text))
        given |= set(re.findall(r"end_(?:request|open_chat)\(S, c, 'system', '(\w+)'", text))
        given |= set(re.findall(r"'wy', '(\w+)'", text))
    assert given, "the scripts moved; look for their reasons where they are now"
    assert sorted(reason for reason in given if f"`{reason}`" not in DOC) == []
