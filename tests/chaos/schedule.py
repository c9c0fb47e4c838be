"""Which fault comes when: drawn from a seed, so that a run can be had again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tests.chaos.faults import clocks, forgetting, killing, pausing, promoting, severing, straining
from tests.chaos.finding import STRICT, Level
from tests.chaos.stage import Stage

Happening = Callable[[Stage, Random], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`weight`: how often, compared with the others. One `in_background` lasts while others come and go."""

    happens: Happening
    weight: float = 1.0
    in_background: bool = False

    @property
    def kind(self) -> str:
        return self.happens.__name__.replace("_", " ")


_EVERYWHERE = (
    Fault(killing.web_killed, 1.5),
    Fault(killing.webs_killed, 0.25),
    Fault(killing.router_killed),
    Fault(killing.archiver_killed),
    Fault(killing.engine_killed, 3),
    Fault(killing.everything_killed, 0.25),
    Fault(killing.web_deployed, 0.5),
    Fault(pausing.web_paused, 2),
    Fault(pausing.router_paused),
    Fault(pausing.engine_paused),
    Fault(pausing.engine_slow),
    Fault(severing.engine_way_cut, 2),
    Fault(severing.engine_way_stalled, 2),
    Fault(severing.engine_way_slow),
    Fault(severing.client_way_cut, 2),
    Fault(severing.client_way_stalled, 2),
    Fault(severing.client_way_slow),
    Fault(severing.reconnect_storm, 2),
    Fault(straining.engine_full),
    Fault(straining.engine_busy),
)

_ALONE = (
    *_EVERYWHERE,
    Fault(killing.engine_killed_twice),
    Fault(pausing.archiver_paused, 0.5),
    Fault(straining.engine_read_only),
    Fault(straining.engine_without_enough_replicas),
    Fault(straining.disk_full, 2),
    Fault(pausing.web_asleep_for_20_s, 0.5, in_background=True),
    Fault(pausing.router_asleep_for_20_s, 0.25, in_background=True),
    Fault(pausing.web_asleep_for_60_s, 0.3, in_background=True),
)
_BENT = (Fault(clocks.engine_clock_jumps), Fault(clocks.web_clock_jumps))


@dataclass(frozen=True, slots=True)
class Act:
    """One part of a run: a service set up in one way, the faults that it must survive, what they may cost."""

    name: str
    promise: str
    faults: tuple[Fault, ...]
    share: float
    level: Level = STRICT
    has_replica: bool = False
    #: one fault at a time, and so long without any when everybody is served again
    rest_s: float = 0.0

    def draw(self, rng: Random, *, has_background: bool) -> Fault:
        """The next fault; while one lasts in the background no second one of that kind begins."""
        pool = [fault for fault in self.faults if not (fault.in_background and has_background)]
        return rng.choices(pool, [fault.weight for fault in pool])[0]


def acts() -> tuple[Act, ...]:
    """Those of a whole run."""
    return (
        Act(
            "one engine",
            "`appendfsync always`: nothing that was answered is lost, and no epoch changes",
            _ALONE + (_BENT if clocks.LIBRARIES else ()),
            0.62,
        ),
        Act(
            "with a replica",
            "`REPLICA_ACK=1`: a failover loses nothing that was answered",
            (
                *_EVERYWHERE,
                Fault(promoting.master_lost, 8),
                Fault(promoting.replica_killed, 2),
                Fault(promoting.replica_paused, 2),
            ),
            0.25,
            Level(may_renew=True),
            has_replica=True,
        ),
        Act(
            "a restored engine",
            "empty or older files, and then some peace: what was said comes back, in its order",
            (Fault(forgetting.engine_restarted_empty, 1), Fault(forgetting.older_state_restored, 2)),
            0.05,
            Level(may_renew=True, may_forget=True),
            rest_s=15.0,
        ),
        Act(
            "an engine that forgets",
            "empty or older files, again and again: a new epoch, and what clients say again is there",
            (*_EVERYWHERE, Fault(forgetting.engine_restarted_empty, 8), Fault(forgetting.older_state_restored, 12)),
            0.08,
            Level(may_renew=True, may_forget=True),
        ),
    )
