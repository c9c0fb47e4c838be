"""Drafts and editions as the pages see them. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from listener_training.curriculum.course import Course
from listener_training.writing.tables import CourseDraftRow, CourseEditionRow, DraftFileRow
from listener_training.writing_api.shown import DraftLine, EditionLine, LessonInDraft, LookedLesson, ModuleLine


def everyone_in(draft: CourseDraftRow | None, writers: Iterable[str], editions: Sequence[CourseEditionRow]) -> set[str]:
    """Whose names a draft and these editions mention."""
    found = {*writers, *({draft.begun_by} if draft else ())}
    for edition in editions:
        found |= {edition.published_by, *edition.written_by.split(",")}
    return found


def draft_line(
    draft: CourseDraftRow, files: Sequence[DraftFileRow], writers: Iterable[str], names: Mapping[str, str]
) -> DraftLine:
    return DraftLine(
        begun_by_name=names.get(draft.begun_by, ""),
        begun_at_ms=draft.begun_at_ms,
        changed_at_ms=max((file.changed_at_ms for file in files), default=draft.begun_at_ms),
        handed_in_at_ms=draft.handed_in_at_ms,
        given_back=draft.given_back,
        writers=sorted(names.get(one, "") for one in writers),
    )


def edition_lines(
    editions: Sequence[CourseEditionRow], in_force: int | None, names: Mapping[str, str]
) -> list[EditionLine]:
    return [
        EditionLine(
            number=edition.number,
            course_version=edition.course_version,
            note=edition.note,
            writers=sorted(names.get(one, "") for one in edition.written_by.split(",")),
            published_by_name=names.get(edition.published_by, ""),
            published_at_ms=edition.published_at_ms,
            is_alone=edition.is_alone,
            is_in_force=edition.number == in_force,
            withdrawn_at_ms=edition.withdrawn_at_ms,
        )
        for edition in editions
    ]


def module_lines(course: Course | None) -> list[ModuleLine]:
    if course is None or course.language not in course.translations:
        return []
    titles = {lesson_id: lesson.title for lesson_id, lesson in course.original.lessons.items()}
    return [
        ModuleLine(one.module_id, one.title, [LessonInDraft(each, titles.get(each, "")) for each in one.lesson_ids])
        for one in course.original.modules
    ]


def looked_lesson(course: Course | None, path: str) -> LookedLesson | None:
    """The lesson to which a file belongs."""
    folder, _, name = path.partition("/")
    lesson_id = name.removesuffix(".md").removesuffix(".toml")
    words = course.translations.get(folder) if course else None
    lesson = words.lessons.get(lesson_id) if words else None
    if lesson is None:
        return None
    return LookedLesson(
        title=lesson.title,
        summary=lesson.summary,
        aims=lesson.aims,
        remember=lesson.remember,
        minutes=lesson.minutes,
        sections=lesson.sections,
        sources=lesson.sources,
        questions=lesson.questions,
    )
