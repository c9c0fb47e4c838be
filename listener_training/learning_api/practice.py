"""Practice chats over HTTP: what there is, beginning one, the debrief, giving one up."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from chat.accounts.refusal import Refused
from chat.api.endpoint import STAFF, Asked, Endpoint
from chat.conversation.aftermath import NOTE
from chat.conversation.data_keys import DataKeys
from listener_training.curriculum.course import Course
from listener_training.practice.debrief import Debrief
from listener_training.practice.scenario import Stagebook, load_scenarios
from listener_training.practising import rows
from listener_training.practising.playing import DEBRIEF, Kept
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.asking import forget_chats

_PATH = "/api/learning/practice"
_ONE = f"{_PATH}/{{practice_id}}"
SEED_MAX = 2**31


class PracticeBody(Struct, frozen=True):
    """`pace`: the partner's times are divided by it; 1 is as in life."""

    scenario: Annotated[str, Meta(max_length=64)]
    pace: Annotated[int, Meta(ge=1, le=60)] = 1


class LessonLink(Struct, frozen=True):
    lesson_id: str
    course_id: str
    title: str


class PracticeLine(Struct, frozen=True):
    """A practice chat in a list. `outcome`: well, unfinished, badly, not_begun, lost; null while it goes on."""

    practice_id: str
    scenario: str
    title: str
    begun_at_ms: int
    opened_at_ms: int | None
    ended_at_ms: int | None
    outcome: str | None
    score: int | None
    has_passed: bool | None


class ScenarioLine(Struct, frozen=True):
    """A scenario, and what one has made of it: how often it was talked to an end, and the best score."""

    scenario: str
    title: str
    summary: str
    topic: str
    age_band: str
    difficulty: int
    minutes: int
    lessons: list[LessonLink]
    times: int
    best_score: int | None
    has_passed: bool


class PracticeShown(Struct, frozen=True):
    """All scenarios, the practice chat that goes on, and those that ended, newest first."""

    scenarios: list[ScenarioLine]
    going_on: PracticeLine | None
    ended: list[PracticeLine]


class DebriefShown(Struct, frozen=True):
    """A practice chat of one's own. `debrief` is null while it goes on, and when its words are not kept any more."""

    practice: PracticeLine
    pass_mark: int
    debrief: Debrief | None
    after: list[str]
    note: str | None
    reported: str | None
    lessons: list[LessonLink]


@cache
def scenario_shelf() -> dict[str, Stagebook]:
    """The scenarios that ship, read when somebody asks for them first."""
    return dict(load_scenarios())


