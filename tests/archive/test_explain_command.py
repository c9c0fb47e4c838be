"""`tealight routing explain`: what it prints, and what it says where there is nothing, or no engine."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chat.conversation.offer_tables import OfferRow
from config.database import Database
from tealight.routing_cli import app
from tests.helpers.staff import add


async def test_an_archived_chat_is_explained_without_the_engine(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    database = Database(sqlite_url)
    fern = (await add(database, "fern")).person_id
    told = [
        (1, "L|topic|en:0.0.0:90000,en:2.2.512:20000", "declined", 70),
        (4, "S|free|p_other:50:0," + fern + ":0:1", "accepted", 95),
    ]
    async with database.write() as session:
        for turn, note, outcome, waited_s in told:
            session.add(
                OfferRow(
                    offer_id=f"c1.{turn}",
                    chat_id="c1",
                    turn=turn,
                    language="en",
                    age_band="adult",
                    cell="0.0.0",
                    listener_id=fern,
                    made_at_ms=1_700_000_000_000 + 1000 * waited_s,
                    arrived_at_ms=1_700_000_000_000,
                    note=note,
                    outcome=outcome,
                )
            )
    await database.close()
    said = await explain("c1")
    assert said.exit_code == 0
    assert said.stderr == "The engine can't be reached: what was not archived yet is missing.\n"
    assert said.stdout.splitlines() == [
        "Chat c1: en, adult, risk 0; the seeker came at 2023-11-14 22:13:20 UTC.",
        "",
        f"Offer c1.1 to Fern ({fern}), 2023-11-14 22:14:30 UTC, after 70 s: a listener got room.",
        "  Why: It suits what Fern is trained in; that may go before whoever came at most 30 s earlier.",
        "  Went before somebody who had waited 20 s longer (en, risk 0: 90 s, 50 % of 180 s).",
        "  Lines compared, the one that goes first at the top:",
        "    en, risk 0: 90 s, 50 % of 180 s",
        "    en, risk 2 (takes high, suicide): 20 s, 33 % of 60 s",
        "  What became of it: declined.",
        "",
        f"Offer c1.4 to Fern ({fern}), 2023-11-14 22:14:55 UTC, after 95 s: "
        "the request came, or came back to the line.",
        "  Why: Fern had the least of their capacity in use (0 %).",
        "  Listeners compared:",
        "    p_other: 50 % of their capacity in use",
        f"    Fern ({fern}): 0 % of their capacity in use, trained in what it is about",
        "  What became of it: accepted.",
    ]
    one = await explain("c1.4")
    assert "Offer c1.4" in one.stdout and "Offer c1.1" not in one.stdout
    for unknown, sentence in (
        ("c2", "There is no chat that was offered to somebody with the id c2."),
        ("c1.2", "There is no offer with the id c1.2."),
        ("c1.x", "'c1.x' is neither a chat's id nor an offer's (<chat>.<turn>)."),
    ):
        nothing = await explain(unknown)
        assert (nothing.exit_code, nothing.stdout) == (1, "")
        assert nothing.stderr.splitlines()[-1] == sentence


async def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    said = await explain("c1")
    assert (said.exit_code, said.stdout) == (1, "")
    missing = tmp_path / "no" / "such" / "folder.db"
    assert said.stderr == f"There is no database {missing}; DATA_DIR names the folder of a service that has run.\n"
    assert not missing.exists()
    (tmp_path / "other.db").write_text("this is no database, but it is a file of some length\n" * 40)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    said = await explain("c1")
    assert said.exit_code == 1 and said.stderr.startswith("The database can't be read or written (")


async def explain(which: str) -> Result:
    """In a thread: the command runs a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["explain", which])
