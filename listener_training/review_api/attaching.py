"""For supervisors: reading along in the first chats of a new listener (docs/review.md)."""

from chat.accounts.refusal import Refused
from chat.api.endpoint import SUPERVISORS, Asked, Endpoint
from chat.api.whispers import engine_call, lines_of
from chat.supervision.observing import found_chat, observe, stop_observing
from listener_training.review.first_chats import chats_so_far
from listener_training.review.rubric import shipped_rules

_PLACE = "/api/supervise/chats/{chat_id}/observer"


async def _attach(asked: Asked) -> None:
    lines, database = lines_of(asked), asked.deps.database
    band, chat = await engine_call(found_chat(lines, asked.part("chat_id")))
    async with database.read() as session:
        so_far = await chats_so_far(session, [chat.listener])
    if so_far[chat.listener] >= shipped_rules().first_chats:
        raise Refused("not_first_chats", "The first chats of this listener are over: they go on alone.")
    await engine_call(observe(lines, database, band, chat, asked.by, asked.now_ms))


async def _detach(asked: Asked) -> None:
    lines = lines_of(asked)
    band, chat = await engine_call(found_chat(lines, asked.part("chat_id")))
    by, now_ms = asked.by.person_id, asked.now_ms
    await engine_call(stop_observing(lines, asked.deps.database, band, chat.chat_id, by, now_ms))


ATTACHING = (
    Endpoint(
        method="PUT",
        path=_PLACE,
        act=_attach,
        status=204,
        who=SUPERVISORS,
        refusals=(404, 409),
        summary="Attach oneself to an open chat of a new listener: read along, and write to the listener alone.",
    ),
    Endpoint(
        method="DELETE",
        path=_PLACE,
        act=_detach,
        status=204,
        who=SUPERVISORS,
        refusals=(404,),
        summary="Detach oneself again.",
    ),
)
