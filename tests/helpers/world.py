"""The world of one story: a language of its own in the shared service, the people in it, what they agree on."""

import asyncio
import itertools
import socket
import string
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chat.accounts.clearances import CLEARABLE
from chat.accounts.ids import new_id
from chat.accounts.pool_opening import open_pools_for
from chat.accounts.tables import ClearanceRow
from config.clock import now_ms
from config.database import Database
from config.engines.valkey import socket_path
from listener_training.granting import grant_all
from tests.helpers import staff
from tests.helpers.person import PATIENCE_S, Listener, Person, Seeker, goodbye
from tests.helpers.promises import Log
from tests.helpers.service import Service, service
from tests.helpers.wire import JSON, MSGPACK, Codec

__all__ = ["World", "service", "world"]

#: qaa to qtz are for private use (ISO 639-2): no two stories share a line.
_LANGUAGES = (f"q{a}{b}" for a in string.ascii_lowercase[:20] for b in string.ascii_lowercase)
_NUMBERS = itertools.count(1)


async def sign_in(service: Service, name: str, password: str = staff.PASSWORD) -> str:
    """The cookie of a new sign-in."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", timeout=PATIENCE_S) as browser:
        answer = await browser.post("/api/sign-in", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.headers["set-cookie"].partition(";")[0]


class World:
    """People come into it by its methods and leave it at the end of the story."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.language = next(_LANGUAGES)
        self.people: list[Person] = []
        self.database = Database(f"sqlite:///{service.data_dir / 'tealight.db'}")

    async def opens(self) -> "World":
        """Open the language's lines, for adults and for teens."""
        async with self.database.write() as session:
            await open_pools_for(session, (self.language,), by="the story", now_ms=1_700_000_000_000)
        return self

    # ---- people ----

    def _add(self, person: Person) -> None:
        self.people.append(person)

    def stranger(self, *, codec: Codec = JSON, token: str | None = None) -> Seeker:
        """Somebody without an account, not connected yet."""
        seeker = Seeker(self.service, f"seeker {next(_NUMBERS)}", codec=codec)
        seeker.token = token
        self._add(seeker)
        return seeker

    async def visitor(self, **how: Any) -> Seeker:
        """A seeker who has said hello and nothing else."""
        seeker = self.stranger(**how)
        await seeker.comes()
        return seeker

    async def seeker_arrives(self, *, codec: Codec = JSON, **fields: Any) -> Seeker:
        """A seeker who asks for a chat."""
        seeker = await self.visitor(codec=codec)
        await seeker.asks_for_chat(self.language, **fields)
        return seeker

    async def same_person(self, person: Person, **hello: Any) -> Person:
        """Another device or tab of the same person, connected."""
        other: Person = (
            Seeker(self.service, f"{person.name}, other tab", codec=person.codec)
            if isinstance(person, Seeker)
            else Listener(self.service, f"{person.name}, other tab", codec=person.codec, cookie=person.cookie)
        )
        other.token = person.token
        self._add(other)
        await other.comes(**hello)
        return other

    async def staff_signs_in(self, role: str = "listener", *, codec: Codec = MSGPACK, **person: Any) -> Listener:
        """A new member of staff, cleared for everything unless told otherwise, signed in and connected."""
        name = f"{role[:8]}{next(_NUMBERS)}"
        person.setdefault("languages", (self.language,))
        is_cleared, without = person.pop("is_cleared", True), person.pop("without", ())
        row = await staff.add(self.database, name, role, now_ms=1_700_000_000_000, is_cleared=False, **person)
        if is_cleared:
            await self._clear(row.person_id, without)
        return await self.signed_in(name, codec=codec)

    async def _clear(self, person_id: str, without: tuple[str, ...] = ()) -> None:
        """For everything but that, in one go: granting one by one would be most of a story's time."""
        async with self.database.write() as session:
            session.add_all(
                ClearanceRow(
                    clearance_id=new_id("c"),
                    person_id=person_id,
                    kind=kind,
                    value=value,
                    granted_by="the story",
                    granted_at_ms=1_700_000_000_000,
                )
                for kind, values in CLEARABLE.items()
                for value in values
                if value not in without
            )

    async def signed_in(self, name: str, password: str = staff.PASSWORD, *, codec: Codec = MSGPACK) -> Listener:
        """A member of staff who has an account, signed in and connected."""
        listener = Listener(self.service, name, codec=codec, cookie=await sign_in(self.service, name, password))
        self._add(listener)
        await listener.comes()
        return listener

    async def listener_is_available(self, capacity: int = 1, **person: Any) -> Listener:
        """A listener on duty."""
        listener = await self.staff_signs_in("listener", **person)
        await listener.becomes("available", capacity=capacity)
        return listener

    # ---- short ways ----

    async def they_talk(self, **fields: Any) -> tuple[Seeker, Listener, str]:
        """A seeker and a listener in an open chat: the two and its id."""
        listener = await self.listener_is_available()
        seeker = await self.seeker_arrives(**fields)
        return seeker, listener, await self.they_meet(seeker, listener)

    async def they_meet(self, seeker: Seeker, listener: Listener) -> str:
        """The offer of this seeker's request is accepted; the chat opens for both."""
        offer = await listener.sees_offer(request_id=seeker.request_id)
        await listener.accepts(offer)
        chat_id = await seeker.is_connected()
        await listener.sees("chat_opened", chat_id=chat_id)
        return chat_id

    async def they_accept_who_is_away(self) -> tuple[Seeker, Listener, dict[str, Any]]:
        """A seeker lost their connection, and a listener who does not know of it has accepted their offer."""
        listener = await self.listener_is_available()
        seeker = await self.seeker_arrives()
        offer = await listener.sees_offer(request_id=seeker.request_id)
        await seeker.vanishes()
        await self.is_known_to_be_gone(seeker)
        await listener.accepts(offer)
        return seeker, listener, offer

    async def clears_until(self, person: Person, expires_at_ms: int) -> None:
        """Grant every clearance again, to run out at that moment."""
        async with self.database.write() as session:
            await grant_all(session, person.person_id, by="the story", now_ms=now_ms(), expires_at_ms=expires_at_ms)

    def keys_of_the_engine(self, about: str) -> int:
        """How many keys the engine holds that name this."""
        return self.number_from_the_engine(f"EVAL \"return #redis.call('KEYS', ARGV[1])\" 0 *{about}*")

    async def is_known_to_be_gone(self, person: Person) -> None:
        """Wait until no process holds a Connection of somebody who vanished: it may take them a moment to notice."""
        keys = "ipairs(redis.call('KEYS', '*:cn:*'))"
        count = f"local n = 0 for _, k in {keys} do n = n + redis.call('HEXISTS', k, ARGV[1]) end return n"
        asked = f'EVAL "{count}" 0 {person.person_id}'
        async with asyncio.timeout(PATIENCE_S):
            while self.number_from_the_engine(asked):
                await asyncio.sleep(0.02)

    async def place_is_given_up(self, seeker: Seeker) -> None:
        """Somebody who vanished stays away for longer than a place is kept: those minutes pass at once."""
        await self.is_known_to_be_gone(seeker)
        passing = (
            "local own = redis.call('KEYS', '*:su:' .. ARGV[1])[1] local id = redis.call('GET', own) "
            "if id == '' then return 1 end local band = string.match(own, '^(.*:)su:') "
            "redis.call('ZADD', band .. 'd:gr', 'XX', 1, ARGV[1]) "
            "if redis.call('HGET', band .. 'c:' .. id, 'st') == 'P' then "
            "redis.call('ZADD', band .. 'd:ch', 'XX', 1, id) end return 0"
        )
        async with asyncio.timeout(PATIENCE_S):
            while not self.number_from_the_engine(f'EVAL "{passing}" 0 {seeker.person_id}'):
                await asyncio.sleep(0.02)

    async def engine_forgets(self, chat_id: str) -> None:
        """The hour after a chat's end passes at once; the archiver has written its facts and takes it out."""
        passing = (
            "local chat = redis.call('KEYS', '*:c:' .. ARGV[1])[1] if not chat then return 1 end "
            "redis.call('ZADD', string.match(chat, '^(.*:)c:') .. 'ended', 'XX', 1, ARGV[1]) return 0"
        )
        async with asyncio.timeout(PATIENCE_S):
            while not self.number_from_the_engine(f'EVAL "{passing}" 0 {chat_id}'):
                await asyncio.sleep(0.1)

    def number_from_the_engine(self, asked: str) -> int:
        """What the engine answers to a command that is answered by a number."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(socket_path(self.service.data_dir)))
            line.sendall(f"{asked}\r\n".encode())
            return int(line.recv(64).strip(b":\r\n"))

    # ---- what must hold ----

    async def everyone_agrees(self, within_s: float = PATIENCE_S) -> None:
        """All in a chat hold the same log: 1 to n without gaps, nothing doubled, all that was answered in it."""
        until = asyncio.get_running_loop().time() + within_s
        while True:
            wrong = self._disagreement()
            if not wrong or asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(0.05)
        assert not wrong, wrong
        self.nobody_complains()

    def _disagreement(self) -> str:
        for chat_id, logs in self.logs_by_chat().items():
            longest = max((log for _, log in logs), key=lambda log: len(log.messages))
            ids = [(m["from_id"], m["message_id"]) for m in longest.messages.values()]
            if len(ids) != len(set(ids)):
                return f"a message stands twice in {chat_id}"
            for person, log in logs:
                if log.seq != len(log.messages):
                    return f"{person.name} has a gap after {log.seq} of {max(log.messages)}"
                if log.words != longest.words:
                    return f"{person.name} holds {log.seq} of {longest.seq} messages of {chat_id}"
            wrong = self._lost_words(chat_id, longest)
            if wrong:
                return wrong
        return ""

    def _lost_words(self, chat_id: str, log: Log) -> str:
        for person in self.people:
            for (chat, message_id), (text, seq) in person.typed.items():
                if chat != chat_id:
                    continue
                held = log.messages.get(seq)
                if held is None or (held["message_id"], held["text"]) != (message_id, text):
                    return f"{person.name} was answered done for {seq} of {chat_id}, which holds something else"
        return ""

    def logs_by_chat(self) -> dict[str, list[tuple[Person, Log]]]:
        """Who holds what of each chat; without those who are out of it."""
        by_chat: dict[str, list[tuple[Person, Log]]] = {}
        for person in self.people:
            for chat_id, log in person.logs.items():
                if not log.is_left:
                    by_chat.setdefault(chat_id, []).append((person, log))
        return by_chat

    def nobody_complains(self) -> None:
        """No client saw a frame that breaks a promise."""
        wrongs = [wrong for person in self.people for wrong in person.wrongs]
        wrongs += [wrong for person in self.people if person._wire is not None for wrong in person._wire.wrongs]
        assert not wrongs, wrongs[:5]

    async def ends(self) -> None:
        """Everybody goes home."""
        try:
            self.nobody_complains()
        finally:
            await goodbye(self.people)
            await self.database.close()


@pytest.fixture
async def world(service: Service) -> AsyncIterator[World]:
    """A world of its own in the shared service."""
    here = await World(service).opens()
    try:
        yield here
    finally:
        await here.ends()
