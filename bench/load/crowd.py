"""Several generator processes led as one crowd, and the accounts of the listeners in it."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from bench.service import PASSWORD, Service
from chat.accounts import people
from chat.accounts.audit import COMMAND_LINE
from chat.accounts.clearances import CLEARABLE
from chat.accounts.directory import cookie_name
from chat.accounts.ids import new_id
from chat.accounts.passwords import Passwords
from chat.accounts.pool_opening import open_first_pools
from chat.accounts.sign_in import open_sign_in
from chat.accounts.tables import ClearanceRow
from config import settings as environment
from config.clock import now_ms
from config.database import Database, migrate, url_of

#: Loopback has 28,232 ports an address: each generator comes from an address of its own.
SOURCES = tuple(f"127.0.0.{number}" for number in range(2, 32))


def make_listeners(data_dir: Path, count: int, max_chats: int) -> list[str]:
    """Accounts with every clearance, signed in, in a data folder whose service is not up yet; their cookies.

    One password for all: hashing it takes a tenth of a second by design, and thousands of sign-ins are not the matter.
    """

    async def make() -> list[str]:
        settings = environment.load({"DATA_DIR": str(data_dir)})
        await asyncio.to_thread(migrate, url_of(settings))
        database, passwords = Database(url_of(settings)), Passwords()
        cookies = []
        try:
            password_hash = await passwords.hash(PASSWORD)
            async with database.write() as session:
                at_ms = now_ms()
                await open_first_pools(session, "en", now_ms=at_ms)
                for number in range(count):
                    row, _ = await people.add_person(
                        session, name=f"load-{number}", role="listener", languages=["en"], max_chats=max_chats,
                        password_hash=password_hash, by=COMMAND_LINE, now_ms=at_ms,
                    )  # fmt: skip
                    session.add_all(
                        ClearanceRow(
                            clearance_id=new_id("c"), person_id=row.person_id, kind=kind, value=value,
                            granted_by=COMMAND_LINE, granted_at_ms=at_ms,
                        )
                        for kind, values in CLEARABLE.items()
                        for value in values
                    )  # fmt: skip
                    cookies.append(f"{cookie_name}={await open_sign_in(session, row.person_id, at_ms)}")
        finally:
            passwords.close()
            await database.close()
        return cookies

    return asyncio.run(make())


class Crowd:
    """Generators that are ordered together."""

    def __init__(self, processes: Sequence[asyncio.subprocess.Process]) -> None:
        self.processes = list(processes)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    async def order(self, *, order: str, **fields: Any) -> list[dict[str, Any]]:
        """Tell all the same; their answers."""
        return await asyncio.gather(*[self._tell(n, order, fields) for n in range(len(self.processes))])

    async def share(self, order: str, each: Sequence[dict[str, Any]], **fields: Any) -> list[dict[str, Any]]:
        """Tell each its own share."""
        return await asyncio.gather(*[self._tell(n, order, {**fields, **own}) for n, own in enumerate(each)])

    async def come(self, kind: str, count: int, per_s: float, cookies: Sequence[str] = (), **fields: Any) -> float:
        """So many people, spread over the generators. Answers the seconds it took until all were greeted."""
        n = len(self.processes)
        counts = [count // n + (number < count % n) for number in range(n)]
        each: list[dict[str, Any]] = [{"count": c, "per_s": per_s / n} for c in counts]
        if cookies:
            at = 0
            for share in each:
                share["cookies"] = list(cookies[at : at + share["count"]])
                at += share["count"]
        answers = await self.share("come", each, kind=kind, **fields)
        return float(max(answer["took_s"] for answer in answers))

    async def counts(self) -> dict[str, Any]:
        """Added up over all."""
        total: dict[str, Any] = {}
        for answer in await self.order(order="counts"):
            add_up(total, answer)
        return total

    async def _tell(self, number: int, order: str, fields: dict[str, Any]) -> dict[str, Any]:
        process = self.processes[number]
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"order": order, **fields}).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"a generator ended with {await process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def add_up(total: dict[str, Any], more: dict[str, Any]) -> None:
    """Numbers are added, lists joined, tables added field by field."""
    for key, value in more.items():
        if isinstance(value, dict):
            add_up(total.setdefault(key, {}), value)
        elif isinstance(value, list):
            total.setdefault(key, []).extend(value)
        else:
            total[key] = total.get(key, 0) + value


@contextlib.asynccontextmanager
async def crowd_at(service: Service, count: int, seed: int = 1) -> AsyncIterator[Crowd]:
    """So many generators in front of this service; ended at the end."""
    processes = []
    try:
        for number in range(count):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.load.generator",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**28,
            )  # fmt: skip
            processes.append(process)
            assert process.stdin is not None
            way = {"host": "127.0.0.1", "port": service.port, "source": SOURCES[number]}
            process.stdin.write(json.dumps({"way": way, "seed": f"{seed}/{number}"}).encode() + b"\n")
        yield Crowd(processes)
    finally:
        for process in processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in processes:
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()
