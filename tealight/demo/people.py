"""Demo people: accounts to sign in with on one's own machine, and listeners for the simulation.

Their passwords are random and stand in a file of the data folder (mode 600), since the database holds only hashes.
"""

import contextlib
import fcntl
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chat.accounts import people
from chat.accounts.audit import COMMAND_LINE
from chat.accounts.passwords import Passwords
from chat.accounts.pool_opening import open_first_pools
from config.clock import now_ms
from config.database import Database
from config.settings import Settings
from listener_training.granting import grant_all

SENTENCE = "These are demo accounts, for trying Tealight on this machine only. Take them out before real people come."
NOT_LOOPBACK = "No demo people were made: they are for one's own machine only, and HOST is {host}."
FILE = "demo-people.json"
SIMULATED = "demo-"
#: One name a simulated listener; with capacities as in the load model they hold about 1.4 chats each.
BIRDS = (
    *("heron", "linnet", "plover", "siskin", "dunnock", "swift", "curlew", "redstart", "dipper", "avocet"),
    *("nuthatch", "whinchat", "fieldfare", "goldcrest", "lapwing", "sandpiper", "teal", "turnstone", "kestrel"),
    *("merlin", "osprey", "petrel", "puffin", "wagtail"),
)
MOST_SIMULATED = len(BIRDS)
MOST_CHATS = 4


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A demo account. Its `repr` does not show the password."""

    name: str
    role: str
    password: str
    #: Empty, or why the password given here may not open the account.
    caution: str = ""

    def __repr__(self) -> str:
        return f"DemoPerson(name={self.name!r}, role={self.role!r})"

    @property
    def is_simulated(self) -> bool:
        return self.name.startswith(SIMULATED)


def wanted(simulated: int) -> dict[str, str]:
    """Name -> role of all that `prepare` makes."""
    own = {"wren": "listener", "juniper": "listener", "rowan": "supervisor", "marigold": "admin"}
    return own | {f"{SIMULATED}{bird}": "listener" for bird in BIRDS[:simulated]}


async def prepare(database: Database, settings: Settings, simulated: int) -> list[DemoPerson]:
    """Make the accounts that are missing. One of the same name that was not made here is left alone."""
    with _alone(settings.data_dir):
        return await _prepare(database, settings, simulated)


async def _prepare(database: Database, settings: Settings, simulated: int) -> list[DemoPerson]:
    path = settings.data_dir / FILE
    known = read_passwords(settings.data_dir)
    made = []
    passwords = Passwords()
    try:
        for name, role in wanted(simulated).items():
            person = DemoPerson(name, role, known.get(name) or secrets.token_hex(8))
            known[name] = person.password
            made.append(await _make(database, settings, passwords, person, was_known=path.exists()))
            if made[-1].caution:
                known.pop(name)
    finally:
        passwords.close()
    _write(path, known)
    return made


async def _make(
    database: Database, settings: Settings, passwords: Passwords, person: DemoPerson, *, was_known: bool
) -> DemoPerson:
    async with database.read() as session:
        found = await people.find_by_name(session, person.name)
    if found is not None:
        if was_known and await passwords.matches(found.password_hash, person.password):
            return person
        return DemoPerson(person.name, person.role, "", "has a password of its own; this account was left alone")
    password_hash = await passwords.hash(person.password)
    async with database.write() as session:
        at_ms = now_ms()
        await open_first_pools(session, settings.default_locale, now_ms=at_ms)
        row, _ = await people.add_person(
            session,
            name=person.name,
            role=person.role,
            languages=[settings.default_locale],
            max_chats=MOST_CHATS,
            display_name=f"{person.name.removeprefix(SIMULATED).capitalize()} (demo)",
            password_hash=password_hash,
            by=COMMAND_LINE,
            now_ms=at_ms,
        )
        if person.role != "admin":  # supervisors need one to read along
            await grant_all(session, row.person_id, by=COMMAND_LINE, now_ms=at_ms)
    return person


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """`up --demo` and a `demo` in the next terminal, just after it, would both make whoever is missing."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f".{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def read_passwords(data_dir: Path) -> dict[str, str]:
    """Name -> password of the demo people of this data folder; empty if there are none."""
    try:
        found: dict[str, str] = json.loads((data_dir / FILE).read_text())
    except FileNotFoundError:
        return {}
    return found


def _write(path: Path, passwords: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    beside.write_text(json.dumps(passwords, indent=2))
    beside.replace(path)
