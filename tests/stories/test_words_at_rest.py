"""Nothing that anybody wrote stands readable in any file of the service."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hiredis
import pytest
from sqlalchemy import text

from chat.conversation.data_keys import DataKeys
from config.engines.valkey import socket_path
from config.master_keys import MasterKeys, path_of
from tests.helpers.grep import forms_of, found_in
from tests.helpers.service import Service
from tests.helpers.trainee import trainee
from tests.helpers.world import World


class Engine:
    """The embedded engine, asked directly."""

    def __init__(self, service: Service) -> None:
        self._path = str(socket_path(service.data_dir))

    async def ask(self, *words: bytes | str | int) -> Any:
        reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            writer.write(hiredis.pack_command(words))
            parser = hiredis.Reader()
            while (answer := parser.gets()) is False:
                parser.feed(await asyncio.wait_for(reader.read(65536), 30))
            return answer
        finally:
            writer.close()

    async def saves(self) -> None:
        """A dump beside the append-only file, with strings as they are: compressed ones would hide from a search."""
        await self.ask("CONFIG", "SET", "rdbcompression", "no")
        assert b"started" in await self.ask("BGSAVE")
        while b"rdb_bgsave_in_progress:1" in await self.ask("INFO", "persistence"):
            await asyncio.sleep(0.05)
        assert b"rdb_last_bgsave_status:ok" in await self.ask("INFO", "persistence")


def files_of(service: Service) -> list[Path]:
    """Everything that the service keeps, and what it printed."""
    return [service.output, *[path for path in service.data_dir.rglob("*") if path.is_file()]]


@pytest.fixture
def dump(service: Service) -> Iterator[Path]:
    """Where the dump comes to stand; taken away afterwards."""
    path = service.data_dir / "valkey" / "dump.rdb"
    yield path
    path.unlink(missing_ok=True)


async def test_no_file_holds_a_word_that_was_written(world: World, service: Service, dump: Path) -> None:
    written: list[str] = []

    def words(what: str) -> str:
        # Letters that JSON escapes and base64 mixes up, and nothing that a page or a course says.
        written.append(f"Zwiebelkönig »{what}« in {world.language}")
        return written[-1]

    seeker, listener, chat_id = await world.they_talk(first_words=words("first words"))
    await seeker.says(chat_id, words("a seeker's message"))
    await listener.says(chat_id, words("a listener's message"))
    await listener.asks("report", chat_id=chat_id, reason="other", comment=words("a report"), block=False)
    # A stranger's client, which takes the words for programs for words of people.
    await seeker.asks("report", chat_id=chat_id, reason=words("a reason"), block=False)
    await seeker.asks("end_chat", chat_id=chat_id, reason=words("a goodbye"))
    await seeker.asks("give_feedback", chat_id=chat_id, rating=5, comment=words("a comment"))
    await seeker.asks("report", chat_id=chat_id, reason="other", comment=words("another report"), block=False)
    await listener.asks("finish_wrap_up", chat_id=chat_id, note=words("a note"))
    waiting = await world.seeker_arrives(first_words=words("words of somebody who waits"))
    tara = await trainee(world)
    await tara.begins("prank")
    await tara.meets()
    await tara.replies(1, words("a trainee's reply"))
    await tara.asks("end_chat", chat_id=tara.chat_id)
    debrief = await tara.debrief()
    await tara.asks("finish_wrap_up", chat_id=tara.chat_id, note=words("a trainee's note"))
    assert "Zwiebelkönig »a trainee's reply«" in json.dumps(debrief, ensure_ascii=False)
    await world.everyone_agrees()

    engine = Engine(service)
    planted = "Zwiebelkönig »planted« in the engine"
    await engine.ask("SET", "planted", planted)
    await engine.saves()
    await engine.ask("DEL", "planted")
    assert {name for name, form, _ in found_in(files_of(service), [planted]) if form == "utf-8"} >= {dump.name}
    assert any("aof" in name for name, _, _ in found_in(files_of(service), [planted])), "the search sees nothing"
    async with world.database.read() as session:
        sealed = [(await session.execute(text(f"SELECT count(sealed) FROM {table}"))).scalar_one() for table in SEALED]
    assert all(sealed)
    assert found_in(files_of(service), written) == set()
    await waiting.asks("leave_line", request_id=waiting.request_id)


SEALED = ("feedback_comments", "reports", "wrap_up_notes", "practice_chats")


async def test_the_search_finds_words_in_every_form(tmp_path: Path) -> None:
    words = "Zwiebelkönig »grün« und so"
    for at, (form, what) in enumerate(forms_of(words).items()):
        path = tmp_path / f"{at}"
        path.write_bytes(b"before" + what + b"after")
        assert (path.name, form) in {(name, form) for name, form, _ in found_in([path], [words])}
    whole = tmp_path / "whole"
    whole.write_text(json.dumps({"text": words}))
    assert {form for _, form, _ in found_in([whole], [words])} == {"json"}


async def test_a_damaged_message_is_one_sign_and_a_line_of_the_log(world: World, service: Service) -> None:
    """Somebody who can write into the engine puts no words into anybody's mouth, and makes no hole in the log."""
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "what I wrote")
    await listener.says(chat_id, "what you wrote")
    for someone in (seeker, listener):  # else the log may still be read for them after it was changed
        for seq in (1, 2):
            await someone.sees("message_added", chat_id=chat_id, seq=seq)
    engine = Engine(service)
    key = f"{{a:main}}:g:{chat_id}"
    entries = await engine.ask("XRANGE", key, "-", "+")
    (_, mine), (_, yours) = entries
    await engine.ask("DEL", key)
    for number, fields, sealed in ((1, mine, yours[7]), (2, yours, b"in clear")):
        await engine.ask("XADD", key, f"{number}-0", *fields[:7], sealed)
    tab = world.stranger(token=seeker.token)
    await tab.comes()
    for seq in (1, 2):
        await tab.sees("message_added", chat_id=chat_id, seq=seq, text="\ufffd")
    complaints = [line for line in service.log().splitlines() if "message_unreadable" in line]
    assert any(chat_id in line for line in complaints)
    more = await listener.says(chat_id, "we go on")
    await tab.has_heard(more["text"], chat_id)
    world.people.remove(tab)  # who holds another log than the others, as was wanted
    await tab.leaves()


