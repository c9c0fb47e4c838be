"""The service as one entry beside the peers: web processes on ports of their own, a router, real accounts."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from chat.accounts import people
from chat.accounts.passwords import Passwords
from chat.accounts.pool_opening import open_first_pools
from config.clock import now_ms
from config.database import Database
from listener_training.granting import grant_all

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "a bench password"
#: Commands a second that the limit lets through here. It is asked for every command as always; at its ordinary height
#: a hundred pairs could not saturate anything.
COMMANDS_PER_S = 100_000


class Subject:
    """A data folder, its accounts, and the processes that serve it. `core` is where they run."""

    def __init__(self, harness: Any, redis_port: int) -> None:
        self._harness = harness
        self._folder = tempfile.TemporaryDirectory(prefix="tealight-peers-")
        self.folder = Path(self._folder.name)
        self.env = {
            "PYTHONPATH": str(ROOT),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "DATABASE_URL": f"sqlite:///{self.folder / 'tealight.db'}",
            "DATA_DIR": str(self.folder),
            "SECRET_KEY": "no secret at all, just a benchmark" * 2,
            "START_GAP_S": "0",
            "COMMANDS_PER_S": str(COMMANDS_PER_S),
            "LOG_LEVEL": "warning",
        }
        self.used = 0

    def prepare(self, listeners: int) -> None:
        """Migrate, and make so many listeners with one chat at a time each."""
        self._run("migrate")
        asyncio.run(self._add(listeners))

    def start(self, ports: list[int], log: str, prefix: Sequence[str] = ()) -> list[Any]:
        """The harness's process objects: a web process per port, and a router. `prefix`: what runs them."""

        def process(*words: str, **env: str) -> Any:
            command = [*prefix, sys.executable, "-m", "tealight", *words]
            return self._harness.Proc(command, self._harness.SRV_CORE, env={**self.env, **env}, log=log)

        started = [process("web", PORT=str(port)) for port in ports]
        if not prefix:
            started.append(process("router"))
        for port in ports:
            self._harness.wait_port(port, 300 if prefix else 60)
        return started

    def sign_in(self, port: int, listeners: int) -> None:
        """Sign everybody in by HTTP, as a browser does; the cookies go to a file that the generator reads."""
        cookies = []
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as browser:
            for number in range(listeners):
                answer = browser.post("/api/sign-in", json={"name": f"bench-{number}", "password": PASSWORD})
                answer.raise_for_status()
                cookies.append(answer.headers["set-cookie"].partition(";")[0])
                browser.cookies.clear()
        (self.folder / "cookies.json").write_text(json.dumps(cookies))

    def cookies(self) -> list[str]:
        """One for each listener, in order."""
        found: list[str] = json.loads((self.folder / "cookies.json").read_text())
        return found

    def generator(self, ports: list[int], pairs: int, phases: list[str]) -> list[str]:
        """The command that opens so many chats with listeners not used before, and talks in them."""
        first, self.used = self.used, self.used + pairs
        return [
            *("env", f"PYTHONPATH={ROOT}", sys.executable, "-P", "-m", "bench.peers.talk"),
            *(str(self.folder), ",".join(map(str, ports)), str(first), str(pairs), *phases),
        ]

    def close(self) -> None:
        self._folder.cleanup()

    def _run(self, *words: str) -> None:
        command = [sys.executable, "-m", "tealight", *words]
        subprocess.run(command, env={**os.environ, **self.env}, check=True, capture_output=True, timeout=60)

    async def _add(self, listeners: int) -> None:
        passwords, database = Passwords(), Database(self.env["DATABASE_URL"])
        password_hash = await passwords.hash(PASSWORD)
        async with database.write() as session:
            await open_first_pools(session, "en", now_ms=now_ms())
            for number in range(listeners):
                person, _ = await people.add_person(
                    session,
                    name=f"bench-{number}",
                    role="listener",
                    languages=["en"],
                    max_chats=1,
                    display_name=None,
                    password_hash=password_hash,
                    by="bench",
                    now_ms=now_ms(),
                )
                await grant_all(session, person.person_id, by="bench", now_ms=now_ms())
        await database.close()
        passwords.close()
