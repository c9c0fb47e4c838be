"""From the invitation to the first chat: how many come to each step, how long it takes, where they stop. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from listener_training.numbers.discretion import shown_parts, shown_steps
from listener_training.numbers.durations import Spread, spread

Step = Literal["invited", "joined", "began", "finished", "practised", "cleared", "accepted", "chatted"]
STEPS: tuple[Step, ...] = get_args(Step)
#: Who did nothing for so long counts as having stopped.
QUIET_MS = 30 * 24 * 3600_000


@dataclass(frozen=True, slots=True)
class Way:
    """One invited person: when they came to which step (Unix ms), when they did something last; closed accounts stop.

    An invitation that nobody used is a way of one step.
    """

    at_ms: Mapping[Step, int]
    active_at_ms: int
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """`reached` this step or a later one; of them `waits` are at it and active, `stopped` came no further.

    None: too small a group, or one could be worked out. `from_before`: days from the step before, of those who
    have both times.
    """

    step: Step
    reached: int | None
    waits: int | None
    stopped: int | None
    from_before: Spread


def funnel(ways: Sequence[Way], now_ms: int) -> list[FunnelStep]:
    """All steps, the first one first. Who skipped a step (an admin cleared them at once) came through it."""
    furthest = [max(STEPS.index(step) for step in way.at_ms) for way in ways if way.at_ms]
    stopped = [_has_stopped(way, now_ms) for way in ways if way.at_ms]
    reached = [sum(one >= n for one in furthest) for n in range(len(STEPS))]
    may_show = shown_steps(reached)
    steps = []
    for n, (step, count) in enumerate(zip(STEPS, may_show, strict=True)):
        here = [is_over for one, is_over in zip(furthest, stopped, strict=True) if one == n]
        # Where the next step is hidden, its number would be this one less those who stand here.
        is_hidden = count is None or (n + 1 < len(STEPS) and may_show[n + 1] is None)
        waits, over = (None, None) if is_hidden else shown_parts([here.count(False), here.count(True)])
        is_last = n == len(STEPS) - 1
        before = STEPS[n - 1] if n else None
        days = [
            (way.at_ms[step] - way.at_ms[before]) / 86_400_000
            for way in ways
            if before is not None and step in way.at_ms and before in way.at_ms
        ]
        # Who was cleared before they finished took no negative time for it.
        told = spread([max(0.0, one) for one in days])
        steps.append(FunnelStep(step, count, None if is_last else waits, None if is_last else over, told))
    return steps


def _has_stopped(way: Way, now_ms: int) -> bool:
    return way.is_closed or way.active_at_ms < now_ms - QUIET_MS
