"""The same evening for every design: a long line of mixed seekers, and listeners who come on duty one by one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from bench.routing.engine import Line
from bench.routing.people import MadeListener, MadeSeeker, People
from config.engines.valkey import ThrowAwayValkey

#: Every design is given so much time of its own clock.
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Scene:
    listeners: list[MadeListener]
    seekers: list[MadeSeeker]

    @classmethod
    def of(cls, listening: int, waiting: int, seed: int = 2) -> "Scene":
        people = People(seed)
        listeners = people.listeners(listening)
        return cls(listeners, list(people.seekers(waiting, listeners)))

    def idle_beside(self, idle: Iterable[MadeListener], waiting: Iterable[MadeSeeker]) -> int:
        """How many of these listeners without a chat could serve somebody of those who still wait."""
        by_need: dict[tuple[str, int, int], list[MadeSeeker]] = defaultdict(list)
        for seeker in waiting:
            by_need[seeker.languages[0], seeker.level, seeker.hard].append(seeker)
        return sum(
            any(
                listener.may_serve(seekers[0]) or any(listener.may_serve(seeker) for seeker in seekers)
                for (language, level, hard), seekers in by_need.items()
                if language in listener.languages and listener.level >= level and hard & ~listener.hard == 0
            )
            for listener in idle
        )


class Meter:
    """CPU of a plain engine's main thread and how many commands it was given. For designs that are not ours."""

    def __init__(self, valkey: ThrowAwayValkey) -> None:
        self.line = Line(valkey.url)

    def told(self, section: str) -> dict[str, str]:
        [text] = self.line.send([("INFO", section)])
        pairs = (line.partition(":") for line in text.decode().splitlines())
        return {name: value for name, _, value in pairs}

    def cpu_us(self) -> float:
        told = self.told("cpu")
        return 1e6 * (float(told["used_cpu_user_main_thread"]) + float(told["used_cpu_sys_main_thread"]))

    def commands(self) -> int:
        return int(self.told("stats")["total_commands_processed"])

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()
