"""From a draft to what people learn: handing in, a second pair of eyes, publishing, taking back."""

import asyncio
from dataclasses import dataclass
from typing import Any

from chat.accounts.directory import names_of
from chat.accounts.refusal import Refused
from chat.api.endpoint import ADMINS, STAFF, Act, Asked, Endpoint
from listener_training.learning.shelf import Shelf
from listener_training.writing import drafts, editions
from listener_training.writing.judged import judge
from listener_training.writing_api.desk import DRAFT, today
from listener_training.writing_api.lines import edition_lines, everyone_in
from listener_training.writing_api.may import author, reader, verifier
from listener_training.writing_api.shown import EditionLine, Editions, NoteBody

EDITIONS = "/api/writing/courses/{course_id}/editions"


@dataclass(frozen=True)
class Publishing:
    shelf: Shelf

    async def hand_in(self, asked: Asked) -> None:
        """Ask for a draft to be published."""
        async with asked.deps.database.write() as session:
            await author(session, asked)
            await drafts.hand_in(session, asked.part("course_id"), asked.now_ms)

    async def give_back(self, asked: Asked) -> None:
        """Say what is to be mended."""
        body: NoteBody = asked.body
        async with asked.deps.database.write() as session:
            await verifier(session, asked)
            by, course_id = asked.by.person_id, asked.part("course_id")
            await drafts.give_back(session, course_id, body.note, by=by, now_ms=asked.now_ms)

    async def publish(self, asked: Asked) -> EditionLine:
        """Make a draft what people learn from.

        It must be sound, and be published by somebody who wrote none of it. Where there is nobody else, an admin may
        do it alone, and the edition says so.
        """
        body: NoteBody = asked.body
        course_id, by = asked.part("course_id"), asked.by.person_id
        async with asked.deps.database.read() as session:
            texts = drafts.texts_in(await drafts.files_of(session, course_id))
        course, remarks = await asyncio.to_thread(judge, course_id, texts, today(asked))
        async with asked.deps.database.write() as session:
            parts = await verifier(session, asked)
            if parts.publications_left < 1:
                raise Refused(
                    "too_many_editions", "You published as much this week as one person can look at with care."
                )
            draft = await drafts.draft_of(session, course_id, locks=True)
            files = await drafts.files_of(session, course_id)
            if drafts.texts_in(files) != texts:
                raise Refused("changed_meanwhile", "Somebody changed this course just now. Look at it again.")
            if course is None or any(remark.level == "error" for remark in remarks):
                raise Refused("course_unsound", "Something in this course must be mended first.")
            is_alone = by in await drafts.writers_of(session, course_id)
            if is_alone and not parts.is_admin:
                raise Refused("own_work", "Somebody who wrote none of it must look at it and publish it.")
            edition = await editions.publish(
                session, draft, course.version, body.note, by=by, is_alone=is_alone, now_ms=asked.now_ms
            )
            names = await names_of(session, everyone_in(None, (), [edition]))
        await editions.refresh_if_there(self.shelf, asked.deps.database)
        return edition_lines([edition], edition.number, names)[0]

    async def list(self, asked: Asked) -> Editions:
        """All editions of a course, newest first."""
        course_id = asked.part("course_id")
        async with asked.deps.database.read() as session:
            await reader(session, asked)
            found = await editions.editions_of(session, course_id)
            number = (await editions.in_force(session)).get(course_id)
            names = await names_of(session, everyone_in(None, (), found))
        return Editions(edition_lines(found, number, names))

    async def withdraw(self, asked: Asked) -> None:
        """Take an edition back: the one before it, or what ships, is in force again."""
        number = asked.part("number")
        if not (number.isdecimal() and len(number) < 10):
            raise Refused("no_such_edition", "There is no such edition.")
        async with asked.deps.database.write() as session:
            by, course_id = asked.by.person_id, asked.part("course_id")
            await editions.withdraw(session, course_id, int(number), by=by, now_ms=asked.now_ms)
        await editions.refresh_if_there(self.shelf, asked.deps.database)

    def endpoints(self) -> tuple[Endpoint, ...]:
        def row(method: str, path: str, act: Act, summary: str, **more: Any) -> Endpoint:
            return Endpoint(method=method, path=path, act=act, summary=summary, **{"who": STAFF, **more})

        return (
            row("POST", f"{DRAFT}/hand-in", self.hand_in, "Ask for a draft to be published."),
            row("POST", f"{DRAFT}/give-back", self.give_back, "Say what is to be mended.", body=NoteBody),
            row(
                "POST",
                f"{DRAFT}/publish",
                self.publish,
                "Publish a draft; whoever wrote in it can't, unless they are an admin.",
                body=NoteBody,
                may_omit_body=True,
                answer=EditionLine,
                status=201,
            ),
            row("GET", EDITIONS, self.list, "The editions of a course.", answer=Editions),
            row("POST", f"{EDITIONS}/{{number}}/withdraw", self.withdraw, "Take an edition back.", who=ADMINS),
        )
