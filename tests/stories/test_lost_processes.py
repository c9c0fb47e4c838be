"""A web process dies without a word: who talks with its people is told at once, and nobody is offered to them."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.person import Person
from tests.helpers.service import ROOT, Service, free_port, until
from tests.helpers.world import World

#: A tick of a second, and a refresh. Without being looked for it would be the lease's 15 s.
AT_ONCE_S = 4.0
#: Links to the engine are given some time to come back.
FROM_AFAR_S = 8.0


async def test_the_other_side_is_told_at_once(world: World) -> None:
    """Of some chats one side is on the killed process and the other isn't: those who stay see who is gone."""
    pairs = [await world.they_talk() for _ in range(4)]
    both: list[tuple[Person, Person, str]] = [(s, li, c) for s, li, c in pairs] + [(li, s, c) for s, li, c in pairs]
    while not _is_split(world, both):
        for seeker, _, _ in pairs:  # another try at which process takes whom
            await seeker.leaves()
            await seeker.comes()
    for person, _, _ in both:
        person.forgets("presence_changed")
    lost = _on_the_first(world, both)
    left = [(stays, gone, chat_id) for stays, gone, chat_id in both if gone.name in lost and stays.name not in lost]
    assert left, "every chat had both its people on one process"
    taking = world.service.taking()
    await asyncio.to_thread(world.service.kill, "web")
    for stays, gone, chat_id in left:
        await stays.sees("presence_changed", chat_id=chat_id, person_id=gone.person_id, is_present=False)
    assert taking.seconds() < AT_ONCE_S
    for person, _, _ in both:
        if person.name in lost:
            await person.wire.closes()
            await person.comes()
    for stays, gone, chat_id in left:
        await stays.sees("presence_changed", chat_id=chat_id, person_id=gone.person_id, is_present=True)
        await stays.says(chat_id, "there you are")
    await world.everyone_agrees()


def _is_split(world: World, both: list[tuple[Person, Person, str]]) -> bool:
    """Do the two of some chat, one on either side, hang on different processes?"""
    first = _on_the_first(world, both)
    return any((stays.name in first) != (gone.name in first) for stays, gone, _ in both)


def _on_the_first(world: World, both: list[tuple[Person, Person, str]]) -> set[str]:
    """Names of those who hang on the web process that would be killed next."""
    first = _inodes(world.service.children("web")[0])
    return {person.name for person, _, _ in both if _server_inode(person, world.service.port) in first}


def _inodes(pid: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(descriptor.readlink().name.removeprefix("socket:[").removesuffix("]"))
    return found


def _server_inode(person: Person, port: int) -> str:
    local = person.wire._socket.transport.get_extra_info("sockname")[1]
    for line in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:]):
        if line[1].endswith(f":{port:04X}") and line[2].endswith(f":{local:04X}"):
            return line[9]
    return ""


@pytest.fixture
def elsewhere(service: Service, tmp_path: Path) -> Iterator[Service]:
    """One more web process of the same service, which nobody here can see in the process table."""
    folder, port = service.data_dir, free_port()
    env = service.env | {
        "PORT": str(port),
        "REDIS_URL": f"unix://{folder}/run/valkey.sock",
        "DATABASE_URL": f"sqlite:///{folder}/tealight.db",
        "SECRET_KEY": (folder / "secret_key").read_text().strip(),
    }
    words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", sys.executable, "-m", "tealight", "web"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    there = dataclasses.replace(service, process=process, port=port)
    try:
        until(lambda: there.is_ready() or process.poll() is not None)
        if process.poll() is not None:
            pytest.skip(f"no process namespace of our own here: {(tmp_path / 'web.log').read_text()[:200]}")
        yield there
    finally:
        process.kill()
        process.wait()


async def test_a_process_of_another_machine_is_not_waited_for_until_its_lease_ends(
    world: World, elsewhere: Service
) -> None:
    seeker, listener, chat_id = await world.they_talk()
    idle = await world.listener_is_available()
    for person in (listener, idle):
        await person.leaves()
        person.service = elsewhere
        await person.comes()
    await seeker.has_heard((await listener.says(chat_id, "I moved"))["text"], chat_id)
    await asyncio.sleep(3)  # the others have seen its link to the engine, at which they look every second
    seeker.forgets("presence_changed")
    pid = elsewhere.process.pid
    taking = world.service.taking()
    os.kill(int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]), signal.SIGKILL)
    await seeker.sees("presence_changed", person_id=listener.person_id, is_present=False)
    assert taking.seconds() < FROM_AFAR_S
    other = await world.seeker_arrives()
    assert other.asked["place"] == 1, "nobody is offered to a listener whose process died"
    idle.service = listener.service = world.service
    await idle.comes()
    await idle.sees_offer(request_id=other.request_id)
    await listener.comes()
    await listener.says(chat_id, "and back again")
    await world.everyone_agrees()
