"""The whole service, of real processes, with a way of its own between each process and the engine, and in front."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx

from chat.accounts.clearances import CLEARABLE
from chat.accounts.ids import new_id
from chat.accounts.pool_opening import open_pools_for
from chat.accounts.tables import ClearanceRow
from config.database import Database
from config.engines.parent_death import dies_with_parent
from config.engines.several import free_port
from tests.chaos.engine import Engine, EngineRefused
from tests.chaos.kept import Kept
from tests.chaos.way import Way
from tests.helpers import staff

ROOT = Path(__file__).parent.parent.parent
LANGUAGE = "qaa"
LOOK_S = 0.02
#: Without compiled modules at hand each start takes twice as long, and most of a fault is starts.
_NOT_OURS = (
    "PYTHONDONTWRITEBYTECODE",
    "PUBLIC_URL",
    "REPLICA_ACK",
    "REPLICA_ACK_MS",
    "REGION",
    "LOG_LEVEL",
    "PROMETHEUS_MULTIPROC_DIR",
)
BEGINNING_MS = 1_700_000_000_000


class Stage:
    """`webs` web processes, a router, an archiver, an engine; a replica, too, where answers wait for one.

    `clocks` maps a process's name to an environment that bends its clock.
    """

    def __init__(self, folder: Path, *, webs: int, has_replica: bool, clocks: dict[str, dict[str, str]]) -> None:
        self.folder = folder
        self.has_replica = has_replica
        self.webs = [f"web{number}" for number in range(webs)]
        self.kept: dict[str, Kept] = {}
        self.engine_ways: dict[str, Way] = {}
        self.front_ways: dict[str, Way] = {}
        self.web_ports: dict[str, int] = {}
        self.cookies: list[str] = []
        self.replica: Engine | None = None
        #: held while an engine is being replaced, or comes back with other files
        self.replacing = asyncio.Lock()
        self._clocks = clocks
        self._engines = 0
        self._keeper: asyncio.Task[None] | None = None
        self._secret = secrets.token_hex(32)
        self.database = Database(f"sqlite:///{self._data_dir / 'tealight.db'}")

    @property
    def _data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def engine(self) -> Engine:
        found = self.kept["engine"]
        assert isinstance(found, Engine)
        return found

    @property
    def ports(self) -> list[int]:
        """Where clients knock."""
        return [way.port for way in self.front_ways.values()]

    # ---- up and down ----

    async def start(self, listeners: int, max_chats: int) -> None:
        """Everything up, and so many listeners signed in (`cookies`)."""
        self._data_dir.mkdir(parents=True)
        self.kept["engine"] = self.new_engine()
        await self.engine.until_well()
        if self.has_replica:
            await self.add_replica()
        for name in [*self.webs, "router", "archiver"]:
            self.engine_ways[name] = await Way(self.engine.port).open()
        for name in self.webs:
            self.web_ports[name] = free_port()
            self.front_ways[name] = await Way(self.web_ports[name]).open()
        migrating = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tealight",
            "migrate",
            cwd=ROOT,
            env=self._env("router"),
            preexec_fn=dies_with_parent(),
        )
        assert await migrating.wait() == 0
        names = await self._add_listeners(listeners, max_chats)
        for name in [*self.webs, "router", "archiver"]:
            self.kept[name] = Kept(name, partial(self._spawn, name))
        self._keeper = asyncio.create_task(self._keep())
        await self.until_ready(60)
        self.cookies = [await self._sign_in(name) for name in names]

    async def stop(self) -> None:
        """Everything down, by pid."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        ends = [kept for name, kept in self.kept.items() if name != "engine"]
        if self.replica is not None:
            ends.append(self.replica)
        for kept in ends:
            kept.is_wanted = False
            kept.go_on()
            kept.terminate()
        await asyncio.gather(*[asyncio.to_thread(kept.end) for kept in ends])
        if "engine" in self.kept:
            await asyncio.to_thread(self.engine.end)
        for way in [*self.engine_ways.values(), *self.front_ways.values()]:
            await way.close()
        await self.database.close()

    async def _keep(self) -> None:
        while True:
            for kept in [*self.kept.values(), *([self.replica] if self.replica else [])]:
                kept.look()
            await asyncio.sleep(LOOK_S)

    # ---- processes ----

    def new_engine(self, *, replica_of: int = 0) -> Engine:
        """Another server with a folder of its own."""
        self._engines += 1
        folder = self.folder / f"engine{self._engines}"
        return Engine(folder, f"engine{self._engines}", replica_of=replica_of, clock=self._clocks.get("engine"))

    async def add_replica(self) -> None:
        """Start one that follows the master, and wait until it does."""
        self.replica = self.new_engine(replica_of=self.engine.port)
        await self.until_replicated()

    async def until_replicated(self, within_s: float = 30.0) -> None:
        """Raises TimeoutError."""
        assert self.replica is not None
        async with asyncio.timeout(within_s):
            while True:
                with contextlib.suppress(OSError, TimeoutError, EngineRefused):
                    if (await self.replica.replication()).get("master_link_status") == "up":
                        return
                await asyncio.sleep(0.05)

    def _env(self, name: str) -> dict[str, str]:
        env = {key: value for key, value in os.environ.items() if key not in _NOT_OURS}
        return {
            **env,
            "HOST": "127.0.0.1",
            "PORT": str(self.web_ports.get(name, 0)),
            "DATA_DIR": str(self._data_dir),
            "DATABASE_URL": f"sqlite:///{self._data_dir / 'tealight.db'}",
            "REDIS_URL": f"redis://127.0.0.1:{self.engine_ways[name].port}",
            "SECRET_KEY": self._secret,
            "OFFER_S": "8",
            "CONFIRM_S": "8",
            "WRAP_UP_S": "2",
            "START_GAP_S": "0",
            "LOG_LEVEL": "warning",
            "PYTHONUNBUFFERED": "1",
            **({"REPLICA_ACK": "1", "REPLICA_ACK_MS": "500"} if self.has_replica else {}),
            **self._clocks.get(name, {}),
        }

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tealight", name.rstrip("0123456789")],
                cwd=ROOT,
                env=self._env(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=dies_with_parent(signal.SIGKILL),  # one that stands still would never take a SIGTERM
                process_group=0,
            )

    async def is_ready(self, name: str) -> bool:
        """Does this web process say so, asked past its front way?"""
        with contextlib.suppress(httpx.HTTPError):
            async with httpx.AsyncClient(timeout=2) as asking:
                answer = await asking.get(f"http://127.0.0.1:{self.web_ports[name]}/readyz")
                return answer.status_code == 200
        return False

    async def until_ready(self, within_s: float) -> None:
        """All web processes. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            for name in self.webs:
                while not await self.is_ready(name):
                    await asyncio.sleep(0.05)

    def logs(self) -> Iterator[tuple[str, str]]:
        """(process, all that it said)."""
        for path in sorted(self.folder.glob("*.log")):
            yield path.stem, path.read_text(errors="replace")

    # ---- people ----

    async def _add_listeners(self, count: int, max_chats: int) -> list[str]:
        async with self.database.write() as session:
            await open_pools_for(session, (LANGUAGE,), by="the suite", now_ms=BEGINNING_MS)
        names = []
        for number in range(count):
            name = f"listener{number}"
            person = await staff.add(
                self.database, name, languages=(LANGUAGE,), is_cleared=False, now_ms=BEGINNING_MS, max_chats=max_chats
            )
            async with self.database.write() as session:
                session.add_all(
                    ClearanceRow(
                        clearance_id=new_id("c"),
                        person_id=person.person_id,
                        kind=kind,
                        value=value,
                        granted_by="the suite",
                        granted_at_ms=BEGINNING_MS,
                    )
                    for kind, values in CLEARABLE.items()
                    for value in values
                )
            names.append(name)
        return names

    async def _sign_in(self, name: str) -> str:
        port = self.web_ports[self.webs[0]]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as browser:
            answer = await browser.post("/api/sign-in", json={"name": name, "password": staff.PASSWORD})
            answer.raise_for_status()
            return str(answer.headers["set-cookie"].partition(";")[0])


def remove(folder: Path) -> None:
    """After a run in which nothing was found."""
    shutil.rmtree(folder, ignore_errors=True)
