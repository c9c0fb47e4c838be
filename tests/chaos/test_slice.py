"""A slice of `make chaos`: some faults of a fixed seed, while a few people talk. Nothing may be found."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.faults import forgetting, killing, pausing, promoting, severing, straining
from tests.chaos.performance import Outcome, Performance, Size
from tests.chaos.schedule import Act, Fault, acts
from tests.chaos.story import story

SMALL = Size(faults=6, messages=100, minutes=1, seekers=12, listeners=4, webs=2, per_s=60, visit_messages=6)
_FAULTS = {
    "one engine": (
        killing.web_killed,
        killing.engine_killed,
        killing.router_killed,
        severing.engine_way_cut,
        severing.reconnect_storm,
        straining.engine_full,
        pausing.web_paused,
    ),
    "with a replica": (promoting.master_lost, severing.client_way_cut),
    "an engine that forgets": (forgetting.older_state_restored, forgetting.engine_restarted_empty),
}
_COUNTS = {"one engine": 7, "with a replica": 1, "an engine that forgets": 2}


PLAYED = [act for act in acts() if act.name in _FAULTS]


@pytest.mark.parametrize("act", PLAYED, ids=[act.name for act in PLAYED])
async def test_nothing_is_lost_doubled_or_given_to_two(act: Act, tmp_path: Path) -> None:
    few = replace(act, faults=tuple(Fault(happens) for happens in _FAULTS[act.name]))
    size = replace(SMALL, faults=_COUNTS[act.name])
    outcome = await Performance(few, size, "a slice", tmp_path).play()
    assert not outcome.findings, _why(outcome)
    assert not outcome.tracebacks, outcome.tracebacks[0]
    assert outcome.messages >= 100
    assert len(outcome.happened) >= size.faults


def _why(outcome: Outcome) -> str:
    faults = [f"{one.began_s:.2f} {one.kind}: {one.target}" for one in outcome.happened]
    told = [line for finding in outcome.findings[:3] for line in story(finding, outcome.history, outcome.happened)]
    return "\n".join([f"{len(outcome.findings)} findings", *told, "faults:", *faults])
