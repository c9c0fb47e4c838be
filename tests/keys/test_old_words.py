"""Words that an older version left in clear are sealed once, readable with the chat's key, and gone from the files."""

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import create_engine, select, text

from chat.conversation import aftermath
from chat.conversation.data_keys import DataKeys
from chat.conversation.facts_tables import FeedbackCommentRow, ReportRow, WrapUpNoteRow
from chat.conversation.sealing_old import PLACES, are_in_clear, seal_old
from config import migrations
from config.database import Database, migrate, url_of
from config.master_keys import MasterKeys, path_of
from config.settings import load
from listener_training.practising.old_words import PRACTICE_PLACES
from listener_training.practising.playing import DEBRIEF
from listener_training.practising.tables import PracticeChatRow
from tealight.old_words import seal_old_words
from tests.helpers.staff import add

WORDS = "nobody else shall read this"


def practice(person_id: str) -> PracticeChatRow:
    times = {"begun_at_ms": 1, "opened_at_ms": 2, "ended_at_ms": 3, "lease_until_ms": 0}
    names = {"practice_id": "x1", "chat_id": "cp", "person_id": person_id, "scenario": "grief", "version": "1"}
    more: dict[str, Any] = {"seed": 1, "age_band": "adult", "pace": 1, "holder": "", "turns": []}
    return PracticeChatRow(**names, **times, **more, debrief={"after": [WORDS]}, note=WORDS)


async def test_old_words_are_sealed_and_emptied(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    keys = DataKeys(database, MasterKeys("", path_of(tmp_path)))
    tara = await add(database, "tara", "listener", now_ms=1, is_cleared=False)
    async with database.write() as session:
        session.add(practice(tara.person_id))
        session.add_all(FeedbackCommentRow(chat_id=f"c{n}", at_ms=1, comment=f"{WORDS} {n}") for n in range(230))
        session.add(ReportRow(chat_id="c1", person_id="s1", by_role="seeker", at_ms=1, reason="a", block=False))
        report = {"by_role": "listener", "at_ms": 1, "reason": "a", "block": False, "comment": WORDS}
        session.add(ReportRow(chat_id="c1", person_id="p1", **report))
        session.add(WrapUpNoteRow(chat_id="cn", listener_id="p1", at_ms=1, note=WORDS))

    def is_in_clear() -> bool:
        return any(WORDS.encode() in path.read_bytes() for path in tmp_path.glob("tealight.db*"))

    assert is_in_clear()
    places = (*PLACES, *PRACTICE_PLACES)
    assert await are_in_clear(database, places)
    assert await seal_old(database, keys, places) == 230 + 1 + 1 + 2
    assert await seal_old(database, keys, places) == 0
    assert not is_in_clear()
    assert not await are_in_clear(database, places)
    async with database.read() as session:
        comment = (await session.scalars(select(FeedbackCommentRow).where(FeedbackCommentRow.chat_id == "c7"))).one()
        reports = {row.person_id: row for row in await session.scalars(select(ReportRow))}
        note = (await session.scalars(select(WrapUpNoteRow))).one()
        row = (await session.scalars(select(PracticeChatRow))).one()
    assert reports["s1"].sealed is None
    for chat_id, kind, by_id, sealed, words in (
        ("c7", aftermath.COMMENT, "", comment.sealed, f"{WORDS} 7"),
        ("c1", aftermath.REPORT, "p1", reports["p1"].sealed, WORDS),
        ("cn", aftermath.NOTE, "p1", note.sealed, WORDS),
        ("cp", DEBRIEF, tara.person_id, row.sealed, f'{{"after": ["{WORDS}"]}}'),
        ("cp", aftermath.NOTE, tara.person_id, row.sealed_note, WORDS),
    ):
        key = await keys.of(chat_id)
        assert key is not None
        assert sealed is not None
        assert key.unseal_note(kind, by_id, sealed) == words
    await database.close()


def test_a_database_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    """As `tealight migrate` does it: the schema, then the words, which stand in no file afterwards."""
    path = tmp_path / "tealight.db"
    settings = load({"DATABASE_URL": f"sqlite:///{path}", "DATA_DIR": str(tmp_path / "data")})
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        alembic = migrations.configuration()
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0006")
        connection.execute(text("INSERT INTO feedback_comments VALUES ('c1', 1, :words)"), {"words": WORDS})
        connection.execute(text("INSERT INTO wrap_up_notes VALUES ('c1', 'p1', 1, :words)"), {"words": WORDS})
        report = "INSERT INTO reports VALUES ('c1', 's1', 'seeker', 1, 'other', :words, 0)"
        connection.execute(text(report), {"words": WORDS})
    engine.dispose()
    assert WORDS.encode() in path.read_bytes()
    migrate(url_of(settings))
    seal_old_words(settings)
    assert not [file for file in tmp_path.glob("tealight.db*") if WORDS.encode() in file.read_bytes()]
    with engine.connect() as connection:
        for table, clear in (("feedback_comments", "comment"), ("wrap_up_notes", "note"), ("reports", "comment")):
            row = connection.execute(text(f"SELECT {clear}, sealed FROM {table}")).one()
            assert row[0] is None
            assert row[1]
    engine.dispose()
