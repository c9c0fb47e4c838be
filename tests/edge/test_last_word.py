"""While an engine is told again what it forgot, nobody is told for good that something isn't there."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chat.edge.connection import Connection
from chat.edge.dispatch import Dispatch
from chat.edge.refusal import CommandRefused
from chat.protocol.codes import Code
from chat.protocol.commands import EndChat


def answer_to(code: Code, *, is_settled: bool) -> dict[str, Any]:
    """What a command is answered that the engine refused with this code."""
    settled = asyncio.Event()
    if is_settled:
        settled.set()
    said: dict[str, Any] = {}

    def refuse(_connection: Connection, ref: str | None, told: Code, **fields: Any) -> None:
        said.update({"ref": ref, "code": told, **fields})

    dispatch = cast(Dispatch, SimpleNamespace(hub=SimpleNamespace(settled=settled), refuse=refuse))
    command = EndChat(ref="r", chat_id="c")
    outcome = Dispatch._refuse_for(dispatch, cast(Connection, None), command, CommandRefused(code))
    assert outcome == said["code"]
    return said


@pytest.mark.parametrize("code", ["no_such_chat", "not_participant", "chat_ended", "no_such_offer", "already_open"])
async def test_what_an_engine_may_have_forgotten_is_asked_again(code: Code) -> None:
    waiting = answer_to(code, is_settled=False)
    assert waiting["code"] == "try_again"
    assert waiting["retry_after_ms"] > 0
    assert answer_to(code, is_settled=True) == {"ref": "r", "code": code}


@pytest.mark.parametrize("code", ["bad_text", "not_allowed", "age_band_missing", "message_id_reused"])
async def test_what_no_engine_has_to_know_is_said_at_once(code: Code) -> None:
    assert answer_to(code, is_settled=False)["code"] == code
