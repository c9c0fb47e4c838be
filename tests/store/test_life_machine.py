"""Made-up lives on real engines, with everything that must be true checked after every step.

TEALIGHT_LIVES=2000 tries that many; without it, few enough for every day. The same lives every time.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from config.engines.valkey import ThrowAwayValkey
from tests.store.life import Life
from tests.store.life_of_two import LifeOfTwo
from tests.store.mutants import CHOICE
from tests.store.wire import Wire

#: A mistake on purpose need not be told in its shortest form.
PHASES = [Phase.generate] if os.environ.get(CHOICE) else [Phase.generate, Phase.shrink]
LIVES = int(os.environ.get("TEALIGHT_LIVES", "0"))


def live(machine: type[Life] | type[LifeOfTwo], engine: ThrowAwayValkey, lives: int) -> None:
    machine.engine, machine.wire = engine, Wire(engine.url)
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(
                max_examples=lives,
                stateful_step_count=50,
                derandomize=True,
                phases=PHASES,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        machine.wire.close()


@pytest.mark.timeout(60 + 2 * LIVES)
def test_whatever_people_do_nobody_is_lost(engine: ThrowAwayValkey, request: pytest.FixtureRequest) -> None:
    is_first = "valkey" in request.node.callspec.id
    live(Life, engine, LIVES or (60 if is_first else 20))


@pytest.mark.timeout(60 + 2 * LIVES)
def test_whatever_processes_do_one_person_has_one_capacity(
    engine: ThrowAwayValkey, request: pytest.FixtureRequest
) -> None:
    is_first = "valkey" in request.node.callspec.id
    live(LifeOfTwo, engine, LIVES or (40 if is_first else 15))
