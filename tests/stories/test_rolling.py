"""A new release is rolled out while people talk: both work side by side on the same chats, and old processes drain."""

import asyncio
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio

from config.engines.valkey import socket_path
from tests.helpers.person import Person
from tests.helpers.service import ROOT, Service, free_port, until
from tests.helpers.world import World

PACKAGES = ("tealight", "listener_training", "chat", "routing", "config")


@pytest.fixture
def newer(service: Service, tmp_path: Path) -> Iterator[Service]:
    """A web process of another release of the same code: its scripts differ by a comment, so by their version."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)  # what is compiled, too: that spares two seconds
    (tmp_path / "web").symlink_to(ROOT / "web")
    with next((tmp_path / "routing" / "store" / "lua").glob("01_*.lua")).open("a") as script:
        script.write("\n-- another release\n")
    port, folder = free_port(), service.data_dir
    env = service.env | {
        "PORT": str(port),
        "REDIS_URL": f"unix://{socket_path(folder)}",
        "DATABASE_URL": f"sqlite:///{folder}/tealight.db",
        "SECRET_KEY": (folder / "secret_key").read_text().strip(),
        "PYTHONPATH": str(tmp_path),
    }
    words = [sys.executable, "-P", "-m", "tealight", "web"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    there = dataclasses.replace(service, process=process, port=port, output=tmp_path / "web.log")
    try:
        until(lambda: there.is_ready() or process.poll() is not None)
        assert process.poll() is None, (tmp_path / "web.log").read_text()
        yield there
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "Traceback" not in (tmp_path / "web.log").read_text()
    finally:
        process.kill()
        process.wait()


async def test_two_releases_carry_one_chat_while_the_old_one_drains(world: World, newer: Service) -> None:
    seeker, listener, chat_id = await world.they_talk()
    await listener.leaves()
    listener.service = newer
    await listener.comes()
    seeker.keeps_coming_back()
    is_over = False

    async def writes(person: Person) -> int:
        number = 0
        while not is_over:
            number += 1
            await person.says(chat_id, f"{number}")
            await asyncio.sleep(0.02)
        return number

    writing = asyncio.gather(writes(seeker), writes(listener))
    async with redis.asyncio.Redis(unix_socket_path=str(socket_path(world.service.data_dir))) as engine:
        versions = [lib[b"library_name"] for lib in await _libraries(engine)]
        assert len(versions) == 2
        for version in versions:  # each finds its own missing in its turn, and loads it again
            await engine.execute_command("FUNCTION", "DELETE", version)
            await asyncio.sleep(0.3)
        assert sorted(lib[b"library_name"] for lib in await _libraries(engine)) == sorted(versions)
    # The old processes are told to end, one after the other; `up` starts them again.
    for pid in world.service.children("web"):
        comings = seeker.comings
        os.kill(pid, signal.SIGTERM)
        await asyncio.to_thread(until, lambda pid=pid: pid not in world.service.children("web"))
        if seeker.comings == comings:
            continue
        going = await seeker.sees("going_away")
        assert 0 < going["reconnect_after_ms"] <= 5_000
    assert seeker.comings > 1, "neither of the old processes held the seeker"
    is_over = True
    said = await writing
    await world.everyone_agrees()
    assert listener.logs[chat_id].seq == sum(said)


async def _libraries(engine: "redis.asyncio.Redis") -> list[dict[bytes, bytes]]:
    """What FUNCTION LIST tells of each of our libraries."""
    listed = await engine.execute_command("FUNCTION", "LIST", "LIBRARYNAME", "tealight_*")
    return [dict(zip(one[::2], one[1::2], strict=True)) if isinstance(one, list) else one for one in listed]
