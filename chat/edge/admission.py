"""Whether one more command may be begun, before so many wait that nobody is answered in time (docs/edge.md).

What is refused here costs a fraction of what is carried out, and says when to come again. A client whose frames are
refused because of it is read from no more for a moment: one that doesn't heed the answer costs nothing either.
"""

import asyncio
from collections.abc import Callable

from config.redis_engine import Link

#: An engine that left the oldest command unanswered for so long is stuck, or far behind.
ANSWER_WAIT_S = 1.0
#: Commands of one process under way at once: about a second's work for the engine of a busy service.
UNDER_WAY_MAX = 10_000
#: The loop comes round in a few milliseconds, at full load in some ten; so late, it has more to do than it can.
LATE_S = 0.5
LOOK_S = 0.1
#: What a refused client is told, and for how long it isn't read from.
RETRY_AFTER_MS = 1000
HOLD_BACK_S = 0.25


class Admission:
    """One process's. `wait_s`: what an answer may take beyond ANSWER_WAIT_S, where it waits for replicas."""

    def __init__(self, link: Link, loop_time: Callable[[], float], wait_s: float = 0.0) -> None:
        self._link = link
        self._loop_time = loop_time
        self._wait_s = ANSWER_WAIT_S + wait_s
        self._late_s = (0.0, 0.0)
        self._looked_at_s = -1.0
        self._is_closed = False

    def is_closed(self, now_s: float) -> bool:
        """Must new commands be refused now? Looked at once for all that comes in one pass of the loop."""
        if now_s != self._looked_at_s:
            self._looked_at_s = now_s
            # Once late is a machine that did something else for a moment; twice in a row is too much work.
            self._is_closed = min(self._late_s) > LATE_S or self._link.is_crowded(UNDER_WAY_MAX, self._wait_s)
        return self._is_closed

    async def watch(self) -> None:
        """For as long as the process lives: how late does the loop come round?"""
        while True:
            due = self._loop_time() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self._late_s = (self._late_s[1], self._loop_time() - due)
