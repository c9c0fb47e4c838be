"""Several policies on the same people, over several seeds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from typing import Any

from routing.simulation.day import Day
from routing.simulation.matcher import Durations, Matcher
from routing.simulation.outcomes import Figures, figures
from routing.simulation.people import Crowd, crowd
from routing.simulation.policy import FIFO, Policy
from routing.simulation.scenario import HOUR_MS, BadScenario, Scenario
from routing.simulation.spread import interval, ratio, spread
from routing.simulation.twin import Twin

#: Opens a matcher for one day.
Opens = Callable[[Policy, Durations], AbstractContextManager[Matcher]]
#: Called with a line of text before each run.
Tells = Callable[[str], None]


@contextmanager
def twin(policy: Policy, durations: Durations) -> Iterator[Matcher]:
    """The fast twin; it knows every policy."""
    yield Twin(policy, durations)


def compare(
    scenario: Scenario,
    policies: Sequence[Policy],
    seeds: Sequence[int],
    opens: Opens = twin,
    tells: Tells = lambda line: None,
) -> dict[str, Any]:
    """Figures of each policy with 95% intervals over the seeds, and how the waits compare with FIFO's, seed by seed.

    Raises BadScenario where nobody came, and what `opens` raises.
    """
    runs: dict[str, list[Figures]] = {policy.name: [] for policy in policies}
    first: Crowd | None = None
    for seed in seeds:
        people = crowd(scenario, seed)
        first = first or people
        for policy in policies:
            tells(f"seed {seed}, {len(people.seekers)} seekers: {policy.title}")
            durations = Durations.of(scenario, policy)
            with opens(policy, durations) as matcher:
                runs[policy.name].append(figures(Day(scenario, people, policy, matcher).run()))
    if not any(run["all"]["came"] for found in runs.values() for run in found):
        raise BadScenario("Nobody came in the measured hours: let there be more of them, or more people.")
    result: dict[str, Any] = {
        "scenario": asdict(scenario),
        "seeds": list(seeds),
        "policies": {
            policy.name: {"title": policy.title, "knobs": asdict(policy), "figures": spread(runs[policy.name])}
            for policy in policies
        },
        "day": hours_of(scenario, first) if first else [],
    }
    if FIFO.name in runs:
        for policy in policies:
            if policy.name != FIFO.name:
                result["policies"][policy.name]["against_fifo"] = against(runs[policy.name], runs[FIFO.name])
    return result


def against(runs: Sequence[Figures], base: Sequence[Figures]) -> dict[str, Any]:
    """95th percentiles of the wait, by class: ratio of the means and difference in seconds, with intervals."""
    found: dict[str, Any] = {}
    for kind in ("risk", "language"):
        for name in runs[0][kind]:
            pairs = [
                (mine, theirs)
                for run, other in zip(runs, base, strict=True)
                if (mine := run[kind][name]["wait_s"]["p95"]) is not None
                and (theirs := other[kind][name]["wait_s"]["p95"]) is not None
            ]
            if pairs:
                found[f"{kind} {name}"] = {
                    "ratio": ratio(pairs),
                    "seconds": interval([mine - theirs for mine, theirs in pairs]),
                }
    return found


def hours_of(scenario: Scenario, people: Crowd) -> list[dict[str, float]]:
    """The first seed's day, hour by hour of the clock: who came, who was on duty in the middle of it."""
    found = []
    for hour in range(int(scenario.hours)):
        from_ms = scenario.warm_up_ms + hour * HOUR_MS
        middle_ms = from_ms + HOUR_MS // 2
        on_duty = [w for w in people.listeners if not w.is_no_show and w.starts_ms <= middle_ms < w.ends_ms]
        found.append(
            {
                "hour": (scenario.start_hour + hour) % 24,
                "came": sum(from_ms <= s.arrival_ms < from_ms + HOUR_MS for s in people.seekers),
                "listeners": len(on_duty),
                "units": sum(w.capacity for w in on_duty),
            }
        )
    return found


def worst_against(found: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    """The class of this kind whose p95 compares worst with FIFO's, and the ratio with its interval."""
    ratios = {name: entry["ratio"] for name, entry in found.items() if name.startswith(kind) and entry["ratio"]["mean"]}
    worst = max(ratios, key=lambda name: ratios[name]["mean"])
    return worst, ratios[worst]
