"""Reads rule sets from a folder of TOML files, and finds what is wrong with them."""

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from chat.accounts.clearances import ClearanceKind
from config.log import get_logger
from listener_training.certification.fulfilment import Shelf
from listener_training.certification.rule_set import (
    AnyAsk,
    EducationAsk,
    Grade,
    ModulesAsk,
    PracticeAsk,
    ReviewAsk,
    RuleSet,
)
from listener_training.curriculum.course import Course
from listener_training.curriculum.lint import Finding
from listener_training.practice.scenario import SCENARIOS

log = get_logger("certification")

Said = tuple[Literal["error", "warning"], str]

#: The rule sets that ship with the service.
SHIPPED = Path(__file__).parent / "rules"


class Known(NamedTuple):
    """What rules may speak of: clearances (kind -> values), modules with their lessons, practice scenarios."""

    clearable: Mapping[ClearanceKind, Collection[str]]
    shelf: Shelf
    scenarios: Collection[str]


def shelf_of(courses: Mapping[str, Course]) -> dict[tuple[str, str], list[str]]:
    """(course, module) -> lessons, for all of these courses."""
    return {
        (course.course_id, module.module_id): list(module.lesson_ids)
        for course in courses.values()
        for module in course.original.modules
    }


def shipped_scenarios(folder: Path = SCENARIOS) -> frozenset[str]:
    """The practice scenarios that ship with the service."""
    return frozenset(path.stem for path in folder.glob("*.toml"))


def read_rule_set(path: Path) -> RuleSet:
    """One file. Raises ValueError with what is wrong, in one sentence."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = msgspec.convert(written, RuleSet)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"it can't be read as UTF-8 ({type(error).__name__})") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from None
    if rules.id != path.stem:
        raise ValueError(f"its id is {rules.id!r}, its name {path.stem!r}: they must be the same")
    return rules


def digest_of(rules: RuleSet) -> str:
    """`<version>+<hash>` of what is asked and earned, so that a certificate says by which rules exactly."""
    whole = msgspec.json.encode(rules, order="deterministic")
    return f"{rules.version}+{hashlib.sha256(whole).hexdigest()[:8]}"


def open_rule_sets(folder: Path = SHIPPED) -> dict[str, RuleSet]:
    """Every rule set of the folder that can be read; one that can't is left out, with a line in the log.

    Who holds a certificate of one that is left out keeps it: only nothing new is granted by it.
    """
    found: dict[str, RuleSet] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            rules = read_rule_set(path)
        except ValueError as error:
            log.error("rule_set_defect", file=path.name, what=str(error))
            continue
        found[rules.id] = rules
    return found


def lint_rule_set(rules: RuleSet, where: str, known: Known) -> list[Finding]:
    """All that is wrong with a rule set, or looks like a slip."""
    findings = [Finding(level, where, what) for level, what in _whole(rules)]
    for grade in rules.grades:
        findings += [Finding(level, f"{where}: {grade.id}", what) for level, what in _grade(rules, grade, known)]
    return findings


def _whole(rules: RuleSet) -> Iterator[Said]:
    ids = [grade.id for grade in rules.grades]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield "error", f"two grades are called {twice!r}"
    ordered = {grade.id for grade in rules.in_order()}
    for grade in rules.grades:
        for unknown in sorted(set(grade.needs) - set(ids)):
            yield "error", f"{grade.id} needs {unknown!r}, which is no grade of this rule set"
    known_needs = all(set(grade.needs) <= set(ids) for grade in rules.grades)
    if known_needs and ordered != set(ids):
        yield "error", f"these grades need each other in a circle: {', '.join(sorted(set(ids) - ordered))}"
    asked = [ask for grade in rules.grades for ask in (*grade.asks, *grade.renewal)]
    items = {ask.item for ask in asked if isinstance(ask, ReviewAsk)}
    subjects = {subject for ask in asked if isinstance(ask, EducationAsk) for subject in ask.subjects}
    for unused in sorted(set(rules.items) - items):
        yield "warning", f"nothing asks for the item {unused!r}"
    open_hours = any(isinstance(ask, EducationAsk) and not ask.subjects for ask in asked)
    for unused in sorted(set(rules.subjects) - subjects) if not open_hours else ():
        yield "warning", f"nothing asks for hours in {unused!r}"
    if not rules.sources:
        yield "warning", "it names no source"


def _grade(rules: RuleSet, grade: Grade, known: Known) -> Iterator[Said]:
    clearable = {f"{kind}:{value}" for kind, values in known.clearable.items() for value in values}
    for clearance in grade.clearances:
        if clearance not in clearable:
            yield "error", f"{clearance!r} is no clearance"
    if not grade.earns:
        yield "error", "it earns neither a clearance nor a function"
    if len(set(grade.clearances)) < len(grade.clearances):
        yield "error", "a clearance stands here twice"
    if not grade.asks:
        yield "error", "it asks for nothing, so everybody would earn it"
    if grade.renewal and grade.lasts_months is None:
        yield "error", "it is renewed, and never ends"
    if grade.lasts_months is not None and not grade.renewal and not grade.needs:
        yield "warning", "its renewal asks for nothing, so it is due again as soon as it may be renewed"
    for ask in (*grade.asks, *grade.renewal):
        yield from _ask(rules, ask, known)


def _ask(rules: RuleSet, ask: AnyAsk, known: Known) -> Iterator[Said]:
    match ask:
        case ModulesAsk():
            for module in ask.modules:
                if not known.shelf.get((ask.course, module)):
                    yield "error", f"there is no module {ask.course}/{module}, or it has no lesson"
        case PracticeAsk():
            for scenario in sorted(set(ask.scenarios) - set(known.scenarios)):
                yield "error", f"there is no practice scenario {scenario!r}"
        case ReviewAsk():
            if ask.item not in rules.items:
                yield "error", f"the item {ask.item!r} stands nowhere under [items]"
        case EducationAsk():
            for subject in sorted(set(ask.subjects) - set(rules.subjects)):
                yield "error", f"the subject {subject!r} stands nowhere under [subjects]"
