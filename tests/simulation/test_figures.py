"""Arithmetic on what happened, and how it is told."""

from html.parser import HTMLParser

import pytest

from routing.simulation.comparing import compare
from routing.simulation.daybook import Service, Story
from routing.simulation.drawing import Bar, Line, bars, lines, nice_ticks, number
from routing.simulation.goals import goals_of
from routing.simulation.outcomes import gini, of_bands, of_class, of_listeners, quantile
from routing.simulation.page import page
from routing.simulation.policy import POLICIES
from routing.simulation.scenario import HOUR_MS, Scenario
from routing.simulation.spread import interval, ratio, spread
from routing.simulation.staffing import Target, factor_for, hours, staffing


def story(end: str, wait_s: float, **more: object) -> Story:
    told: dict[str, object] = {"risk": 0, "language": "en", "arrival_ms": 0, "prefers": False, "is_servable": True}
    told |= {"is_own_listener_on_shift": False, "end": end, "wait_ms": round(wait_s * 1000), "offers": 1}
    return Story(**(told | more))  # type: ignore[arg-type]


def test_a_class_of_four_is_told_as_it_was() -> None:
    found = of_class(
        [
            story("joined", 5, shares_topic=True, prefers=True, has_own_listener=True, is_own_listener_on_shift=True),
            story("joined", 70, offers=2, prefers=True),
            story("joined", 200, is_piled_up=True),
            story("left", 30, offers=0, is_servable=False),
        ]
    )
    assert (found["came"], found["joined"], found["abandonment"]) == (4, 3, 0.25)
    assert found["wait_s"] == {"p50": 70, "p95": 200, "p99": 200}
    assert found["wait_of_those_who_left_s"]["p50"] == 30
    assert found["within_60_s"] == 0.25 and found["within_target"] == 0.5
    assert found["unservable"] == 0.25 and found["abandonment_of_servable"] == 0
    assert found["topic_match"] == pytest.approx(1 / 3) and found["pile_up"] == pytest.approx(1 / 3)
    assert found["own_listener_of_those_who_wished"] == 0.5 and found["own_listener_of_those_on_shift"] == 1
    assert found["offers_per_chat"] == pytest.approx(4 / 3)
    assert found["joined_within"]["60"] == 0.25 and found["joined_within"]["240"] == 0.75


def test_of_nobody_there_are_no_figures() -> None:
    found = of_class([])
    assert found["abandonment"] is None and found["wait_s"]["p95"] is None and found["offers_per_chat"] is None


def test_a_band_is_judged_by_all_whom_it_was_told_also_those_who_left() -> None:
    found = of_bands(
        [
            story("joined", 40, had_to_wait=True, band_s=(30, 60)),
            story("joined", 10, had_to_wait=True, band_s=(30, 60)),
            story("left", 90, had_to_wait=True, band_s=(30, 60)),
            story("left", 20, had_to_wait=True, band_s=(30, 60)),
            story("joined", 500, had_to_wait=True),
            story("joined", 4),
        ]
    )
    assert found == {
        "had_to_wait": pytest.approx(5 / 6),
        "told": 0.8,
        "covered_of_joined": 0.5,
        "longer_than_announced": 0.25,
    }


def test_gini_is_0_for_equals_and_nears_1_for_one_who_does_all() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0] * 99 + [1]) == pytest.approx(0.99)
    assert gini([]) is None
    busy = of_listeners([Service(2, HOUR_MS, 4), Service(1, HOUR_MS, 2), Service(1, 60_000, 50)])
    assert busy["gini_per_unit_hour"] == pytest.approx(0), "per unit of capacity, and not of who was there for a minute"


def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert [quantile([1, 2, 3, 4], part) for part in (0.25, 0.5, 0.51, 0.99)] == [1, 2, 3, 4]


def test_an_interval_holds_the_mean_and_is_wide_with_few_seeds() -> None:
    assert interval([4.0]) == {"mean": 4.0, "low": None, "high": None}
    two, many = interval([1.0, 3.0]), interval([1.0, 3.0] * 10)
    assert two["mean"] == many["mean"] == 2
    assert two["high"] == pytest.approx(2 + 12.706)
    assert many["high"] == pytest.approx(2 + 2.093 * (20 / 19) ** 0.5 / 20**0.5)
    assert spread([{"a": 1, "b": None}, {"a": 3, "b": None}])["b"] is None
    assert spread([0.0, 0.1])["low"] == 0, "nobody is joined less than never"
    # Student's t with 39 degrees of freedom is 2.0227: the table ends before.
    forty = interval([1.0, 3.0] * 20)
    assert forty["high"] == pytest.approx(2 + 2.0227 * (40 / 39) ** 0.5 / 40**0.5, abs=1e-4)


