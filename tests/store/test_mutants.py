"""The suite finds mistakes: four of them here, all of them with `make mutants`."""

import pytest

from tealight.library import library
from tests.store.mutants import CHOICE, MUTANTS, STORE, is_found, library_under_test
from tests.store.wire import Wire


@pytest.mark.parametrize("name", list(MUTANTS))
def test_every_mutant_is_a_mistake_that_an_engine_takes(name: str, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that does not even load would be found by anything."""
    monkeypatch.setenv(CHOICE, name)
    whole = library_under_test()
    assert whole.operations == library().operations and whole.version != library().version
    wire.send("FUNCTION", "LOAD", whole.text)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("the place is lost with every offer", "barrier_stories"),
        ("a stale answer takes effect", "offer_stories"),
        ("opening for the absent keeps the short grace", "confirmation_stories"),
        ("two shards, two capacities", "two_shards"),
    ],
)
def test_a_mutant_does_not_survive(name: str, part: str) -> None:
    """Only the part that finds it is run: the others before it would take ten times as long."""
    assert is_found(name, [f"{STORE}/test_{part}.py"])
