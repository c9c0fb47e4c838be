"""Who listens when: shifts laid so that enough units of capacity are expected on duty. Chance is an argument."""

from dataclasses import dataclass, replace
from random import Random

from routing.simulation.arrivals import forecast_per_ms
from routing.simulation.scenario import HOUR_MS, Scenario, language_shares

#: Shifts begin on the quarter of an hour.
STEP_MS = HOUR_MS // 4
#: A personal maximum above the capacity is for "one more" and for emergencies.
MOST_CHATS = 5
#: The clearance for imminent danger.
MOST_LEVEL = 3
SECOND_LANGUAGE_SHARE = 0.35
THIRD_LANGUAGE_SHARE = 0.08
#: Of twelve topics, a listener is at home in about so many (assumed).
TOPICS_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Listener:
    """One person on one shift. Times in ms."""

    number: int
    languages: tuple[str, ...]
    #: Highest risk level they are cleared for, 0-3.
    level: int
    #: Bit masks: topics they are cleared for, topics they are at home in.
    hard: int
    mask: int
    capacity: int
    takes_emergencies: bool
    starts_ms: int
    ends_ms: int
    #: (from, to) within the shift, or none.
    rest_ms: tuple[int, int] | None
    is_no_show: bool

    def may_take(self, language: str, level: int, hard: int) -> bool:
        """Do their languages and clearances allow it?"""
        return language in self.languages and self.level >= level and self.hard & hard == hard


def units_wanted(scenario: Scenario, at_ms: int) -> float:
    """Units of capacity that should be on duty: the staffing factor times the chats that would be open."""
    return scenario.staffing * forecast_per_ms(scenario, at_ms) * scenario.handle_s * 1000


def present_share(scenario: Scenario) -> float:
    """Of the hours on the plan so many are worked: the rest are rests and no-shows."""
    if scenario.shift_hours == 0:
        return 1.0
    rests = scenario.break_share * scenario.break_s / (scenario.shift_hours * 3600)
    return (1 - scenario.no_show_share) * (1 - rests)


def listeners_of(scenario: Scenario, chance: Random) -> list[Listener]:
    """Everybody who is planned, those who won't show included, by the start of their shifts."""
    shares = dict(zip(scenario.languages, language_shares(scenario.languages), strict=True))
    if scenario.shift_hours == 0:
        return _always_on(scenario, chance, shares)
    shift_ms = round(scenario.shift_hours * HOUR_MS)
    present = present_share(scenario)
    planned: list[Listener] = []
    on_duty: list[tuple[int, float, Listener]] = []
    # Before the start the shifts of earlier hours are under way, ends spread over a shift's length.
    for start_ms in range(-shift_ms + STEP_MS, scenario.end_ms, STEP_MS):
        on_duty = [shift for shift in on_duty if shift[0] > start_ms]
        wanted = units_wanted(scenario, start_ms + STEP_MS // 2)
        if start_ms < 0:
            wanted *= (start_ms + shift_ms) / shift_ms
        there = dict.fromkeys(scenario.languages, 0.0)
        cleared = dict.fromkeys(scenario.languages, 0)
        for _, units, other in on_duty:
            there[other.languages[0]] += units
            cleared[other.languages[0]] += other.level == MOST_LEVEL
        while sum(there.values()) + present * scenario.mean_capacity / 2 < wanted:
            # Whoever plans looks first for the language that lacks most.
            language = max(scenario.languages, key=lambda one: shares[one] * wanted - there[one])
            # People don't come on the minute together.
            late_ms = round(chance.uniform(0, STEP_MS / 3))
            person = _listener(len(planned), start_ms + late_ms, shift_ms, language, scenario, shares, chance)
            if cleared[language] < scenario.danger_cover:
                person = replace(person, level=MOST_LEVEL)
            planned.append(person)
            on_duty.append((start_ms + shift_ms, person.capacity * present, person))
            there[language] += person.capacity * present
            cleared[language] += person.level == MOST_LEVEL
    return planned


def _always_on(scenario: Scenario, chance: Random, shares: dict[str, float]) -> list[Listener]:
    count = round(units_wanted(scenario, 0) / scenario.mean_capacity)
    languages = chance.choices(scenario.languages, list(shares.values()), k=count)
    return [
        _listener(number, 0, scenario.end_ms + 1, language, scenario, shares, chance)
        for number, language in enumerate(languages)
    ]


def _listener(
    number: int,
    starts_ms: int,
    shift_ms: int,
    language: str,
    scenario: Scenario,
    shares: dict[str, float],
    chance: Random,
) -> Listener:
    languages = [language]
    for share in (SECOND_LANGUAGE_SHARE, THIRD_LANGUAGE_SHARE):
        other = chance.choices(scenario.languages, list(shares.values()))[0]
        if chance.random() < share and other not in languages:
            languages.append(other)
    hard = sum(1 << bit for bit in range(scenario.hard_topics) if chance.random() < scenario.hard_cleared_share)
    mask = sum(1 << bit for bit in range(scenario.topics) if chance.random() < TOPICS_SHARE)
    rest_at_ms = starts_ms + round(shift_ms * chance.uniform(0.4, 0.6))
    rests = chance.random() < scenario.break_share
    return Listener(
        number=number,
        languages=tuple(languages),
        level=chance.choices((0, 1, 2, 3)[: len(scenario.level_shares)], scenario.level_shares)[0],
        hard=hard,
        mask=mask | hard,
        capacity=chance.choices(range(1, len(scenario.capacity_shares) + 1), scenario.capacity_shares)[0],
        takes_emergencies=chance.random() < scenario.emergency_share,
        starts_ms=starts_ms,
        ends_ms=starts_ms + shift_ms,
        rest_ms=(rest_at_ms, rest_at_ms + round(scenario.break_s * 1000)) if rests else None,
        is_no_show=chance.random() < scenario.no_show_share,
    )
