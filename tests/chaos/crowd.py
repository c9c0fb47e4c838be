"""Everybody who talks while faults happen: so many seekers and listeners, and in the end what each of them holds."""

import asyncio
from random import Random

from tests.chaos.client import Client
from tests.chaos.history import Done, History, Pending
from tests.chaos.listener import Listener
from tests.chaos.reader import Reader
from tests.chaos.seeker import Seeker
from tests.chaos.stage import LANGUAGE, Stage

LOOK_S = 0.25
CAPACITY = 3
#: Fresh clients that read at the end, at the same time.
READERS = 20


class Crowd:
    """`start`, faults happen, `settle`, `read_all`; all in one history."""

    def __init__(self, stage: Stage, seed: str, *, seekers: int, per_s: float, visit_messages: int) -> None:
        self.stage = stage
        self.history = History()
        self.listeners: list[Listener] = []
        self.seekers: set[Seeker] = set()
        self.retired: list[tuple[str, str]] = []
        self._seed = seed
        self._count = seekers
        self._talkers_per_s = per_s / (2 * max(1, min(seekers, CAPACITY * len(stage.cookies))))
        self._visit_messages = visit_messages
        self._is_closing = False
        self._numbers = 0
        self._running: list[asyncio.Task[None]] = []
        self._done: set[str] = set()
        self._counted = 0

    @property
    def clients(self) -> list[Client]:
        return [*self.listeners, *self.seekers]

    def messages_done(self) -> int:
        """How many different messages were answered `done` so far."""
        events = self.history.events
        self._done.update(event.message for event in events[self._counted :] if isinstance(event, Done))
        self._counted = len(events)
        return len(self._done)

    async def start(self) -> None:
        for number, cookie in enumerate(self.stage.cookies):
            listener = Listener(
                f"listener{number}",
                self.stage.ports,
                self.history.events,
                Random(f"{self._seed}/listener/{number}"),
                cookie,
                capacity=CAPACITY,
                per_s=self._talkers_per_s,
                messages=self._visit_messages,
            )
            self.listeners.append(listener)
            listener.starts()
        self._running = [asyncio.create_task(self._look())]
        self._running += [asyncio.create_task(self._seat(number)) for number in range(self._count)]

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for client in self.clients:
                client.look()

    async def _seat(self, number: int) -> None:
        """One seeker after the other, each with one visit or two."""
        rng = Random(f"{self._seed}/seat/{number}")
        await asyncio.sleep(rng.uniform(0, 2))
        while not self._is_closing:
            self._numbers += 1
            seeker = Seeker(
                f"seeker{number}.{self._numbers}",
                self.stage.ports,
                self.history.events,
                Random(rng.getrandbits(64)),
                language=LANGUAGE,
            )
            self.seekers.add(seeker)
            seeker.starts()
            for _ in range(rng.choice((1, 1, 2))):
                if self._is_closing:
                    break
                await seeker.visit(int(self._visit_messages * rng.uniform(0.5, 1.5)), self._talkers_per_s)
            await asyncio.sleep(rng.uniform(0, 1))
            self._retire(seeker)
            await seeker.ends()

    def _retire(self, seeker: Seeker) -> None:
        self.seekers.discard(seeker)
        if seeker.token is not None:
            self.retired.append((seeker.person_id, seeker.token))
        self._note_pending(seeker)

    def _note_pending(self, client: Client) -> None:
        for command in client.outbox.values():
            if command.frame["type"] == "send_message":
                chat, message = command.frame["chat_id"], command.frame["message_id"]
                self.history.pending.append(Pending(client.person_id, chat, message))

    # ---- well ----

    def probe(self) -> float:
        """Everybody asks for something; the moment for `is_well`."""
        for client in self.clients:
            client.probe()
        return asyncio.get_running_loop().time()

    def is_well(self, since_s: float) -> bool:
        """Is everybody connected, with nothing unanswered that was asked until then?"""
        return all(
            client.is_greeted and all(command.asked_at_s > since_s for command in client.outbox.values())
            for client in self.clients
        )

    # ---- the end ----

    async def settle(self, within_s: float) -> bool:
        """Nobody new comes; all who are there are served and say what they have to. Were they?"""
        self._is_closing = True
        for seeker in self.seekers:
            seeker.is_leaving = True
        seats = self._running[1:]
        _, late = await asyncio.wait(seats, timeout=within_s)
        for seat in seats:
            if seat.done():
                seat.result()
        ends = asyncio.get_running_loop().time() + 15
        while asyncio.get_running_loop().time() < ends and any(client.outbox for client in self.clients):
            await asyncio.sleep(0.1)
        for client in self.clients:
            self._note_pending(client)
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        return not late

    async def read_all(self) -> None:
        """Everybody comes once more as a fresh client that holds nothing, and reads what there is of their chats."""
        ports, rng = self.stage.ports, Random(self._seed)
        everybody = [*self.retired, *[(one.person_id, one.token) for one in self.seekers if one.token]]
        readers = [Reader(one.person_id, ports, rng, cookie=one.cookie) for one in self.listeners]
        readers += [Reader(person, ports, rng, token=token) for person, token in everybody]
        for client in self.clients:
            await client.ends()
        gate = asyncio.Semaphore(READERS)

        async def read(reader: Reader) -> None:
            async with gate:
                self.history.held += await reader.read()

        await asyncio.gather(*[read(reader) for reader in readers])
