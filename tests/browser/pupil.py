"""The learning pages, as somebody uses them who knows the answers (or knows them to be wrong)."""

import re
from collections.abc import Collection

from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from chat.accounts.tables import StaffRow
from config.clock import now_ms
from config.database import Database
from listener_training.curriculum.course import Course, Question
from listener_training.learning.drawing import right_order
from listener_training.learning.judging import right_ids
from listener_training.learning.shelf import open_shelf
from listener_training.learning.tables import EnrolmentRow
from tests.browser.street import PHONE, Street
from tests.helpers.staff import PASSWORD
from tests.training.learned import lesson_read, passed_test, practice_over

__all__ = ["COURSE", "PRACTICE", "Pupil", "has_learned", "invited", "the_course"]

COURSE = "starter"
#: The practice chats that the first grade asks for.
PRACTICE = ("loneliness", "exam-panic", "suicidal-thoughts")


def the_course() -> Course:
    """The course that ships with the service, with its keys."""
    return open_shelf()[COURSE]


class Pupil:
    """One page of somebody who learns."""

    def __init__(self, page: Page, typed: set[str]) -> None:
        self.page = page
        self.typed = typed
        self.course = the_course()

    async def opens(self, lesson_id: str) -> None:
        """Open a lesson by its address."""
        await self.page.goto(f"/learn#lesson/{COURSE}/{lesson_id}")
        await expect(self.page.locator("h1")).to_have_text(self.course.original.lessons[lesson_id].title)

    async def begins_test(self) -> None:
        await self.page.get_by_role("button", name=re.compile("^(To the test|Take the test again)$")).click()
        await expect(self.heading).to_be_visible()

    @property
    def heading(self) -> Locator:
        return self.page.locator(".test__n")

    @property
    def next(self) -> Locator:
        return self.page.locator(".test__next")

    async def question(self, lesson_id: str) -> Question:
        """The question that is asked now, found by its words."""
        prompt = await self.page.locator(".test__prompt").inner_text()
        said = [line.strip() for line in await self.page.locator(".test .example .bubble").all_inner_texts()]
        return next(
            question
            for question in self.course.original.lessons[lesson_id].questions
            if question.prompt == prompt.strip() and [line.text for line in question.chat] == said
        )

    async def chooses(self, question: Question, *, well: bool = True) -> None:
        """Fill the answer in, without sending it."""
        texts = {option.id: option.text for option in question.options}
        if question.kind == "write_and_compare":
            words = f"My own words about {question.id}."
            self.typed.add(words)
            await self.page.locator(".test textarea").fill(words)
        elif question.kind == "order":
            goal = right_order(question) if well else right_order(question)[::-1]
            await self._puts_in_order([texts[one] for one in goal])
        else:
            worst = min(question.options, key=lambda option: option.worth).id
            for one in right_ids(question)[: None if question.kind == "multiple" else 1] if well else [worst]:
                await self.page.get_by_label(texts[one], exact=True).check()

    async def _puts_in_order(self, goal: list[str]) -> None:
        items = self.page.locator(".order__item")
        for place, text in enumerate(goal):
            while True:
                shown = await items.locator("span[dir]").all_inner_texts()
                at = shown.index(text)
                if at == place:
                    break
                await items.nth(at).get_by_role("button").first.click()
                await expect(items.nth(at - 1).locator("span[dir]")).to_have_text(text)

    async def answers(self, question: Question, *, well: bool = True) -> None:
        """Answer, and compare what was written."""
        await self.chooses(question, well=well)
        await self.page.get_by_role("button", name="Answer", exact=True).click()
        await expect(self.page.locator(".test__verdict")).to_be_visible()
        # The first answer counts: another tab may have given it, and compared it, too.
        if await self._keep.count():
            await self.compares()
        await expect(self.next).to_be_visible()

    async def compares(self) -> None:
        """Say which points were in what was written."""
        await self.page.locator(".tick input").first.check()
        await self._keep.click()

    @property
    def _keep(self) -> Locator:
        return self.page.get_by_role("button", name="Keep this")

    async def finishes(self, lesson_id: str, *, well: bool = True) -> None:
        """Answer whatever is still asked, and look at the result."""
        verdict, result = self.page.locator(".test__verdict"), self.page.locator(".test__result")
        asked = self.page.get_by_role("button", name="Answer", exact=True)
        while True:
            # A page that was just opened is still asking where this test stands.
            await expect(asked.or_(verdict).or_(result).first).to_be_visible()
            if await result.count():
                return
            if await verdict.count() == 0:
                await self.answers(await self.question(lesson_id), well=well)
            elif await self._keep.count():
                await self.compares()  # answered in another tab, and not compared there
            is_last = await self.next.inner_text() == "See the result"
            before = await self.heading.inner_text()
            await self.next.click()
            if is_last:
                await expect(result).to_be_visible()
            else:
                await expect(self.heading).not_to_have_text(before)


async def invited(street: Street, name: str, shown: str) -> tuple[Page, Page]:
    """A supervisor invites a trainee, who makes their account on a phone; both pages."""
    supervisor = await street.staff_page("/learn", "supervisor")
    await supervisor.get_by_role("link", name="People in training").click()
    await supervisor.get_by_label("Languages").fill(street.language)
    await supervisor.get_by_role("button", name="Invite a trainee").click()
    link = await supervisor.locator("code").inner_text()
    page = await (await street.context(PHONE)).new_page()
    await page.goto(link)
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Name that seekers see").fill(shown)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Make my account").click()
    await page.wait_for_url(re.compile("/(listen|learn)"))
    return supervisor, page


async def has_learned(
    database: Database, name: str, *, besides: Collection[str] = (), practised: Collection[str] = PRACTICE
) -> str:
    """Everything that the first grade asks for but the mentor's word, as if it had been done yesterday.

    `besides`: lessons that they took themselves. Returns their person_id.
    """
    course, at_ms = the_course(), now_ms() - 24 * 3600_000
    async with database.write() as session:
        person_id = (await session.scalars(select(StaffRow.person_id).where(StaffRow.name == name))).one()
        if await session.get(EnrolmentRow, (person_id, COURSE)) is None:
            session.add(
                EnrolmentRow(person_id=person_id, course_id=COURSE, enrolled_by=person_id, enrolled_at_ms=at_ms)
            )
        for lesson_id in [one for one in course.lesson_ids if one not in besides]:
            version = course.original.lessons[lesson_id].version
            session.add(lesson_read(person_id, COURSE, lesson_id, version=version, at_ms=at_ms))
            session.add(passed_test(person_id, COURSE, lesson_id, version=version, at_ms=at_ms))
        for scenario in practised:
            session.add(practice_over(f"p-{name}-{scenario}", person_id, scenario, at_ms=at_ms))
    return person_id
