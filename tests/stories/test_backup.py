"""A service ends in order and is made again from a backup: who talked goes on, and what anybody still holds is kept."""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.helpers.person import Person
from tests.helpers.service import Service, is_there, starting
from tests.helpers.wire import WireClosed
from tests.helpers.world import World
from tests.stories.test_archived import archived

PASSPHRASE = "correct horse battery"


def found_in(folder: Path, piece: bytes) -> list[str]:
    """Files of a folder that hold these bytes."""
    return [path.name for path in folder.rglob("*") if path.is_file() and piece in path.read_bytes()]


async def comes_to(person: Person, service: Service) -> None:
    person.service = service
    await person.comes()


async def with_passphrase(service: Service, *words: str) -> tuple[int, str, str]:
    """Run a command while whoever is connected goes on."""
    return await asyncio.to_thread(service.command, *words, "--passphrase-stdin", stdin=f"{PASSPHRASE}\n")


async def ends_in_order(world: World, seeker: Person, listener: Person, chat_id: str) -> None:
    """SIGTERM with open chats: going_away, still working, 4000, exit code 0 within 10 s, nothing left behind."""
    service = world.service
    pids = [service.process.pid, *service.children()]
    assert len(pids) == 7
    taking = service.taking()
    stopping = asyncio.create_task(asyncio.to_thread(service.stop))
    await seeker.sees("going_away")
    last = {"chat_id": chat_id, "message_id": "last", "text": seeker.types("a last word")}
    try:
        assert (await seeker.wire.ask("send_message", **last))["type"] == "done"
        await listener.has_heard(last["text"], chat_id)
    except WireClosed:
        assert taking.machines_share_s() > 0.5, "whoever is told to go has more than a second for a last word"
    await asyncio.gather(*[person.sees("going_away") for person in world.people if person is not seeker])
    codes = await asyncio.gather(*[person.wire.closes() for person in world.people])
    assert codes == [4000] * len(world.people)
    code, took_s = await stopping
    assert code == 0 and took_s < 10
    assert not [pid for pid in pids if is_there(pid)]
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", service.port), timeout=1):
        pass


async def test_a_chat_goes_on_in_a_service_that_was_restored(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    (tmp_path / "first").mkdir()
    with starting(tmp_path / "first") as first:
        world = await World(first).opens()
        earlier, _, earlier_id = await world.they_talk()
        said_earlier = (await earlier.says(earlier_id, "this one is over"))["text"]
        await earlier.asks("end_chat", chat_id=earlier_id)
        await archived(world, earlier_id)
        seeker, listener, chat_id = await world.they_talk()
        for number in range(4):
            await (seeker if number % 2 else listener).says(chat_id, f"before {number}")
        code, said, wrong = await with_passphrase(first, "backup", str(backups))
        assert (code, wrong) == (0, ""), wrong
        assert "no key" in said
        for number in range(4):
            await (seeker if number % 2 else listener).says(chat_id, f"after {number}")
        await world.everyone_agrees()
        old_epoch = seeker.logs[chat_id].epoch
        assert not [words for words in first.typed if found_in(backups, words.encode())]
        assert found_in(backups, earlier_id.encode()), "the search finds what is there"
        code, _, wrong = await with_passphrase(first, "restore", str(backups))
        assert code == 2 and "already runs on" in wrong
        await world.seeker_arrives()
        await ends_in_order(world, seeker, listener, chat_id)
    first.check_log()

    (tmp_path / "second").mkdir()
    second_data = str(tmp_path / "second" / "data")
    code, said, wrong = await with_passphrase(first, "restore", str(backups), "--data-dir", second_data)
    assert code == 0, wrong
    assert "2 chats go on where they were" in said
    with starting(tmp_path / "second") as second:
        people = (seeker, listener)
        for person in people:
            await comes_to(person, second)
        assert seeker.logs[chat_id].epoch == listener.logs[chat_id].epoch != old_epoch
        assert seeker.logs[chat_id].seq == 4, "what the backup held"
        # As clients do after another epoch: their own messages again, under the same ids.
        for person in people:
            for (chat, message_id), (text, _) in list(person.typed.items()):
                if chat == chat_id:
                    done = await person.does("send_message", chat_id=chat_id, message_id=message_id, text=text)
                    person.typed[chat, message_id] = (text, done["seq"])
        await seeker.says(chat_id, "all is there again")
        world.service = second
        await world.everyone_agrees()
        assert seeker.logs[chat_id].seq == 9
        again = World(second)
        again.people = world.people
        assert [message.text for message in (await archived(again, earlier_id)).messages] == [said_earlier]
        new_seeker, new_listener, _ = await (await again.opens()).they_talk()
        assert new_seeker.person_id != new_listener.person_id
        await again.ends()
        second.typed.update(first.typed)
        second.check_log()
    await world.database.close()
