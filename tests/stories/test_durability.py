"""What `done` is worth at each level: what a killed engine costs, and what a machine that lost its power does."""

import asyncio
import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.engines.valkey import socket_path
from tests.helpers.person import PATIENCE_S, Person
from tests.helpers.service import Service, standing_still, starting, until
from tests.helpers.wire import WireClosed
from tests.helpers.world import World


@pytest.fixture(scope="module")
def everysec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose engine leaves the disk a second."""
    with starting(tmp_path_factory.mktemp("everysec"), DURABILITY="everysec") as service:
        yield service
        service.check_log()


def newest_file(service: Service) -> Path:
    """The engine's append-only file that is being written."""
    return max((service.data_dir / "valkey" / "appendonlydir").glob("*.incr.aof"))


@contextmanager
def without_power(service: Service) -> Iterator[None]:
    """The engine is killed, and not started again before the end."""
    service.process.send_signal(signal.SIGSTOP)
    try:
        killed = service.kill("valkey")
        until(lambda: killed not in service.children("valkey"))
        yield
    finally:
        service.process.send_signal(signal.SIGCONT)


def gets_its_older_files(service: Service, older: Path) -> None:
    """The engine loses its power, and is started from these files again."""
    with without_power(service):
        shutil.rmtree(newest_file(service).parent)
        shutil.copytree(older, service.data_dir / "valkey" / "appendonlydir")


def may_say_again(person: Person, chat_id: str, messages: list[dict[str, Any]]) -> None:
    """These messages of theirs are not in the log any more; clients whose epoch changed send them anew."""
    for message in messages:
        person.typed.pop((chat_id, message["message_id"]), None)


async def comes_in(person: Person) -> None:
    """Says hello until the engine answers again."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await person.comes()
                return
            except (WireClosed, TimeoutError):
                await asyncio.sleep(0.1)


def loses_what_is_published(service: Service) -> None:
    """The engine closes all links on which it publishes; who stands still does not come back to hear more."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(30)
        line.connect(str(socket_path(service.data_dir)))
        line.sendall(b"CLIENT KILL TYPE pubsub\r\n")
        assert int(line.recv(64).strip(b":\r\n")) >= 2


async def is_in_another_epoch(person: Person, chat_id: str, *known: str) -> None:
    """Wait until they are told that the log is not the one that they held."""
    await person._until(lambda: person.logs[chat_id].epoch not in known or None, PATIENCE_S, "another epoch")


async def test_a_killed_engine_loses_nothing_and_a_lost_machine_the_last_moment(everysec: Service) -> None:
    about = json.loads((await asyncio.to_thread(everysec.get, "/api/about"))[1])
    assert (about["durability"], about["durability_wanted"], about["is_durability_met"]) == ("everysec",) * 2 + (True,)
    world = await World(everysec).opens()
    older = everysec.data_dir / "older"
    try:
        seeker, listener, chat_id = await world.they_talk()
        seeker.keeps_coming_back()
        listener.keeps_coming_back()
        for number in range(5):
            await seeker.says(chat_id, f"{number}")
        # The process is gone, the machine is not: what was written is the kernel's to keep.
        with without_power(everysec):
            pass
        await listener.says(chat_id, "still here")
        await world.everyone_agrees()
        first_epoch = seeker.logs[chat_id].epoch
        assert seeker.logs[chat_id].seq == 6

        on_disk = newest_file(everysec).stat().st_size
        lost = [await seeker.says(chat_id, f"the last second {number}") for number in range(3)]
        await world.everyone_agrees()
        # The power goes before the last second was written: the file ends where it was, in the middle of a command.
        with without_power(everysec):
            os.truncate(newest_file(everysec), on_disk + 7)
            shutil.copytree(newest_file(everysec).parent, older)
        for message in lost:
            # As the protocol asks of clients whose epoch changed: what the log lacks is sent again.
            del seeker.typed[chat_id, message["message_id"]]
        # Whoever held more than the log is told so before anything takes a number that was given already.
        for person in (seeker, listener):
            await is_in_another_epoch(person, chat_id, first_epoch)
        for message in lost:
            done = await seeker.does(
                "send_message", chat_id=chat_id, message_id=message["message_id"], text=message["text"]
            )
            seeker.typed[chat_id, message["message_id"]] = (message["text"], done["seq"])
            await listener.has_heard(message["text"], chat_id)
        await listener.says(chat_id, "and on")
        await world.everyone_agrees()
        assert [m["text"] for m in listener.logs[chat_id].messages.values()][6:9] == [m["text"] for m in lost]

        # The same files once more: their log is of the first epoch, in which somebody may still hold nine messages.
        second_epoch = seeker.logs[chat_id].epoch
        said_since = [m for m in listener.logs[chat_id].messages.values() if m["seq"] > 6]
        gets_its_older_files(everysec, older)
        for person in (seeker, listener):
            may_say_again(person, chat_id, said_since)
        for person in (seeker, listener):
            await is_in_another_epoch(person, chat_id, first_epoch, second_epoch)
        await listener.says(chat_id, "from here")
        await world.everyone_agrees()

        # And once more while nobody is there of whom a process could know what they hold: they say so themselves.
        third_epoch = seeker.logs[chat_id].epoch
        said_since = [m for m in listener.logs[chat_id].messages.values() if m["seq"] > 6]
        for person in (seeker, listener):
            await person.leaves()
        gets_its_older_files(everysec, older)
        for person in (seeker, listener):
            may_say_again(person, chat_id, said_since)
        for person in (seeker, listener):
            await comes_in(person)
        assert seeker.logs[chat_id].epoch not in (first_epoch, second_epoch, third_epoch)
        await seeker.says(chat_id, "from here again")
        await world.everyone_agrees()
    finally:
        await world.ends()


async def test_others_who_wrote_on_in_an_older_state_hide_nothing(everysec: Service) -> None:
    """One process was sent two messages that the restored engine lacks, and the other one's people write two first."""
    world = await World(everysec).opens()
    try:
        seeker, listener, chat_id = await world.they_talk()
        await seeker.leaves()
        await listener.leaves()
        near, far = everysec.children("web")
        with standing_still(far):
            await seeker.comes()
        with standing_still(near):
            await listener.comes()
        seeker.keeps_coming_back()
        listener.keeps_coming_back()
        await seeker.says(chat_id, "before")
        await world.everyone_agrees()
        first_epoch = seeker.logs[chat_id].epoch
        on_disk = newest_file(everysec).stat().st_size

        with standing_still(near):
            loses_what_is_published(everysec)
            lost = [await listener.says(chat_id, f"unheard {number}") for number in range(2)]
            for message in lost:
                await listener.has_heard(message["text"], chat_id)
            with without_power(everysec):
                os.truncate(newest_file(everysec), on_disk)
            os.kill(far, signal.SIGSTOP)
        try:
            theirs = [await seeker.says(chat_id, f"in the older state {number}") for number in range(2)]
        finally:
            os.kill(far, signal.SIGCONT)
        assert [message["seq"] for message in theirs] == [message["seq"] for message in lost], "the heads are equal"
        for person in (seeker, listener):
            await is_in_another_epoch(person, chat_id, first_epoch)
        for message in lost:
            del listener.typed[chat_id, message["message_id"]]
            done = await listener.does(
                "send_message", chat_id=chat_id, message_id=message["message_id"], text=message["text"]
            )
            listener.typed[chat_id, message["message_id"]] = (message["text"], done["seq"])
            await seeker.has_heard(message["text"], chat_id)
        await world.everyone_agrees()
        assert listener.logs[chat_id].seq == 5
    finally:
        await world.ends()
