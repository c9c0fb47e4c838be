"""How many listeners a day needs: the simulation at several staffing factors, beside what Erlang-A says of one line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from routing.simulation.arrivals import forecast_per_ms
from routing.simulation.comparing import Tells, compare
from routing.simulation.erlang import erlang_a, units_needed
from routing.simulation.policy import HOUSE, Policy
from routing.simulation.scenario import HOUR_MS, Scenario, one_pool
from routing.simulation.shifts import present_share

FACTORS = (0.85, 0.95, 1.05, 1.15, 1.25, 1.35, 1.5)


@dataclass(frozen=True, slots=True)
class Target:
    """So many join within so many seconds, and no more than so many leave. Shares of all who come."""

    share: float = 0.8
    within_s: float = 60
    abandonment: float = 0.05


def staffing(
    scenario: Scenario,
    seeds: Sequence[int],
    target: Target,
    policy: Policy = HOUSE,
    factors: Sequence[float] = FACTORS,
    tells: Tells = lambda line: None,
) -> dict[str, Any]:
    """Figures by factor, the factor at which the target is reached, and listeners by hour of the day."""
    steps = []
    for factor in factors:
        tells(f"staffing {factor:g}")
        found = compare(replace(scenario, staffing=factor), [policy], seeds)["policies"][policy.name]["figures"]
        steps.append({"factor": factor, "figures": found})
    needed = factor_for(steps, target)
    return {
        "policy": policy.name,
        "target": {"share": target.share, "within_s": target.within_s, "abandonment": target.abandonment},
        "steps": steps,
        "factor": needed,
        "hours": hours(scenario, target, needed),
    }


def factor_for(steps: Sequence[dict[str, Any]], target: Target) -> float | None:
    """The least factor that reaches both goals, on straight lines between those tried; None: none of them does."""

    def lacking(read: Callable[[dict[str, Any]], float]) -> float | None:
        return _reaches_zero([(step["factor"], read(step["figures"]["all"])) for step in steps])

    seconds = str(int(target.within_s))
    in_time = lacking(lambda found: target.share - found["joined_within"][seconds]["mean"])
    staying = lacking(lambda found: found["abandonment"]["mean"] - target.abandonment)
    return None if in_time is None or staying is None else max(in_time, staying)


def _reaches_zero(points: Sequence[tuple[float, float]]) -> float | None:
    """Where a falling line is first at or below 0."""
    before: tuple[float, float] | None = None
    for at, lacks in points:
        if lacks <= 0:
            return at if before is None else before[0] + (at - before[0]) * before[1] / (before[1] - lacks)
        before = (at, lacks)
    return None


def hours(scenario: Scenario, target: Target, factor: float | None) -> list[dict[str, Any]]:
    """For each hour of the day: what comes, what one line would need, and what the simulation says is needed."""
    found = []
    for hour in range(24):
        day = replace(scenario, start_hour=hour)
        per_s = 1000 * forecast_per_ms(day, day.warm_up_ms + HOUR_MS // 2)
        units = units_needed(
            per_s,
            scenario.handle_s,
            scenario.patience_median_s,
            within_s=target.within_s,
            share=target.share,
            abandons=target.abandonment,
        )
        wanted = factor * per_s * scenario.handle_s if factor else None
        found.append(
            {
                "hour": hour,
                "per_hour": per_s * 3600,
                "erlangs": per_s * scenario.handle_s,
                "erlang_a_units": units,
                "erlang_a_listeners": units / scenario.mean_capacity,
                "units": wanted,
                "listeners": wanted / scenario.mean_capacity if wanted else None,
                "listeners_on_the_plan": wanted / scenario.mean_capacity / present_share(scenario) if wanted else None,
            }
        )
    return found


def check_against_erlang_a(seeds: Sequence[int], hours_long: float = 24) -> list[dict[str, float]]:
    """One line, 1,000 seekers an hour, handle time 1,500 s, patience 600 s, at three sizes: simulated and computed."""
    found = []
    for units in (380, 400, 420):
        scenario = one_pool(peak_per_min=1000 / 60, units=units, handle_s=1500, patience_s=600, hours=hours_long)
        plain = replace(HOUSE, name="plain", topics="ignored", prefers=False, emergency=False)
        run = compare(scenario, [plain], seeds)["policies"]["plain"]["figures"]["all"]
        computed = erlang_a(1000 / 3600, 1500, 600, units, 60)
        found.append(
            {
                "units": units,
                "abandonment": run["abandonment"]["mean"],
                "erlang_a_abandonment": computed.abandons,
                "within_60_s": run["within_60_s"]["mean"],
                "erlang_a_within_60_s": computed.within,
            }
        )
    return found
