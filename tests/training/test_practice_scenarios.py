"""The scenarios that ship are sound, and the linter can find everything that it looks for."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from listener_training.curriculum.library import load_courses
from listener_training.practice.debrief import load_words
from listener_training.practice.scenario import (
    SCENARIOS,
    Disclosure,
    Ending,
    Goal,
    Reaction,
    Scenario,
    ScenarioError,
    Stagebook,
    When,
    load_common,
    load_scenario,
    staged,
)
from listener_training.practice.scenario_lint import defects
from tests.training.practising import books, recogniser


def found(book: Stagebook, **changed: object) -> str:
    """The defects of a scenario that was doctored so."""
    scenario: Scenario = replace(book.scenario, **changed)
    return "\n".join(defects(staged(scenario, book.common), recogniser().moves, {"reflecting"}))


@pytest.fixture
def book() -> Stagebook:
    book = books()["exam-panic"]
    lessons = ("reflecting",)
    goals = tuple(replace(goal, lesson="reflecting") for goal in book.scenario.goal)
    return staged(replace(book.scenario, lessons=lessons, goal=goals), book.common)


@pytest.mark.parametrize("name", sorted(books()))
def test_a_scenario_that_ships_has_no_defect(name: str) -> None:
    assert defects(books()[name], recogniser().moves) == []


def test_all_that_people_need_to_practise_is_there() -> None:
    assert len(books()) >= 8
    assert {book.scenario.age_band for book in books().values()} == {"teen", "adult"}
    assert {book.scenario.difficulty for book in books().values()} == {1, 2, 3}


def test_the_linter_finds_what_it_looks_for(book: Stagebook) -> None:
    scenario = book.scenario
    stage, goal, told = scenario.stage[0], scenario.goal[0], scenario.disclosure[0]
    assert found(book) == ""
    assert "is no topic" in found(book, topic="cheese")
    assert "no lesson 'baking'" in found(book, lessons=("baking",))
    assert "has 1 wordings; it needs 5" in found(book, stage=(replace(stage, say=stage.say[:1]), *scenario.stage[1:]))
    assert "an empty message" in found(book, opening=("a | | b", "c"))
    assert "more than 311 characters" in found(book, opening=("a" * 312, "c"))
    assert "and so does" in found(book, opening=("same", "same"))
    assert "no words for it" in found(book, opening=("my {cat}", "c"))
    assert "never used" in found(book, words={**scenario.words, "cat": ("Tom",)})
    assert "no placeholder" in found(book, opening=("my {Cat 1", "c"))
    assert "may not be said" in found(book, opening=("i have so many pills", "c"))
    assert "may not be said" in found(book, words={**scenario.words, "subject": ("the rope",)})
    assert "It has no goal" in found(book, goal=())
    assert "called 'body'" in found(book, disclosure=(*scenario.disclosure, told))
    assert "'hugs' is no move" in found(book, disclosure=(replace(told, on=("hugs",)), *scenario.disclosure[1:]))
    assert "'hugs' is no move" in found(book, opening_hint="hugs")
    assert "disclosure 'nowhere'" in found(book, goal=(replace(goal, when=When(told=("nowhere",))),))
    assert "ending 'nowhere'" in found(book, goal=(replace(goal, ending_not=("nowhere",)),))
    assert "does not say why" in found(book, reaction=(Reaction(moves=("advice",)),))


def test_the_linter_finds_what_nobody_can_reach(book: Stagebook) -> None:
    scenario = book.scenario
    never = When(trust_at_least=90, trust_at_most=10)
    lost = Disclosure(id="lost", means="", say=("one", "two"), on=("reflection",), when=never)
    assert "Nobody ever gets to disclosure:lost" in found(book, disclosure=(*scenario.disclosure, lost))
    far = Ending(id="far", outcome="well", when=never, say=("one", "two"), why="")
    assert "Nobody ever gets to ending:far" in found(book, ending=(*scenario.ending, far))
    goal = Goal(id="far", title="", when=never, try_this="", lesson="reflecting")
    assert "Nobody ever reaches the goal far" in found(book, goal=(*scenario.goal, goal))
    mute = staged(scenario, replace(book.common, ending=tuple(e for e in book.common.ending if e.outcome != "badly")))
    assert "No chat ends badly." in defects(mute, recogniser().moves)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id = ", "Invalid value"),
        ('id = "other"', "missing required field"),
        ("\xff", "codec"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ScenarioError, match=r"broken\.toml") as error:
        load_scenario(path, load_common())
    assert says in str(error.value)


def test_a_file_must_be_named_after_its_scenario(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text((SCENARIOS / "grief.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="same name"):
        load_scenario(path, load_common())


def test_a_version_changes_with_any_letter(book: Stagebook) -> None:
    other = staged(replace(book.scenario, persona=book.scenario.persona + "."), book.common)
    again = staged(book.scenario, book.common)
    assert other.version != book.version == again.version


def test_the_lessons_that_scenarios_and_debriefs_name_are_there() -> None:
    lessons = {lesson for course in load_courses().values() for lesson in course.lesson_ids}
    named = {lesson for book in books().values() for lesson in book.scenario.lessons}
    named |= {goal.lesson for book in books().values() for goal in book.scenario.goal}
    assert named | set(load_words().lessons.values()) <= lessons
