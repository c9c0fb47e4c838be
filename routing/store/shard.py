"""One shard: the atomic calls of routing on its keys. What a call means stands at the head of its Lua function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from config.functions import Functions, PreparedCall
from config.redis_link import Argument
from routing.store.answers import parts_of
from routing.store.keys import key

#: How long a process's lease lasts, and how often it is renewed.
LEASE_MS = 15_000
BEAT_S = 5.0


class Clock(Protocol):
    def __call__(self) -> int: ...


def engine_clock() -> int:
    """0 tells the engine to take its own time: every process then agrees."""
    return 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations that every call carries, in milliseconds."""

    offer_ms: int
    confirm_ms: int
    wrap_up_ms: int
    gap_ms: int
    #: an offer of risk 3 waits no longer than this for an answer
    urgent_offer_ms: int
    #: after so long a request stands in the lines of its second languages, too
    overflow_ms: int

    @property
    def packed(self) -> str:
        durations = (
            self.offer_ms,
            self.confirm_ms,
            self.wrap_up_ms,
            self.gap_ms,
            self.urgent_offer_ms,
            self.overflow_ms,
        )
        return ",".join(map(str, durations))


class Shard:
    """Calls on one shard. All raise RedisAway (outcome unknown, repeat) and RedisRefused."""

    def __init__(
        self,
        tag: str,
        functions: Functions,
        timing: Timing,
        clock: Clock = engine_clock,
        on_fact: Callable[[str], None] = lambda fact: None,
    ) -> None:
        self.tag = tag
        self.functions = functions
        self._timing = timing.packed
        self._clock = clock
        self._on_fact = on_fact

    async def call(self, operation: str, *args: Argument) -> tuple[Any, list[str]]:
        """The operation's answer, and the listeners in several shards whose units moved (see actions.mirror)."""
        told = await self.functions.call(operation, self.tag, self._clock(), self._timing, *args)
        answer, moved, happened = parts_of(told)
        # Exactly one caller gets the answer of a call, so each fact is counted once, in whatever process.
        for fact in happened:
            self._on_fact(fact)
        return answer, moved

    def prepared(self, operation: str, middle: int, *last: Argument) -> PreparedCall:
        """An operation that moves and tells nothing beside its answer, by the engine's clock, without a coroutine.

        `middle`: how many arguments come before `last` and differ from call to call.
        """
        return self.functions.prepared(operation, self.tag, (engine_clock(), self._timing), middle, last)

    def key(self, name: str, part: str = "") -> str:
        return key(self.tag, name, part)
