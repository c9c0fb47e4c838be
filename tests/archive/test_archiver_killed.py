"""`tealight archiver` itself, killed again and again in the middle of its work."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from chat.conversation.archive import FORGET_AFTER_MS
from chat.conversation.retention import DAY_MS
from chat.conversation.transcripts import unpack
from config.clock import now_ms
from config.engines.valkey import ThrowAwayValkey
from tests.helpers.service import ROOT, until
from tests.store.place import Place

CHATS_A_ROUND = 25
ROUNDS = 3
#: On a busy machine it may be done before anybody sees that it began.
MOST_ROUNDS = 15


@contextmanager
def archiver(env: dict[str, str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    with output.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tealight", "archiver"], cwd=ROOT, env=env, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(60)


def talk(place: Place, database: sqlite3.Connection, name: str) -> str:
    """A chat of three messages that ended more than an hour ago; its id."""
    seeker, bo = place.seeker(name), place.listener("bo")
    chat = seeker.asks()
    row = (chat, b"wrapped", "m", now_ms())
    database.execute("INSERT INTO chat_keys (chat_id, wrapped, master_id, made_at_ms) VALUES (?, ?, ?, ?)", row)
    database.commit()
    bo.accepts()
    for number in range(3):
        seeker.writes(chat, f"{name} {number}")
    seeker.ends(chat)
    bo.finishes(chat)
    return chat


def test_killed_again_and_again_it_archives_every_chat_once(
    place: Place, valkey: ThrowAwayValkey, sqlite_url: str, tmp_path: Path
) -> None:
    env = {**os.environ, "REDIS_URL": valkey.url, "DATABASE_URL": sqlite_url, "SECRET_KEY": "s" * 32}
    env |= {"REGION": "test", "DATA_DIR": str(tmp_path)}
    place.now_ms = now_ms() - FORGET_AFTER_MS - 60_000
    place.listener("bo").comes()
    told: dict[str, str] = {}
    with closing(sqlite3.connect(tmp_path / "tealight.db", timeout=60)) as database:

        def archived() -> int:
            return int(database.execute("SELECT count(*) FROM archived_chats").fetchone()[0])

        def is_done() -> bool:
            return not [key for key in place.all_keys() if key.startswith((place.key("chat"), place.key("log")))]

        in_the_middle = 0
        for number in range(MOST_ROUNDS):
            for one in range(CHATS_A_ROUND):
                name = f"s{number}-{one}"
                told[talk(place, database, name)] = name
            before = archived()
            with archiver(env, tmp_path / "said"):
                # Each round it gets a little further: into the writing, into the forgetting.
                until(lambda b=before, n=in_the_middle: archived() > b + 8 * n)  # type: ignore[misc]
            in_the_middle += not is_done()
            if in_the_middle == ROUNDS:
                break
        assert in_the_middle == ROUNDS, "it was always done before it was killed"
        old = ("c-old", "adult", "e", 0, "", b"", now_ms() - 31 * DAY_MS, now_ms())
        database.execute(f"INSERT INTO archived_chats VALUES ({', '.join('?' * len(old))})", old)
        database.commit()
        with archiver(env, tmp_path / "said") as last:
            # What was kept for long enough goes, too.
            until(lambda: is_done() and archived() == len(told))
            last.terminate()
            assert last.wait(60) == 0
        rows = database.execute("SELECT chat_id, entries, sha256, count FROM archived_chats").fetchall()
        assert sorted(chat_id for chat_id, *_ in rows) == sorted(told)
        for chat_id, entries, sha256, count in rows:
            assert count == 3
            assert [e.text.decode() for e in unpack(entries, sha256)] == [f"{told[chat_id]} {n}" for n in range(3)]
        (facts,) = database.execute("SELECT count(*) FROM chat_facts").fetchone()
        (aside,) = database.execute("SELECT count(*) FROM set_aside_chats").fetchone()
        assert (facts, aside) == (len(told), 0)
    assert "Traceback" not in (tmp_path / "said").read_text()
