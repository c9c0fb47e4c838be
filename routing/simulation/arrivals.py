"""When people come: a Poisson process whose rate follows the day, by thinning. Chance is an argument."""

from random import Random

from routing.simulation.scenario import DAY_CURVE, HOUR_MS, WEEKDAYS, Scenario


def day_share(scenario: Scenario, at_ms: int) -> float:
    """The forecast rate at `at_ms` as a share of the peak rate of an average weekday."""
    if not scenario.has_day_curve:
        return 1.0
    hour = scenario.start_hour + (at_ms - scenario.warm_up_ms) / HOUR_MS
    day, of_day = divmod(hour, 24)
    before = int(of_day)
    part = of_day - before
    share = DAY_CURVE[before] * (1 - part) + DAY_CURVE[(before + 1) % 24] * part
    return share * WEEKDAYS[(scenario.weekday + int(day)) % 7]


def forecast_per_ms(scenario: Scenario, at_ms: int) -> float:
    """Arrivals per millisecond that a planner would expect: no spike, no day out of the ordinary."""
    return scenario.peak_per_min / 60_000 * day_share(scenario, at_ms)


def day_factors(scenario: Scenario, chance: Random) -> list[float]:
    """How much each day exceeds its forecast: gamma with mean 1, since real days vary more than Poisson says."""
    days = int(scenario.end_ms // (24 * HOUR_MS)) + 2
    if scenario.day_cv == 0:
        return [1.0] * days
    shape = 1 / scenario.day_cv**2
    return [chance.gammavariate(shape, 1 / shape) for _ in range(days)]


def arrivals(scenario: Scenario, chance: Random) -> list[int]:
    """Instants of all arrivals in [0, end), ascending, in ms."""
    factors = day_factors(scenario, chance)
    spike = scenario.spike
    most = scenario.peak_per_min / 60_000 * max(WEEKDAYS) * max(factors) * max(1.0, spike.factor if spike else 1.0)
    at = 0.0
    found: list[int] = []
    while True:
        at += chance.expovariate(most)
        if at >= scenario.end_ms:
            return found
        rate = forecast_per_ms(scenario, int(at)) * factors[int(_hour(scenario, at) // 24)]
        if spike and 0 <= _hour(scenario, at) - scenario.start_hour - spike.start_hour < spike.hours:
            rate *= spike.factor
        if chance.random() * most < rate:
            found.append(int(at))


def _hour(scenario: Scenario, at_ms: float) -> float:
    """Hours on the clock since midnight of the first day; the unmeasured hour before midnight counts as that day."""
    return max(0.0, scenario.start_hour + (at_ms - scenario.warm_up_ms) / HOUR_MS)
