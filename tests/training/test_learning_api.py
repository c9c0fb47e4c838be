"""Learning over HTTP: from the invitation to the last lesson, with everything that goes wrong on the way."""

import asyncio
from typing import Any

from tests.helpers.api import Browser, problem
from tests.helpers.staff import PASSWORD
from tests.training.conftest import School
from tests.training.small_course import KEY, course, right, wrong

HEARING, MINDING, TEENS = (f"/api/learning/courses/small/lessons/{one}" for one in ("hearing", "minding", "teens"))


async def begins(person: Browser, lesson: str = HEARING) -> dict[str, Any]:
    answer = await person.post(f"{lesson}/attempts")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def answers(person: Browser, attempt: dict[str, Any], question_id: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await person.post(f"/api/learning/attempts/{attempt['attempt_id']}/answers/{question_id}", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def compares(person: Browser, attempt: dict[str, Any], question_id: str, *checked: str) -> dict[str, Any]:
    path = f"/api/learning/attempts/{attempt['attempt_id']}/answers/{question_id}/comparison"
    answer = await person.post(path, {"checked": list(checked)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def takes_test(person: Browser, lesson: str = HEARING, *, well: bool = True) -> dict[str, Any]:
    """The whole test of a lesson; returns how it ended."""
    attempt = await begins(person, lesson)
    for question in attempt["questions"]:
        body = (right if well else wrong)(question["question_id"])
        attempt = await answers(person, attempt, question["question_id"], body)
        if question["kind"] == "write_and_compare":
            attempt = await compares(person, attempt, question["question_id"], "short")
    assert attempt["outcome"] == ("passed" if well else "not_passed")
    return attempt


async def reads(person: Browser, lesson: str) -> None:
    kept = await person.call("PUT", f"{lesson}/bookmark", {"section": 2, "is_read": True})
    assert kept.status_code == 200, kept.text


async def overview(person: Browser) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The course, and its lessons by id."""
    (shown,) = (await person.get("/api/learning")).json()["courses"]
    return shown, {one["lesson_id"]: one for module in shown["modules"] for one in module["lessons"]}


def by_id(attempt: dict[str, Any], question_id: str) -> dict[str, Any]:
    return next(one for one in attempt["questions"] if one["question_id"] == question_id)


# ---- the whole way ----


async def test_from_the_invitation_to_the_last_lesson(school: School) -> None:
    supervisor = await school.sign_in("linden", "supervisor")
    invited = await supervisor.post("/api/learning/invitations")
    assert invited.status_code == 201
    fennel = school.browser()
    body = {"name": "fennel", "display_name": "Fennel", "password": PASSWORD}
    joined = await fennel.post(f"/api/invitations/{invited.json()['code']}", body)
    assert (joined.json()["role"], joined.json()["age_bands"]) == ("listener", [])

    shown, lessons = await overview(fennel)
    assert (shown["enrolled_at_ms"], shown["next_lesson_id"], shown["minutes_done"]) == (None, "hearing", 0)
    assert not any(one["is_read"] or one["is_done"] for one in lessons.values())
    await reads(fennel, HEARING)
    await takes_test(fennel)
    shown, lessons = await overview(fennel)
    assert (shown["next_lesson_id"], shown["minutes_done"], shown["minutes"]) == ("minding", 10, 30)
    assert shown["enrolled_at_ms"] == school.clock()
    assert (lessons["hearing"]["is_done"], lessons["hearing"]["best_share"]) == (True, 1)
    await reads(fennel, MINDING)
    shown, _ = await overview(fennel)
    asks = {one["value"]: one for one in shown["asks"]}
    assert (asks["adult"]["done"], asks["adult"]["lessons"], asks["adult"]["is_held"]) == (2, 2, False)
    assert (asks["teen"]["done"], asks["teen"]["lessons"]) == (2, 3)
    await reads(fennel, TEENS)
    await takes_test(fennel, TEENS)
    shown, _ = await overview(fennel)
    assert (shown["next_lesson_id"], shown["minutes_done"]) == (None, 30)
    # Lessons alone clear nobody.
    assert (await fennel.get("/api/me")).json()["age_bands"] == []

    (line,) = (await supervisor.get("/api/learning/people")).json()["people"]
    assert (line["display_name"], line["is_trainee"], line["enrolled_by_name"]) == ("Fennel", True, "Linden")
    assert (line["lessons"], line["read"], line["passed"], line["done"], line["tries"]) == (3, 3, 2, 3, 2)


async def test_a_lesson_comes_whole_and_without_its_questions(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    answer = await wren.get(f"{HEARING}?language=de-AT")
    shown = answer.json()
    assert (shown["title"], shown["questions"], shown["pass_mark"]) == ("Hearing", 4, 0.8)
    assert (shown["is_fallback"], shown["reviewed"]) == (True, None)
    assert [section["title"] for section in shown["sections"]] == ["", "An example", "To do"]
    assert shown["sections"][1]["blocks"][0]["block"] == "chat"
    assert (shown["lesson_number"], shown["lesson_count"], shown["module_title"]) == (1, 2, "Start")
    assert (shown["previous_lesson_id"], shown["next_lesson_id"]) == ("teens", "minding")
    assert KEY not in answer.text
    assert problem(await wren.get("/api/learning/courses/small/lessons/no")) == (404, "no_such_lesson")
    assert problem(await wren.get("/api/learning/courses/no/lessons/hearing")) == (404, "no_such_course")
    assert problem(await school.browser().get(HEARING)) == (401, "not_signed_in")


async def test_a_review_holds_for_the_version_that_was_reviewed(school: School) -> None:
    admin = await school.sign_in("linden", "admin")
    review = {"subject": "lesson:small/hearing", "version": "1.0+aaa", "reviewer": "Dr. R.", "reviewed_at_ms": 0}
    assert (await admin.post("/api/admin/clinical-reviews", review)).status_code == 201
    assert (await admin.get(HEARING)).json()["reviewed"] == {"by": "Dr. R.", "on": "1970-01-01"}
    _, lessons = await overview(admin)
    assert (lessons["hearing"]["is_reviewed"], lessons["minding"]["is_reviewed"]) == (True, False)
    school.courses["small"] = course(version="1.0+bbb")
    assert (await admin.get(HEARING)).json()["reviewed"] is None


# ---- bookmarks ----


async def test_the_bookmark_follows_to_another_device(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    kept = await wren.call("PUT", f"{HEARING}/bookmark", {"section": 1})
    assert kept.json() == {"section": 1, "read_at_ms": None}
    phone = school.browser()
    await phone.post("/api/sign-in", {"name": "wren", "password": PASSWORD})
    _, lessons = await overview(phone)
    assert (lessons["hearing"]["section"], lessons["hearing"]["is_read"]) == (1, False)
    await reads(phone, HEARING)
    school.clock.advance(s=60)
    # The other tab, still in the middle, takes nothing back.
    kept = await wren.call("PUT", f"{HEARING}/bookmark", {"section": 0})
    assert kept.json() == {"section": 0, "read_at_ms": school.clock() - 60_000}
    # A version with fewer sections has no such section.
    kept = await wren.call("PUT", f"{HEARING}/bookmark", {"section": 999})
    assert kept.json()["section"] == 2
    assert problem(await wren.call("PUT", f"{HEARING}/bookmark", {"section": -1})) == (422, "bad_field")


async def test_a_lesson_that_changed_in_substance_says_so_until_it_is_read_again(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    await reads(wren, HEARING)
    school.courses["small"] = course(version="1.0+bbb")
    _, lessons = await overview(wren)
    assert not lessons["hearing"]["has_changed"]
    school.courses["small"] = course(version="2.0+ccc")
    _, lessons = await overview(wren)
    assert (lessons["hearing"]["has_changed"], lessons["hearing"]["is_read"]) == (True, True)
    await reads(wren, HEARING)
    _, lessons = await overview(wren)
    assert not lessons["hearing"]["has_changed"]


# ---- tests ----


async def test_the_key_stays_here_until_the_answer(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    begun = await wren.post(f"{HEARING}/attempts", {"language": "en"})
    assert KEY not in begun.text
    attempt = begun.json()
    assert {one["question_id"] for one in attempt["questions"]} == {"several", "steps", "reply", "written"}
    attempt = await answers(wren, attempt, "reply", {"chosen": ["b"]})
    answered = by_id(attempt, "reply")["answer"]
    assert (answered["worth"], answered["right"], answered["chosen"]) == (0.5, ["a"], ["b"])
    assert {one["id"]: one["feedback"] for one in answered["options"]}["b"] == f"{KEY} good"
    assert all(one["answer"] is None for one in attempt["questions"] if one["question_id"] != "reply")
    # The model comes after the own words, and before the own judgement.
    attempt = await answers(wren, attempt, "written", {"text": "  That sounds hard.  "})
    written = by_id(attempt, "written")["answer"]
    assert (written["text"], written["worth"], written["checked"]) == ("That sounds hard.", None, None)
    assert written["model"] == [f"{KEY} The nights are long right now."]
    attempt = await compares(wren, attempt, "written", "feeling")
    assert by_id(attempt, "written")["answer"]["checked"] == ["feeling"]


async def test_reloading_in_the_middle_loses_nothing(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    attempt = await begins(wren)
    await answers(wren, attempt, "steps", right("steps"))
    attempt = await answers(wren, attempt, "written", right("written"))
    again = (await wren.get(f"/api/learning/attempts/{attempt['attempt_id']}")).json()
    assert again == attempt == await begins(wren)
    _, lessons = await overview(wren)
    assert lessons["hearing"]["open_attempt_id"] == attempt["attempt_id"]


async def test_two_tabs_do_no_harm(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    begun = await asyncio.gather(*(wren.post(f"{HEARING}/attempts") for _ in range(4)))
    assert len({one.json()["attempt_id"] for one in begun}) == 1
    attempt = begun[0].json()
    path = f"/api/learning/attempts/{attempt['attempt_id']}/answers/reply"
    sent = await asyncio.gather(*(wren.post(path, {"chosen": [one]}) for one in "abca"))
    assert [one.status_code for one in sent] == [200] * 4
    assert len({tuple(by_id(one.json(), "reply")["answer"]["chosen"]) for one in sent}) == 1
    # An answer that comes when all is over finds what stood.
    for question in ("several", "steps", "written"):
        attempt = await answers(wren, attempt, question, right(question))
    attempt = await compares(wren, attempt, "written")
    assert attempt["outcome"] is not None
    assert await answers(wren, attempt, "steps", wrong("steps")) == attempt
    assert await compares(wren, attempt, "written", "short") == attempt


async def test_who_does_not_pass_waits_and_longer_the_second_time(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    for wait_min in (10, 60, 60):
        attempt = await takes_test(wren, well=False)
        assert attempt["may_try_at_ms"] == school.clock() + wait_min * 60_000
        school.clock.advance(s=wait_min * 60 - 1)
        refused = await wren.post(f"{HEARING}/attempts")
        assert problem(refused) == (429, "too_early")
        assert refused.json()["retry_after_ms"] == 1000
        school.clock.advance(s=1)
    await takes_test(wren)
    _, lessons = await overview(wren)
    assert (lessons["hearing"]["is_passed"], lessons["hearing"]["tries"]) == (True, 4)
    # A pass stays a pass.
    await takes_test(wren, well=False)
    _, lessons = await overview(wren)
    assert lessons["hearing"]["is_passed"]


async def test_retries_ask_other_questions_in_another_order(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    seen = set()
    for _ in range(6):
        attempt = await takes_test(wren, TEENS)
        assert len(attempt["questions"]) == 3
        seen.add(tuple(one["question_id"] for one in attempt["questions"]))
    # 336 ways to draw 3 of 8: six alike would be one in 4 * 10^12.
    assert len(seen) > 1


async def test_bad_answers_are_refused_and_cost_nothing(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    attempt = await begins(wren)
    path = f"/api/learning/attempts/{attempt['attempt_id']}/answers"
    for question, body in (
        ("reply", {"chosen": ["a", "b"]}),
        ("reply", {"chosen": ["z"]}),
        ("steps", {"chosen": ["a"]}),
        ("written", {"text": "   "}),
        ("several", {}),
    ):
        assert problem(await wren.post(f"{path}/{question}", body)) == (422, "bad_choice")
    assert problem(await wren.post(f"{path}/q0", {"chosen": ["a"]})) == (404, "no_such_question")
    assert problem(await wren.post(f"{path}/written/comparison", {})) == (404, "no_such_question")
    assert problem(await wren.post(f"{path}/written", {"text": "x" * 4001})) == (422, "bad_field")
    await answers(wren, attempt, "written", right("written"))
    assert problem(await wren.post(f"{path}/written/comparison", {"checked": ["z"]})) == (422, "bad_choice")
    assert problem(await wren.post(f"{MINDING}/attempts")) == (404, "no_such_lesson")


async def test_nobody_sees_or_answers_the_test_of_another(school: School) -> None:
    wren, otter = await school.sign_in("wren"), await school.sign_in("otter", "admin")
    attempt = await begins(wren)
    path = f"/api/learning/attempts/{attempt['attempt_id']}"
    assert problem(await otter.get(path)) == (404, "no_such_attempt")
    assert problem(await otter.post(f"{path}/answers/reply", right("reply"))) == (404, "no_such_attempt")
    await answers(wren, attempt, "written", {"text": "my own words"})
    for seen in (f"/api/learning/people/{wren.person_id}", "/api/learning/people"):
        assert "my own words" not in (await otter.get(seen)).text


async def test_a_test_whose_questions_are_gone_counts_for_nothing(school: School) -> None:
    wren = await school.sign_in("wren", is_cleared=False)
    attempt = await begins(wren)
    await answers(wren, attempt, "several", wrong("several"))
    school.courses["small"] = course(version="1.1+bbb", lost="reply")
    attempt = await answers(wren, attempt, "steps", right("steps"))
    assert (attempt["outcome"], attempt["share"]) == ("void", None)
    over = await wren.post(f"/api/learning/attempts/{attempt['attempt_id']}/answers/steps", right("steps"))
    assert problem(over) == (409, "attempt_over")
    fresh = await begins(wren)
    assert {one["question_id"] for one in fresh["questions"]} == {"several", "steps", "written"}
    # Another open one, taken up again after the change.
    school.courses["small"] = course()
    await takes_test(wren)
    attempt = await begins(wren)
    school.courses["small"] = course(version="1.2+ccc", lost="steps")
    assert (await begins(wren))["attempt_id"] != attempt["attempt_id"]
    shown = await wren.get(f"/api/learning/attempts/{attempt['attempt_id']}")
    assert (shown.json()["outcome"], len(shown.json()["questions"])) == ("void", 3)


# ---- supervisors ----


async def test_a_supervisor_sees_how_far_people_are_and_a_listener_does_not(school: School) -> None:
    supervisor = await school.sign_in("linden", "supervisor")
    wren = await school.sign_in("wren")
    await school.sign_in("fennel", is_cleared=False)
    for path in ("/api/learning/people", f"/api/learning/people/{wren.person_id}"):
        assert problem(await wren.get(path)) == (403, "not_allowed")
    assert problem(await wren.post("/api/learning/invitations")) == (403, "not_allowed")
    assert problem(await supervisor.get("/api/learning/people/nobody")) == (404, "no_such_person")
    people = (await supervisor.get("/api/learning/people")).json()["people"]
    assert [one["display_name"] for one in people] == ["Fennel"]
    await takes_test(wren, well=False)
    people = (await supervisor.get("/api/learning/people")).json()["people"]
    assert {one["display_name"]: one["is_trainee"] for one in people} == {"Fennel": True, "Wren": False}
    seen = (await supervisor.get(f"/api/learning/people/{wren.person_id}")).json()
    (attempt,) = seen["attempts"]
    assert (attempt["lesson_id"], attempt["outcome"], attempt["number"]) == ("hearing", "not_passed", 1)
    assert {one["value"]: one["is_held"] for one in seen["courses"][0]["asks"]} == {"adult": True, "teen": True}
    assert seen["person"]["enrolled_by_name"] is None
