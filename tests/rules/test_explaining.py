"""Notes of the scripts are read as they are written, and a note that isn't one is refused."""

import re
from pathlib import Path

import pytest

from routing.rules.explaining import (
    BESIDES,
    OUTCOMES,
    SENTENCES,
    TARGETS_S,
    MadeOffer,
    explain,
    outcome_of,
    parse_note,
)
from tests.helpers.explained import said

LUA = Path(__file__).resolve().parents[2] / "routing" / "store" / "lua"


def made(note: str, *, listener: str = "bo", cell: str = "0.0.0", waited_s: int = 10) -> MadeOffer:
    return MadeOffer("c1.1", listener, 1_000_000, 1_000_000 - 1000 * waited_s, cell, parse_note(note))


@pytest.mark.parametrize(
    "note",
    ["", "S|free", "X|head|en:0.0.0:3", "S|free|bo:x:1", "L|head|en:0.0:3", "L|head|en:0.0.0", "L|head|en:9.0.0:1"],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(ValueError):
        parse_note(note)


def test_a_language_with_a_region_is_read_whole() -> None:
    (line,) = parse_note("L|head|pt-BR:2.2.512:61500").lines
    assert (line.language, line.cell, line.waited_s, line.share_of_target) == ("pt-BR", "2.2.512", 61, 102)


def test_the_same_targets_stand_in_the_scripts() -> None:
    found = re.search(r"TARGETS_MS = \{ \[0\] = ([\d, ]+) \}", (LUA / "02_lines.lua").read_text())
    assert found is not None
    assert tuple(int(ms) // 1000 for ms in found[1].split(",")) == TARGETS_S


def test_every_reason_that_the_scripts_write_has_a_sentence_of_its_own() -> None:
    text = (LUA / "04_match.lua").read_text()
    written = set(re.findall(r"'(S|L)\|(\w+)\|", text))
    # The reasons of the listener's lines are put together from these words.
    written |= {("L", word) for word in ("head", "topic", "danger", "emergency")}
    assert {("S", "preferred"), ("S", "free"), ("S", "emergency"), ("L", "returning")} <= written
    for side, reason in written:
        considered = "bo:0:0,cy:0:0" if side == "S" else "en:0.0.0:10000"
        assert explain(made(f"{side}|{reason}|{considered}")).why in SENTENCES
    besides = set(re.findall(r"reason \.\. '\+(\w+)'", text))
    assert besides == set(BESIDES) and set(BESIDES.values()) <= set(SENTENCES)


def test_every_end_of_an_offer_in_the_scripts_has_words() -> None:
    text = "".join(path.read_text() for path in sorted(LUA.glob("*.lua")))
    ends = set(re.findall(r"release\(S, \w+, \w+, '(\w+)'", text))
    assert "expired" in ends and ends - {"declined"} <= set(OUTCOMES)


def test_an_unknown_reason_is_named_and_not_invented() -> None:
    assert said(made("L|moonlight|en:0.0.0:10000")) == "Reason: moonlight."


def test_names_and_numbers_stand_in_the_sentence() -> None:
    assert said(made("S|free|bo:50:0,cy:100:1")) == "Bo had the least of their capacity in use (50 %)."


@pytest.mark.parametrize(
    ("chat", "outcome"),
    [
        ({"an:1": "bo:1"}, "accepted"),
        ({"an:1": "bo:0"}, "declined"),
        ({"an:1": "bo:1", "oe:1": "seeker_away"}, "not_confirmed"),
        ({"an:1": "bo:1", "oe:1": "listener_lost"}, "listener_lost"),
        ({"oe:1": "expired"}, "expired"),
        ({"st": "O", "turn": "1"}, "open"),
        ({"st": "O", "turn": "3"}, "taken_back"),
    ],
)
def test_what_became_of_it(chat: dict[str, str], outcome: str) -> None:
    assert outcome_of(chat, 1) == outcome
    assert outcome in OUTCOMES