@dataclass(frozen=True)
class Practising:
    """One's own practice chats. Nobody else's can be asked for here."""

    courses: Mapping[str, Course]

    async def overview(self, asked: Asked) -> PracticeShown:
        """What there is, and what one has done."""
        async with asked.deps.database.read() as session:
            mine = await rows.all_of(session, asked.by.person_id)
        return PracticeShown(
            scenarios=[self._scenario(book, mine) for book in scenario_shelf().values()],
            going_on=next((_line(row) for row in mine if row.ended_at_ms is None), None),
            ended=[_line(row) for row in mine if row.opened_at_ms is not None and row.ended_at_ms is not None],
        )

    async def begin(self, asked: Asked) -> PracticeLine:
        """A new practice chat, or the one of this scenario that goes on."""
        body: PracticeBody = asked.body
        book = scenario_shelf().get(body.scenario)
        if book is None:
            raise Refused("no_such_scenario", "There is no such scenario.")
        async with asked.deps.database.write() as session:
            row = await rows.begin(
                session,
                asked.by.person_id,
                book,
                pace=body.pace,
                seed=secrets.randbelow(SEED_MAX),
                now_ms=asked.now_ms,
            )
            return _line(row)

    async def look(self, asked: Asked) -> DebriefShown:
        """One practice chat as it stands, with its debrief when it has ended."""
        async with asked.deps.database.read() as session:
            row = await rows.own_one(session, asked.part("practice_id"), asked.by.person_id)
        kept, note = await _unsealed(asked.deps.keys, row)
        book = scenario_shelf().get(row.scenario)
        return DebriefShown(
            practice=_line(row),
            pass_mark=book.scenario.pass_mark if book else 0,
            debrief=kept.debrief if kept else None,
            after=list(kept.after) if kept else [],
            note=note,
            reported=row.reported,
            lessons=self._lessons(_named(kept.debrief) if kept else ()),
        )

    async def remove(self, asked: Asked) -> None:
        """Give up the one that goes on, or take away what was kept of one that ended."""
        async with asked.deps.database.write() as session:
            chat_id = await rows.remove(session, asked.part("practice_id"), asked.by.person_id)
            await forget_chats(session, [chat_id])
        await asked.deps.keys.delete([chat_id])

    def _scenario(self, book: Stagebook, mine: Sequence[PracticeChatRow]) -> ScenarioLine:
        scenario = book.scenario
        done = [row for row in mine if row.scenario == scenario.id and row.score is not None]
        return ScenarioLine(
            scenario=scenario.id,
            title=scenario.title,
            summary=scenario.summary,
            topic=scenario.topic,
            age_band=scenario.age_band,
            difficulty=scenario.difficulty,
            minutes=scenario.minutes,
            lessons=self._lessons(scenario.lessons),
            times=len(done),
            best_score=max((row.score for row in done if row.score is not None), default=None),
            has_passed=any(row.has_passed for row in done),
        )

    def _lessons(self, lesson_ids: Iterable[str]) -> list[LessonLink]:
        """Those that a course of this service has."""
        # Looked up each time: an edition may have changed a title.
        return [
            LessonLink(lesson_id, course.course_id, course.original.lessons[lesson_id].title)
            for lesson_id in dict.fromkeys(lesson_ids)
            for course in self.courses.values()
            if lesson_id in course.original.lessons
        ]

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path=_PATH,
                act=self.overview,
                answer=PracticeShown,
                who=STAFF,
                summary="The scenarios of practice chats, and one's own.",
            ),
            Endpoint(
                method="POST",
                path=_PATH,
                act=self.begin,
                body=PracticeBody,
                answer=PracticeLine,
                status=201,
                who=STAFF,
                refusals=(404, 409),
                summary="Begin a practice chat, or go on with the one of this scenario.",
            ),
            Endpoint(
                method="GET",
                path=_ONE,
                act=self.look,
                answer=DebriefShown,
                who=STAFF,
                summary="A practice chat of one's own, with its debrief.",
            ),
            Endpoint(
                method="DELETE",
                path=_ONE,
                act=self.remove,
                who=STAFF,
                summary="Give a practice chat up, or remove what was kept of one.",
            ),
        )


async def _unsealed(keys: DataKeys, row: PracticeChatRow) -> tuple[Kept | None, str | None]:
    """The debrief and the note of one's own practice chat, as far as they are kept."""
    key = await keys.of(row.chat_id)
    if key is None:
        return None, None
    kept = row.sealed and key.unseal_note(DEBRIEF, row.person_id, row.sealed)
    note = row.sealed_note and key.unseal_note(NOTE, row.person_id, row.sealed_note)
    return msgspec.json.decode(kept, type=Kept) if kept else None, note or None


def _line(row: PracticeChatRow) -> PracticeLine:
    book = scenario_shelf().get(row.scenario)
    return PracticeLine(
        practice_id=row.practice_id,
        scenario=row.scenario,
        title=book.scenario.title if book else row.scenario,
        begun_at_ms=row.begun_at_ms,
        opened_at_ms=row.opened_at_ms,
        ended_at_ms=row.ended_at_ms,
        outcome=row.outcome,
        score=row.score,
        has_passed=row.has_passed,
    )


def _named(told: Debrief) -> list[str]:
    """The lessons that a debrief speaks of."""
    found = [goal.lesson for goal in told.goals]
    found += [move.lesson for turn in told.turns for move in turn.moves if move.lesson]
    return found + [one.lesson for one in told.missed if one.lesson]
