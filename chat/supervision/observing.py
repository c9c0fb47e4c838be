"""A supervisor reads along in an open chat, and everybody in it knows (docs/supervision.md)."""

from chat.accounts.audit import record
from chat.accounts.refusal import Refused
from chat.accounts.staff import StaffMember
from chat.conversation.offers import chat_fields
from chat.protocol.commands import SUPERVISOR
from config.database import Database
from routing.actions.lines import Lines
from routing.store.snapshots import ChatRecord, chat_record

_REFUSALS = {
    b"chat_not_open": Refused("no_such_chat", "This chat is not open any more, or another listener has it."),
    b"already_observed": Refused("already_observed", "Another supervisor is attached to this chat."),
    b"kept_apart": Refused("kept_apart", "You can't be attached to this chat: you were in it, or are kept apart."),
}


def may_observe(staff: StaffMember, band: str) -> bool:
    """May this person read along in chats of this age band at all?"""
    return staff.is_active and staff.role in SUPERVISOR and band in staff.age_bands


async def found_chat(lines: Lines, chat_id: str) -> tuple[str, ChatRecord]:
    """The age band of a chat and how it stands. Raises Refused, RedisAway, RedisRefused."""
    for band, shard in lines.shards.items():
        fields = await chat_fields(shard, chat_id)
        if fields:
            return band, chat_record(chat_id, fields)
    raise no_such_chat()


def no_such_chat() -> Refused:
    """As is said of a chat that concerns whoever asks no more than one that is not there."""
    return Refused("no_such_chat", "There is no such chat, or it is over.")


async def observe(
    lines: Lines, database: Database, band: str, chat: ChatRecord, observer: StaffMember, now_ms: int
) -> None:
    """Attach a supervisor to a chat. A repeat is harmless. Raises Refused, RedisAway, RedisRefused.

    The line in the audit log is written first: a look that leaves no line can't happen.
    """
    if not may_observe(observer, band):
        raise Refused("no_clearance", "You hold no clearance for chats of this age band.")
    if chat.observer == observer.person_id:
        return
    async with database.write() as session:
        detail = {"listener_id": chat.listener}
        record(session, by=observer.person_id, act="observe_chat", about=chat.chat_id, at_ms=now_ms, detail=detail)
    answer = await lines.call(band, "observe", chat.chat_id, observer.person_id, observer.display_name, chat.listener)
    if answer != b"done":
        raise _REFUSALS[answer]


async def stop_observing(lines: Lines, database: Database, band: str, chat_id: str, by: str, now_ms: int) -> None:
    """Detach them again; nothing where they were not there. Raises RedisAway, RedisRefused."""
    if await lines.call(band, "stop_observing", by, chat_id) == b"done":
        async with database.write() as session:
            record(session, by=by, act="stop_observing", about=chat_id, at_ms=now_ms)