def test_a_ratio_is_of_the_means_and_days_stay_paired() -> None:
    assert ratio([(3.0, 2.0)]) == {"mean": 1.5, "low": None, "high": None}
    assert ratio([(3.0, 0.0), (4.0, 0.0)])["mean"] is None
    # Days differ much, and both policies by the same: nothing is uncertain.
    paired = ratio([(1.5 * day, float(day)) for day in range(1, 41)])
    assert [paired[name] for name in ("mean", "low", "high")] == pytest.approx([1.5] * 3)
    # The standard error of the ratio is 0.5 / sqrt(40).
    mixed = [(1.0, 1.0), (2.0, 1.0)] * 20
    found = ratio(mixed)
    assert found == ratio(mixed) and found["mean"] == 1.5
    assert found["low"] == pytest.approx(1.5 - 1.96 * 0.079, abs=0.03)
    assert found["high"] == pytest.approx(1.5 + 1.96 * 0.079, abs=0.03)


def test_the_target_is_reached_between_two_staffings_or_not_at_all() -> None:
    def step(factor: float, within: float, left: float) -> dict[str, object]:
        return {
            "factor": factor,
            "figures": {"all": {"joined_within": {"60": {"mean": within}}, "abandonment": {"mean": left}}},
        }

    steps = [step(1.0, 0.7, 0.05), step(1.2, 0.9, 0.01)]
    assert factor_for(steps, Target()) == pytest.approx(1.1)
    # Joining in time needs 1.1; keeping to 2% who leave needs more.
    assert factor_for(steps, Target(abandonment=0.02)) == pytest.approx(1.15)
    assert factor_for(steps[:1], Target()) is None
    assert factor_for(steps[1:], Target()) == 1.2


def test_listeners_by_hour_follow_the_day_and_never_undercut_one_line_by_much() -> None:
    table = hours(Scenario(), Target(), 1.1)
    assert len(table) == 24 and table[22]["listeners"] > 4 * table[9]["listeners"]
    for hour in table:
        assert hour["listeners"] <= hour["listeners_on_the_plan"]
        assert hour["erlang_a_units"] <= hour["erlangs"] * 1.2 + 3
    assert hours(Scenario(), Target(), None)[0]["listeners"] is None


@pytest.mark.parametrize(("low", "high"), [(0, 7), (0, 0.9), (5, 1300), (0, 1e-3), (3, 3)])
def test_ticks_are_round_and_reach_round_what_they_measure(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and 2 <= len(ticks) <= 12


def test_numbers_are_told_with_three_figures() -> None:
    assert [number(v) for v in (0, 12.345, 0.01234, 1234.5, 100, 7.0)] == ["0", "12.3", "0.0123", "1,234", "100", "7"]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: list[str] = []
        self.svgs = self.titles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [value or "" for name, value in attrs if name in ("src", "href")]
        self.svgs += tag == "svg"
        self.titles += tag == "title"
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_asks_nobody_and_names_every_plot() -> None:
    short = Scenario(hours=1, start_hour=21, peak_per_min=3)
    result = compare(short, [POLICIES["house"], POLICIES["fifo"]], [1, 2])
    result["engine"] = "twin"
    result["staffing"] = staffing(short, [1], Target(), factors=(0.9, 1.6))
    result["check"] = [
        {"units": 1, "abandonment": 0.1, "erlang_a_abandonment": 0.1, "within_60_s": 0.5, "erlang_a_within_60_s": 0.5}
    ]
    seen = Seen()
    text = page(result)
    seen.feed(text)
    assert seen.open == [] and seen.asked == [] and "url(" not in text
    assert seen.svgs == 6 and seen.titles == 1 + seen.svgs
    assert "nan" not in text.lower().replace("finance", "") and "None" not in text
    assert len(goals_of(result)) == 4


def test_names_are_text_and_never_markup() -> None:
    assert "<b>" not in bars("a<b>", "s", [Bar("<b>", 1.0, 0.5, 2.0), Bar("none", None)])
    assert "<b>" not in lines("a<b>", "x<b>", "y<b>", [Line("<b>", [(0, 1), (1, 2)])])


def test_a_line_of_nobody_is_left_out() -> None:
    drawn = lines("title", "x", "y", [Line("somebody", [(0, 1), (1, 2)]), Line("nobody", [])])
    assert "somebody" in drawn and "nobody" not in drawn
