"""Rules for certificates: what earns them, when they end, and three years of a worked example."""

from calendar import monthrange
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.accounts.clearances import CLEARABLE
from listener_training.certification.days import add_months, day_of, first_ms_of
from listener_training.certification.fulfilment import (
    HOUR_MS,
    Achievement,
    Chatted,
    Educated,
    LessonDone,
    Practised,
    SignedOff,
)
from listener_training.certification.library import (
    SHIPPED,
    Known,
    lint_rule_set,
    open_rule_sets,
    read_rule_set,
    shelf_of,
    shipped_scenarios,
)
from listener_training.certification.record import GradeRecord, Granted, record_of
from listener_training.certification.rule_set import RuleSet
from listener_training.learning.shelf import open_shelf

BOOK = open_rule_sets()
LISTENER, PENNSYLVANIA = BOOK["active-listener"], BOOK["pennsylvania-cps"]
SHELF = shelf_of(open_shelf())
BEGIN = date(2026, 1, 31)

days = some.dates(date(2025, 1, 1), date(2029, 12, 31))
lessons = some.sampled_from([("starter", one) for module in SHELF.values() for one in module])
achievements: some.SearchStrategy[Achievement] = some.one_of(
    some.builds(
        lambda on, at, share: LessonDone(on, *at, share), days, lessons, some.sampled_from([0.7, 0.8, 0.9, 1.0])
    ),
    some.builds(Practised, days, some.sampled_from(sorted(shipped_scenarios())), some.integers(0, 100)),
    some.builds(SignedOff, days, some.sampled_from([*LISTENER.items, *PENNSYLVANIA.items])),
    some.builds(Educated, days, some.sampled_from([*PENNSYLVANIA.subjects]), some.integers(1, 40 * HOUR_MS)),
    some.builds(Chatted, days, some.integers(1, 9 * HOUR_MS)),
)
certificates = some.builds(
    Granted,
    some.just("k"),
    some.sampled_from([grade.id for rules in (LISTENER, PENNSYLVANIA) for grade in rules.grades]),
    days,
    some.none() | days,
    some.booleans(),
)
rule_sets = some.sampled_from([LISTENER, PENNSYLVANIA])


def all_of(rules: RuleSet, on: date) -> list[Achievement]:
    """Everything that anything could ask for, on one day, in plenty."""
    done: list[Achievement] = [LessonDone(on, "starter", one, 1.0) for module in SHELF.values() for one in module]
    done += [Practised(on, one, 100) for one in shipped_scenarios() for _ in range(3)]
    done += [SignedOff(on, one) for one in rules.items for _ in range(3)]
    done += [Educated(on, one, 100 * HOUR_MS) for one in rules.subjects]
    return [*done, Chatted(on, 100 * HOUR_MS)]


def record(
    rules: RuleSet, done: list[Achievement], today: date, *granted: Granted, **how: bool
) -> dict[str, GradeRecord]:
    return record_of(rules, done, granted, today, SHELF, **how)


# ---- what ships ----


def test_the_shipped_rule_sets_are_sound() -> None:
    known = Known(CLEARABLE, SHELF, shipped_scenarios())
    assert sorted(BOOK) == ["active-listener", "pennsylvania-cps", "trainers"]
    for path in SHIPPED.glob("*.toml"):
        assert lint_rule_set(read_rule_set(path), path.name, known) == []
    assert PENNSYLVANIA.is_example
    assert "not legal advice" in PENNSYLVANIA.notice
    assert all("ot clinically reviewed" in rules.notice for rules in BOOK.values())


def test_the_default_rules_can_be_met_and_ask_for_nothing_that_only_chats_could_give_first() -> None:
    done = [one for one in all_of(LISTENER, BEGIN) if not isinstance(one, Chatted)]
    assert record(LISTENER, done, BEGIN)["adult"].is_due


# ---- Pennsylvania over three years ----


