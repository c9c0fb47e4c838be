"""Reading along that ended without anybody's choice leaves one line in the audit log, when the chat is archived."""

from sqlalchemy import select

from chat.accounts.tables import AuditRow
from chat.conversation.archive import archive_band
from config.database import Database
from routing.actions.lines import Lines
from tests.store.place import Person, Place


async def lines_of(database: Database, chat: str) -> list[tuple[str, str, int]]:
    """Who, what and when, in the audit log about this chat."""
    async with database.read() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.about == chat).order_by(AuditRow.at_ms))
        return [(row.by, row.act, row.at_ms) for row in rows]


async def test_each_end_that_nobody_chose_is_told_once(place: Place, lines: Lines, database: Database) -> None:
    ada, bo, sam, tim = place.seeker("ada"), place.listener("bo").comes(), Person(place, "sam"), Person(place, "tim")
    chat = ada.asks()
    bo.accepts()
    for supervisor in (sam, tim):
        supervisor.connects()
    place.call("observe", chat, "sam", "Sam", "bo")
    place.call("stop_observing", "sam", chat)
    place.call("observe", chat, "sam", "Sam", "bo")
    sam.disconnects()
    place.passes(31)
    gone_at_ms = place.now_ms
    place.call("observe", chat, "tim", "Tim", "bo")
    place.passes(5)
    ada.ends(chat)
    expected = [("sam", "observing_ended", gone_at_ms), ("tim", "observing_ended", place.now_ms)]
    await archive_band(lines, database, "adult", place.now_ms)
    assert await lines_of(database, chat) == expected, "the first one was chosen, and is noted where that is done"
    place.call("give_feedback", chat, "ada", 5, "")
    await archive_band(lines, database, "adult", place.now_ms)
    assert await lines_of(database, chat) == expected
