"""A service at its fullest: every unit of every listener is taken, and as many seekers wait as there are listeners.

The round of a chat (ended, wrapped up, the next one matched, offered, accepted, a new seeker in line) is made again and
again; whoever is matched is followed by somebody with the same needs, so that the lines stay as they are.
"""

from collections.abc import Iterable, Sequence

from bench.routing.engine import GAP_MS, Call, Engine
from bench.routing.people import MadeListener, MadeSeeker, People, made_process

PROCESSES = 8
#: The seekers who wait came within so long.
ARRIVALS_MS = 1_200_000
SWEEP_LIMIT = 10
#: A round of filling gives each listener with room one more chat, and nobody has room for more than four.
FILLING_ROUNDS = 12


class Crowd:
    """People in one shard, and who of them is where."""

    def __init__(self, engine: Engine, seed: int = 1, processes: int = PROCESSES) -> None:
        self.engine = engine
        self.people = People(seed)
        self.listeners: list[MadeListener] = []
        self.seekers: dict[str, MadeSeeker] = {}
        self._processes = processes
        engine.call(("beat", made_process(number), 10**12) for number in range(processes))

    def attach(self, names: Sequence[str]) -> None:
        """They have a Connection, spread over the processes."""
        self.engine.call(("attach", name, made_process(number % self._processes)) for number, name in enumerate(names))

    def come_on_duty(self, listeners: list[MadeListener]) -> None:
        self.listeners += listeners
        self.attach([listener.person for listener in listeners])
        self.engine.call(listener.duty(1) for listener in listeners)

    def requests(self, seekers: Iterable[MadeSeeker]) -> list[Call]:
        """The calls by which these seekers ask; their Connections are there already."""
        seekers = list(seekers)
        self.attach([seeker.person for seeker in seekers])
        self.seekers.update((seeker.chat, seeker) for seeker in seekers)
        return [seeker.request for seeker in seekers]

    def offers(self, listeners: Sequence[MadeListener]) -> list[tuple[MadeListener, str, str]]:
        """(listener, chat, offer id) of each open offer to one of these."""
        engine = self.engine
        held = engine.send([("HGET", engine.key("listener", listener.person), "po") for listener in listeners])
        open_ones = [(listener, chat.decode()) for listener, chat in zip(listeners, held, strict=True) if chat]
        turns = engine.send([("HGET", engine.key("chat", chat), "turn") for _, chat in open_ones])
        return [(who, chat, f"{chat}.{int(turn)}") for (who, chat), turn in zip(open_ones, turns, strict=True)]

    def is_here(self, chats: Iterable[str]) -> None:
        """These seekers did something just now, so that nobody asks whether they are there."""
        self.engine.call(("acted", self.seekers[chat].person) for chat in chats)

    def accept(self, offers: Sequence[tuple[MadeListener, str, str]]) -> list[Call]:
        return [("answer_offer", listener.person, offer, "1") for listener, _, offer in offers]

    def sweep(self) -> int:
        """Act on all that is due; how much it was."""
        acted = 0
        while (more := int(self.engine.call([("sweep", SWEEP_LIMIT)])[0])) > 0:
            acted += more
        return acted

    def chats_of(self, listeners: Sequence[MadeListener]) -> list[list[str]]:
        """The chats that use a unit of each."""
        engine = self.engine
        held = engine.send([("HGET", engine.key("listener", listener.person), "un") for listener in listeners])
        return [sorted((chats or b"").decode().split()) for chats in held]

    def open_chats(self, listeners: Sequence[MadeListener]) -> list[tuple[MadeListener, str]]:
        """(listener, one open chat of theirs) of each who has one."""
        pairs = [(x, chat) for x, chats in zip(listeners, self.chats_of(listeners), strict=True) for chat in chats]
        states = self.state_of([chat for _, chat in pairs])
        found = {x.person: (x, chat) for (x, chat), state in zip(pairs, states, strict=True) if state == "A"}
        return list(found.values())

    def fill(self) -> None:
        """Give every listener a chat for each unit of capacity. Raises RuntimeError where that does not come about."""
        for _ in range(FILLING_ROUNDS):
            held = self.chats_of(self.listeners)
            with_room = [
                listener for listener, chats in zip(self.listeners, held, strict=True) if len(chats) < listener.capacity
            ]
            if not with_room:
                return
            self.engine.call(self.requests(self.people.seeker_for(listener) for listener in with_room))
            offers = self.offers(self.listeners)
            self.is_here(chat for _, chat, _ in offers)
            self.engine.call(self.accept(offers))
            self.engine.now_ms += GAP_MS + 1
            self.sweep()
            offers = self.offers(self.listeners)
            self.is_here(chat for _, chat, _ in offers)
            self.engine.call(self.accept(offers))
        raise RuntimeError(f"{len(with_room)} listeners still have room")

    def line_up(self, count: int) -> None:
        """So many seekers arrive one after the other, and all of them wait."""
        calls = self.requests(self.people.seekers(count, self.listeners))
        answers = []
        step = max(1, count // 100)
        for start in range(0, count, step):
            self.engine.now_ms += ARRIVALS_MS // max(1, count // step)
            answers += self.engine.call(calls[start : start + step])
        if any(not answer.startswith(b"done ") for answer in answers):
            raise RuntimeError("a request was not taken")

    def state_of(self, chats: Sequence[str]) -> list[str]:
        engine = self.engine
        states = engine.send([("HGET", engine.key("chat", chat), "st") for chat in chats])
        return [(state or b"").decode() for state in states]