def test_three_years_of_a_certified_peer_specialist() -> None:
    trained = [Educated(BEGIN, "cps-training", 75 * HOUR_MS)]
    before = record(PENNSYLVANIA, trained, BEGIN)["cps"]
    assert (before.state, before.is_due) == ("none", False)
    assert [one.ask.title for one in before.missing] == ["The exam was passed"]

    exam = date(2026, 3, 31)
    learned: list[Achievement] = [*trained, SignedOff(exam, "exam")]
    earned = record(PENNSYLVANIA, learned, exam)["cps"]
    assert (earned.is_due, earned.would_expire_on) == (True, date(2028, 3, 31))

    first = Granted("first", "cps", exam, earned.would_expire_on)
    learned += [
        Educated(date(2026, 11, 5), "peer-support", 14 * HOUR_MS),
        Educated(date(2027, 5, 20), "recovery", 9 * HOUR_MS),
        Educated(date(2027, 9, 1), "other", 12 * HOUR_MS),
        Educated(date(2027, 9, 2), "ethics", 3 * HOUR_MS),
    ]
    # 38 hours, but only 23 of 24 in the set subjects; and the training before doesn't count again.
    short = record(PENNSYLVANIA, learned, date(2028, 2, 1), first)["cps"]
    assert (short.state, short.is_renewal, short.is_due, short.is_reminded) == ("held", True, False, True)
    assert [(one.have // HOUR_MS, one.need // HOUR_MS) for one in short.asks] == [(38, 36), (23, 24), (3, 3)]

    learned.append(Educated(date(2028, 2, 10), "peer-support", HOUR_MS))
    # Ninety days before the end, and not earlier, it may be renewed; the next period begins where the old one ends.
    assert not record(PENNSYLVANIA, learned, date(2027, 12, 31), first)["cps"].is_due
    renewable = record(PENNSYLVANIA, learned, date(2028, 2, 10), first)["cps"]
    assert (renewable.is_due, renewable.would_expire_on) == (True, date(2030, 3, 31))

    second = Granted("second", "cps", date(2028, 2, 10), renewable.would_expire_on)
    renewed = record(PENNSYLVANIA, learned, date(2029, 1, 31), first, second)["cps"]
    assert (renewed.state, renewed.is_due, renewed.is_reminded) == ("held", False, False)
    assert [one.have for one in renewed.asks] == [0, 0, 0], "hours of the first period don't count in the second"


def test_who_renews_nothing_holds_it_to_the_last_day_and_not_a_day_longer() -> None:
    granted = Granted("first", "cps", date(2026, 3, 31), date(2028, 3, 31))
    assert record(PENNSYLVANIA, [], date(2028, 3, 30), granted)["cps"].is_held
    lapsed = record(PENNSYLVANIA, [], date(2028, 3, 31), granted)["cps"]
    assert (lapsed.state, lapsed.is_renewal, lapsed.is_reminded) == ("lapsed", True, True)
    hours = [Educated(date(2028, 5, 1), "ethics", 12 * HOUR_MS), Educated(date(2028, 5, 1), "recovery", 24 * HOUR_MS)]
    again = record(PENNSYLVANIA, [*hours], date(2028, 5, 2), granted)["cps"]
    assert (again.is_due, again.would_expire_on) == (True, date(2030, 5, 2)), (
        "after a gap it runs from the day it is granted"
    )


# ---- steps of the default rules ----


def test_nothing_outlives_what_it_rests_on() -> None:
    adult = Granted("a", "adult", BEGIN, date(2026, 6, 30))
    done = all_of(LISTENER, BEGIN)
    assert record(LISTENER, done, date(2026, 3, 1), adult)["teen"].would_expire_on == date(2026, 6, 30)
    alone = record(LISTENER, done, date(2026, 7, 1), adult)["teen"]
    assert (alone.is_due, alone.lacks) == (False, ("adult",))


def test_scores_of_practice_alone_never_grant_anything_without_a_person() -> None:
    records = record(LISTENER, all_of(LISTENER, BEGIN), BEGIN)
    assert (records["adult"].is_due, records["adult"].may_be_automatic) == (True, False)


def test_without_the_practice_chats_a_grade_is_not_due() -> None:
    done = [one for one in all_of(LISTENER, BEGIN) if not isinstance(one, Practised)]
    adult = record(LISTENER, done, BEGIN)["adult"]
    assert not adult.is_due
    assert [one.is_met for one in adult.asks] == [True, False, True]


def test_a_test_passed_below_the_asked_score_does_not_count() -> None:
    done = [one._replace(share=0.75) if isinstance(one, LessonDone) else one for one in all_of(LISTENER, BEGIN)]
    assert not record(LISTENER, done, BEGIN)["adult"].asks[0].is_met


# ---- what holds for all rules and all records ----


@given(rule_sets, some.lists(achievements), achievements, some.lists(certificates, max_size=5), days)
def test_more_achievements_never_take_anything_away(
    rules: RuleSet, done: list[Achievement], more: Achievement, granted: list[Granted], today: date
) -> None:
    less, now = record(rules, done, today, *granted), record(rules, [*done, more], today, *granted)
    for grade_id, before in less.items():
        after = now[grade_id]
        assert after.state == before.state
        assert after.is_due >= before.is_due
        for old, new in zip(before.asks, after.asks, strict=True):
            assert new.have >= old.have
            assert old.met_on is None or (new.met_on is not None and new.met_on <= old.met_on)


@given(rule_sets, some.lists(achievements), certificates, days)
def test_it_ends_to_the_day(rules: RuleSet, done: list[Achievement], granted: Granted, end: date) -> None:
    holding = granted._replace(expires_on=end, is_withdrawn=False)
    for rules_id, before, after in [(holding.grade_id, end - timedelta(days=1), end)]:
        if rules.grade(rules_id) is not None:
            assert record(rules, done, before, holding)[rules_id].state == "held"
            assert record(rules, done, after, holding)[rules_id].state == "lapsed"


@given(rule_sets, certificates, days)
def test_withdrawn_stays_withdrawn_until_granted_anew(rules: RuleSet, granted: Granted, today: date) -> None:
    grade_id = granted.grade_id
    if rules.grade(grade_id) is None:
        return
    taken, plenty = granted._replace(is_withdrawn=True), all_of(rules, date(2025, 1, 1))
    now = record(rules, plenty, today, taken)[grade_id]
    assert (now.state, now.may_be_automatic) == ("withdrawn", False)
    anew = taken._replace(certificate_id="anew", expires_on=None, is_withdrawn=False)
    assert record(rules, plenty, today, taken, anew)[grade_id].state == "held"


@given(days, some.integers(0, 60))
def test_months_keep_the_day_where_the_month_has_it(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])
    assert day_of(first_ms_of(later)) == later
    assert day_of(first_ms_of(later) - 1) == later - timedelta(days=1)


# ---- the linter ----


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"age_band:adult"', '"age_band:old"', "'age_band:old' is no clearance"),
        ('needs = ["adult"]', 'needs = ["adults"]', "needs 'adults', which is no grade"),
        ('id = "adult"\n', 'id = "adult"\nneeds = ["teen"]\n', "in a circle"),
        ('modules = ["teens"]', 'modules = ["teen"]', "no module starter/teen"),
        ('scenarios = ["teen"]', 'scenarios = ["teens"]', "no practice scenario 'teens'"),
        ('item = "mock-chat"', 'item = "mock"', "'mock' stands nowhere under [items]"),
        ('id = "teen"\n', 'id = "adult"\n', "two grades are called 'adult'"),
    ],
)
def test_the_linter_finds(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "active-listener.toml"
    written = (SHIPPED / "active-listener.toml").read_text()
    assert old in written
    path.write_text(written.replace(old, new, 1))
    findings = lint_rule_set(read_rule_set(path), path.name, Known(CLEARABLE, SHELF, shipped_scenarios()))
    assert any(finding.level == "error" and complaint in finding.what for finding in findings), findings
