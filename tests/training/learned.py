"""Rows of what somebody has learned, as if they had done it themselves; for tests of what follows from it."""

from typing import Any

from listener_training.learning.tables import AttemptRow, LessonProgressRow
from listener_training.practising.tables import PracticeChatRow

__all__ = ["lesson_read", "passed_test", "practice_over"]


def lesson_read(person_id: str, course_id: str, lesson_id: str, *, version: str, at_ms: int) -> LessonProgressRow:
    """Begun and read to its end at one moment."""
    return LessonProgressRow(
        person_id=person_id,
        course_id=course_id,
        lesson_id=lesson_id,
        lesson_version=version,
        section=0,
        begun_at_ms=at_ms,
        changed_at_ms=at_ms,
        read_at_ms=at_ms,
    )


def passed_test(person_id: str, course_id: str, lesson_id: str, *, version: str, at_ms: int) -> AttemptRow:
    """The first try, without its answers."""
    return AttemptRow(
        attempt_id=f"t-{person_id}-{lesson_id}",
        person_id=person_id,
        course_id=course_id,
        lesson_id=lesson_id,
        number=1,
        lesson_version=version,
        language="en",
        seed="seed",
        drawn=[],
        begun_at_ms=at_ms,
        ended_at_ms=at_ms,
        outcome="passed",
        share=0.95,
    )


def practice_over(practice_id: str, person_id: str, scenario: str, *, at_ms: int, **more: Any) -> PracticeChatRow:
    """A practice chat with an adult that is over. `more`: columns that a test wants otherwise."""
    columns: dict[str, Any] = {
        "version": "1",
        "seed": 1,
        "age_band": "adult",
        "pace": 1,
        "chat_id": f"c-{practice_id}",
        "begun_at_ms": at_ms,
        "ended_at_ms": at_ms,
        "holder": "",
        "lease_until_ms": 0,
        "turns": [],
        "score": 80,
    }
    return PracticeChatRow(practice_id=practice_id, person_id=person_id, scenario=scenario, **(columns | more))