async def test_a_deleted_chat_reads_as_empty_at_once_in_every_process(world: World, service: Service) -> None:
    seeker, listener, chat_id = await world.they_talk()
    said = await seeker.says(chat_id, "soon to be gone")
    tabs = [await world.same_person(person) for person in (seeker, listener) for _ in range(4)]
    for tab in tabs:
        await tab.has_heard(said["text"], chat_id)
    await seeker.asks("end_chat", chat_id=chat_id)
    keys = DataKeys(world.database, MasterKeys("", path_of(service.data_dir)))
    await keys.delete([chat_id])
    for person in (seeker, listener):
        await Engine(service).ask("SPUBLISH", f"{{a:main}}:to:{person.person_id}", f"x\n{chat_id}")
    for tab in tabs:
        tab.forgets("message_added")
        await tab.asks("catch_up", chat_id=chat_id, epoch="", seq=0)
        assert not [frame for frame in tab.unseen if frame["type"] == "message_added"]
    again = {"chat_id": chat_id, "message_id": said["message_id"], "text": said["text"]}
    await seeker.is_refused("no_such_chat", "send_message", **again)
    comment = seeker.types("nothing to keep it with")
    await seeker.is_refused("no_such_chat", "give_feedback", chat_id=chat_id, rating=5, comment=comment)


async def test_an_open_chat_whose_key_is_lost_goes_on_with_a_new_one(world: World, service: Service) -> None:
    """An older database was put back under a service that went on."""
    seeker, listener, chat_id = await world.they_talk()
    await seeker.says(chat_id, "before")
    await DataKeys(world.database, MasterKeys("", path_of(service.data_dir))).delete([chat_id])
    for person in (seeker, listener):
        await Engine(service).ask("SPUBLISH", f"{{a:main}}:to:{person.person_id}", f"x\n{chat_id}")
    await listener.asks("report", chat_id=chat_id, reason="worried", block=False)
    after = await listener.says(chat_id, "after")
    await seeker.has_heard(after["text"], chat_id)
    await listener.asks("report", chat_id=chat_id, reason="worried", comment=listener.types("why"), block=False)
    tab = world.stranger(token=seeker.token)
    await tab.comes()
    await tab.sees("message_added", chat_id=chat_id, seq=1, text="\ufffd")
    await tab.sees("message_added", chat_id=chat_id, seq=2, text=after["text"])
    world.people.remove(tab)
    await tab.leaves()


async def test_the_master_key_is_rotated_while_people_talk(world: World, service: Service) -> None:
    seeker, listener, chat_id = await world.they_talk(first_words="before the rotation")
    code, said, error = await asyncio.to_thread(service.command, "keys", "rotate")
    assert (code, error) == (0, ""), error
    assert "is the new master key" in said
    await listener.says(chat_id, "after it")
    others = await world.they_talk(first_words="wrapped under the new one")
    await others[1].says(others[2], "I am here")
    for person in (seeker, listener, others[0], others[1]):
        for _ in range(2):  # one of the processes has never held these keys
            await world.same_person(person)
    await world.everyone_agrees()
    code, said, _ = await asyncio.to_thread(service.command, "keys", "show")
    assert (code, "MISSING" in said) == (0, False)
    in_use = [line for line in said.splitlines() if line.endswith("chats") and not line.endswith(" 0 chats")]
    assert len(in_use) == 1, said
