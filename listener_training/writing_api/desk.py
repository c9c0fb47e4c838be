"""The desk of course authors: the list of courses, a draft, its files, a look at what they will become."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import STAFF, Act, Asked, Endpoint
from chat.api.problems import Problem
from listener_training.curriculum.library import SHIPPED, course_files
from listener_training.curriculum.reading import COURSE_FILE
from listener_training.learning.shelf import Shelf
from listener_training.writing import drafts
from listener_training.writing.course_files import TEXT_MAX, ZIP_MAX, BadFiles, checked_files, unpacked
from listener_training.writing.editions import editions_of, in_force
from listener_training.writing.judged import judge
from listener_training.writing.outline import id_in, language_with, title_in, with_lesson
from listener_training.writing.skeleton import new_course, new_lesson
from listener_training.writing.tables import CourseDraftRow, CourseEditionRow, DraftFileRow
from listener_training.writing_api.lines import (
    draft_line,
    edition_lines,
    everyone_in,
    looked_lesson,
    module_lines,
)
from listener_training.writing_api.may import author, parts_of, reader
from listener_training.writing_api.shown import (
    DraftShown,
    FileBody,
    FileGone,
    FileLine,
    FileShown,
    Looked,
    NewDraft,
    NewLesson,
    Saved,
    WhichFile,
    Written,
    WrittenLine,
)

DRAFTS = "/api/writing/drafts"
DRAFT = f"{DRAFTS}/{{course_id}}"
#: A zip in base64, and the JSON round it.
IMPORT_MAX = ZIP_MAX * 4 // 3 + 4096
#: A text whose every sign is escaped.
FILE_MAX = TEXT_MAX * 6 + 4096


def today(asked: Asked) -> date:
    return datetime.fromtimestamp(asked.now_ms / 1000, UTC).date()


async def texts_in_force(session: AsyncSession, shelf: Shelf, course_id: str) -> tuple[dict[str, str], int]:
    """The files that people learn from now, and the number of their edition (0: what ships). Raises Refused."""
    number = (await in_force(session)).get(course_id)
    edition = await session.get(CourseEditionRow, (course_id, number)) if number else None
    if edition is not None:
        return unpacked(edition.files), edition.number
    if course_id not in shelf.shipped:
        raise Refused("no_such_course", "There is no such course.")
    files, _ = course_files(SHIPPED / course_id)
    return checked_files(files), 0


@dataclass(frozen=True)
class Desk:
    shelf: Shelf

    async def courses(self, asked: Asked) -> Written:
        """Every course that there is or that is being written."""
        async with asked.deps.database.read() as session:
            parts = await parts_of(session, asked.by, asked.now_ms)
            rows = {row.course_id: row for row in await session.scalars(select(CourseDraftRow))}
            numbers = await in_force(session)
            lines = []
            for course_id in sorted({*self.shelf, *rows, *numbers}):
                draft = rows.get(course_id)
                files = await drafts.files_of(session, course_id) if draft else []
                writers = await drafts.writers_of(session, course_id) if draft else set()
                names = await names_of(session, everyone_in(draft, writers, ()))
                course = self.shelf.get(course_id)
                lines.append(
                    WrittenLine(
                        course_id=course_id,
                        title=course.original.title if course else title_in(drafts.texts_in(files)) or course_id,
                        is_shipped=course_id in self.shelf.shipped,
                        edition=numbers.get(course_id),
                        draft=draft_line(draft, files, writers, names) if draft else None,
                    )
                )
        return Written(parts.may_write, parts.may_publish, parts.drafts_left, lines)

    async def begin(self, asked: Asked) -> DraftShown:
        """Begin a draft: of a course that is in force, of a new one, or of one from elsewhere."""
        body: NewDraft = asked.body
        course_id, texts, based_on = body.course_id, {}, 0
        is_own = body.zip is not None or body.title is not None
        async with asked.deps.database.read() as session:
            # Before a zip is unpacked, which takes a while: who may not write makes this machine do nothing.
            await author(session, asked)
        try:
            if body.zip is not None:
                texts = await asyncio.to_thread(unpacked, body.zip)
                course_id = id_in(texts[COURSE_FILE])
            elif course_id is not None and body.title is not None:
                if course_id in self.shelf:
                    raise Refused("draft_open", "There is a course of that id already.")
                texts = new_course(course_id, body.title, body.language or "en", today(asked))
        except BadFiles as bad:
            raise Refused("bad_course_file", str(bad)) from None
        if course_id is None:
            raise Problem(422, "bad_field", "Say which course: its id, or a zip whose course.toml can be read.")
        async with asked.deps.database.write() as session:
            parts = await author(session, asked)
            if parts.drafts_left < 1:
                raise Refused("too_many_drafts", "You are writing as many courses as one person may at a time.")
            if not texts:
                texts, based_on = await texts_in_force(session, self.shelf, course_id)
            await drafts.begin(
                session, course_id, texts, based_on=based_on, by=asked.by.person_id, now_ms=asked.now_ms, is_own=is_own
            )
        return await self._shown(asked, course_id)

    async def show(self, asked: Asked) -> DraftShown:
        """A draft, its outline, and all that is wrong with it."""
        return await self._shown(asked, asked.part("course_id"))

    async def _shown(self, asked: Asked, course_id: str) -> DraftShown:
        async with asked.deps.database.read() as session:
            parts = await reader(session, asked)
            draft = await drafts.draft_of(session, course_id)
            files = await drafts.files_of(session, course_id)
            writers = await drafts.writers_of(session, course_id)
            editions = await editions_of(session, course_id)
            number = (await in_force(session)).get(course_id)
            names = await names_of(session, everyone_in(draft, writers, editions))
        course, remarks = await asyncio.to_thread(judge, course_id, drafts.texts_in(files), today(asked))
        return DraftShown(
            course_id=course_id,
            title=course.original.title if module_lines(course) and course else course_id,
            language=course.language if course else "",
            languages=sorted(course.translations) if course else [],
            draft=draft_line(draft, files, writers, names),
            may_publish=parts.may_publish,
            is_own=asked.by.person_id in writers,
            modules=module_lines(course),
            files=[FileLine(file.path, file.version, file.changed_by is not None) for file in files],
            remarks=remarks,
            editions=edition_lines(editions, number, names),
        )

    async def file(self, asked: Asked) -> FileShown:
        """The text of one file."""
        wanted: WhichFile = asked.query
        async with asked.deps.database.read() as session:
            await reader(session, asked)
            row = await session.get(DraftFileRow, (asked.part("course_id"), wanted.path))
        if row is None:
            raise Refused("no_such_draft", "There is no such file.")
        return FileShown(row.path, row.text, row.version)

    async def look(self, asked: Asked) -> Looked:
        """What a text would become, without keeping it."""
        body: FileBody = asked.body
        course_id = asked.part("course_id")
        async with asked.deps.database.read() as session:
            await reader(session, asked)
            await drafts.draft_of(session, course_id)
            texts = drafts.texts_in(await drafts.files_of(session, course_id))
        course, remarks = await asyncio.to_thread(judge, course_id, {**texts, body.path: body.text}, today(asked))
        return Looked(looked_lesson(course, body.path), [one for one in remarks if one.path == body.path])

    async def save(self, asked: Asked) -> Saved:
        """Keep a file; nobody's change is overwritten unseen."""
        body: FileBody = asked.body
        course_id = asked.part("course_id")
        async with asked.deps.database.write() as session:
            await author(session, asked)
            row = await drafts.save_file(
                session, course_id, body.path, body.text, seen=body.seen, by=asked.by.person_id, now_ms=asked.now_ms
            )
            texts = drafts.texts_in(await drafts.files_of(session, course_id))
        _, remarks = await asyncio.to_thread(judge, course_id, texts, today(asked))
        return Saved(row.version, remarks)

    async def remove(self, asked: Asked) -> DraftShown:
        """Take a file out of the draft."""
        body: FileGone = asked.body
        course_id = asked.part("course_id")
        async with asked.deps.database.write() as session:
            await author(session, asked)
            await drafts.remove_file(session, course_id, body.path, seen=body.seen, by=asked.by.person_id)
        return await self._shown(asked, course_id)

    async def add_lesson(self, asked: Asked) -> DraftShown:
        """A lesson to be filled in, at the end of a module."""
        body: NewLesson = asked.body
        course_id, by = asked.part("course_id"), asked.by.person_id
        async with asked.deps.database.write() as session:
            await author(session, asked)
            await drafts.draft_of(session, course_id, locks=True)
            files = {file.path: file for file in await drafts.files_of(session, course_id)}
            try:
                language = language_with(files[COURSE_FILE].text, body.lesson_id)
                text = with_lesson(files[COURSE_FILE].text, body.module_id, body.lesson_id)
            except BadFiles as bad:
                raise Refused("bad_course_file", str(bad)) from None
            added = new_lesson(body.lesson_id, language, today(asked))
            for path, content in {COURSE_FILE: text, **added}.items():
                seen = files[path].version if path in files else 0
                await drafts.save_file(session, course_id, path, content, seen=seen, by=by, now_ms=asked.now_ms)
        return await self._shown(asked, course_id)

    async def throw_away(self, asked: Asked) -> None:
        """Take a draft from the desk; what is published stays."""
        async with asked.deps.database.write() as session:
            await author(session, asked)
            await drafts.throw_away(session, asked.part("course_id"), by=asked.by.person_id, now_ms=asked.now_ms)

    def endpoints(self) -> tuple[Endpoint, ...]:
        def row(method: str, path: str, act: Act, summary: str, **more: Any) -> Endpoint:
            return Endpoint(method=method, path=path, act=act, summary=summary, who=STAFF, **more)

        return (
            row("GET", "/api/writing", self.courses, "Courses that are there or being written.", answer=Written),
            row(
                "POST",
                DRAFTS,
                self.begin,
                "Begin a draft: from what is in force, anew, or from a zip.",
                body=NewDraft,
                answer=DraftShown,
                status=201,
                body_max=IMPORT_MAX,
            ),
            row("GET", DRAFT, self.show, "A draft, its outline, and what is wrong with it.", answer=DraftShown),
            row("DELETE", DRAFT, self.throw_away, "Throw a draft away."),
            row("GET", f"{DRAFT}/file", self.file, "One file of a draft.", query=WhichFile, answer=FileShown),
            row("PUT", f"{DRAFT}/file", self.save, "Keep a file.", body=FileBody, answer=Saved, body_max=FILE_MAX),
            row("POST", f"{DRAFT}/gone", self.remove, "Remove a file.", body=FileGone, answer=DraftShown),
            row(
                "POST",
                f"{DRAFT}/look",
                self.look,
                "A text as people will read it.",
                body=FileBody,
                answer=Looked,
                body_max=FILE_MAX,
            ),
            row("POST", f"{DRAFT}/lessons", self.add_lesson, "Add a lesson.", body=NewLesson, answer=DraftShown),
        )
