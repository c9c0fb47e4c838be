"""Checking and rebuilding a shard over a blocking connection, by the steps that the service takes."""

from routing.actions.rebuilding import DEADLINES, DERIVED, Step, missing_members, strange_members
from tests.store.place import Place
from tests.store.truth import Truth, truth_of


def differences(place: Place, *, mend: bool = False) -> list[str]:
    """What a walk over the whole shard finds, and puts right with `mend`."""
    found = []
    for steps_of in (strange_members, missing_members):
        for first in steps_of([key[len(place.tag) :] for key in place.all_keys()]):
            step: Step | None = first
            while step:
                answer = place.call(step.operation, "1" if mend else "0", *step.arguments)
                cursor, _, lines = answer if step.operation == "check_key" else ("0", 0, answer)
                found += lines
                step = step.after(cursor) if cursor != "0" else None
    return found


def derived(truth: Truth) -> dict[str, object]:
    """All that can be rebuilt, with every score and count."""
    return {name: truth.of(name) for name in sorted(DERIVED | DEADLINES)}


def derived_of(place: Place) -> dict[str, object]:
    return derived(truth_of(place))
