"""Reviews of real chats need both sides; and what is deleted, and when."""

from sqlalchemy import func, select

from chat.accounts.tables import AuditRow
from chat.conversation.aftermath import save_review_consent
from listener_training.review.asking import forget_chats
from listener_training.review.phases import DAY_MS
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow
from listener_training.review.talking import forget_old
from listener_training.trainers.caps import CAPS
from tests.helpers.api import Api, problem
from tests.training.reviewing import *  # noqa: F403 - the fixture
from tests.training.reviewing import (
    RULES,
    a_real_chat,
    asks,
    becomes_mentor,
    hands_in,
    people,
    practises,
    sees,
    shares,
    takes,
    waiting_for,
)


async def test_a_real_chat_needs_both_sides_and_either_may_take_it_back(house: Api) -> None:
    cast = await people(house)
    await a_real_chat(house, cast.fennel, "c1", cast.linden.person_id)
    body = {"kind": "real", "subject_id": "c1"}
    assert (await cast.fennel.get("/api/reviews")).json()["may_ask"] == []
    assert problem(await cast.fennel.post("/api/reviews", body)) == (409, "nothing_to_review"), (
        "the seeker said nothing"
    )
    await save_review_consent(house.deps.database, "c1", may_review=True)
    await save_review_consent(house.deps.database, "c1", may_review=True)
    assert problem(await cast.linden.post("/api/reviews", body))[0] == 409, "it is not their chat"
    assert [one["subject_id"] for one in (await cast.fennel.get("/api/reviews")).json()["may_ask"]] == ["c1"]
    assert await waiting_for(cast.maple) == [], "the listener has not said yes"
    review_id = await asks(cast.fennel, "c1", "real")
    await takes(cast.maple, review_id)
    assert (await sees(cast.maple, review_id))["lines"] == [
        {"who": "seeker", "text": "nobody calls any more"},
        {"who": "other_listener", "text": ""},
        {"who": "listener", "text": "that sounds lonely"},
    ], "who was not asked is not read"
    await save_review_consent(house.deps.database, "c1", may_review=False)
    assert problem(await cast.maple.get(f"/api/reviews/{review_id}")) == (404, "no_such_review")
    assert (await cast.maple.get("/api/mentoring")).json()["mine"] == []
    async with house.deps.database.write() as session:
        assert await forget_old(session, RULES, house.clock()) == 1

    await save_review_consent(house.deps.database, "c1", may_review=True)
    review_id = await asks(cast.fennel, "c1", "real")
    await takes(cast.maple, review_id)
    assert (await cast.fennel.call("DELETE", f"/api/reviews/{review_id}")).status_code == 204
    assert problem(await cast.maple.get(f"/api/reviews/{review_id}"))[0] == 404
    async with house.deps.database.read() as session:
        looks = select(func.count()).where(AuditRow.act == "read_chat", AuditRow.about == "c1")
        assert (await session.execute(looks)).scalar_one() == 1, "each look of a mentor is in the audit log"


async def test_first_chats_come_first_and_teens_chats_go_to_who_is_cleared(house: Api) -> None:
    cast = await people(house)
    plain = await house.sign_in("aspen", is_cleared=False)
    await becomes_mentor(house, plain)
    await practises(house, cast.fennel)
    asked_first = await asks(cast.fennel, "x1")
    ids = []
    for n in range(RULES.first_chats + 1):
        await a_real_chat(house, cast.fennel, f"c{n}", cast.linden.person_id, "teen")
        await save_review_consent(house.deps.database, f"c{n}", may_review=True)
        ids.append(await asks(cast.fennel, f"c{n}", "real"))
    lines = (await cast.maple.get("/api/mentoring")).json()["waiting"]
    assert [line["review_id"] for line in lines] == [*ids[:-1], asked_first, ids[-1]]
    assert [line["is_first_chats"] for line in lines] == [True] * RULES.first_chats + [False] * 2
    assert await waiting_for(plain) == [asked_first]
    assert problem(await plain.post(f"/api/reviews/{ids[0]}/assessment")) == (403, "not_a_mentor")


async def test_words_about_a_real_chat_go_with_its_key(house: Api) -> None:
    cast = await people(house)
    await a_real_chat(house, cast.fennel, "c1", cast.linden.person_id)
    await save_review_consent(house.deps.database, "c1", may_review=True)
    review_id = await asks(cast.fennel, "c1", "real")
    for mentor in (cast.maple, cast.linden):
        await takes(mentor, review_id)
        await hands_in(mentor, review_id, helped="You heard how quiet it is.")
    await shares(cast.maple, review_id)
    await cast.fennel.post(f"/api/reviews/{review_id}/words", {"text": "It was the phone."})
    shown = await sees(cast.fennel, review_id)
    assert (shown["readings"][0]["helped"], shown["words"][0]["text"]) == (
        "You heard how quiet it is.",
        "It was the phone.",
    )
    async with house.deps.database.read() as session:
        kept = [
            *await session.scalars(select(AssessmentRow.helped)),
            *await session.scalars(select(ReviewWordsRow.text)),
        ]
    assert len(kept) == 3
    assert not any(b"quiet" in words or b"phone" in words for words in kept)
    await house.deps.keys.delete(["c1"])
    shown = await sees(cast.fennel, review_id)
    assert (shown["lines"], shown["readings"][0]["helped"], shown["words"][0]["text"]) == (None, "", "")
    assert problem(await cast.fennel.post(f"/api/reviews/{review_id}/words", {"text": "?"}))[0] == 409
    async with house.deps.database.write() as session:
        await forget_chats(session, ["c1"])
    assert (await cast.fennel.get("/api/reviews")).json()["reviews"] == []


# ---- what goes ----


async def test_words_go_when_their_time_is_over_and_levels_stay(house: Api) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    for mentor in (cast.maple, cast.linden):
        await takes(mentor, review_id)
        await hands_in(mentor, review_id)
    await shares(cast.maple, review_id)
    await cast.fennel.post(f"/api/reviews/{review_id}/words", {"text": "thank you"})
    kept_ms = RULES.words_kept_days * DAY_MS
    async with house.deps.database.write() as session:
        assert await forget_old(session, RULES, house.clock() + kept_ms) == 0
    assert (await sees(cast.fennel, review_id))["words"]
    async with house.deps.database.write() as session:
        assert await forget_old(session, RULES, house.clock() + kept_ms + 1) == 0
    shown = await sees(cast.fennel, review_id)
    assert (shown["words"], {one["helped"] for one in shown["readings"]}) == ([], {""})
    assert shown["readings"][0]["levels"]["asking"] == 2


async def test_a_practice_chat_that_is_removed_takes_its_review_along(house: Api) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    await takes(cast.maple, review_id)
    await hands_in(cast.maple, review_id)
    assert (await cast.fennel.call("DELETE", "/api/learning/practice/x1")).status_code == 204
    assert (await cast.fennel.get("/api/reviews")).json()["reviews"] == []
    async with house.deps.database.read() as session:
        for table in (ReviewRow, AssessmentRow, ReviewWordsRow):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_who_is_no_mentor_any_more_reads_nothing_more(house: Api) -> None:
    cast = await people(house)
    rowan = await house.sign_in("rowan")
    await becomes_mentor(house, rowan, until_ms=house.clock() + 1000)
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    await takes(rowan, review_id)
    await hands_in(rowan, review_id)
    house.clock.advance(s=1)
    assert problem(await rowan.get(f"/api/reviews/{review_id}")) == (403, "not_a_mentor")
    await takes(cast.maple, review_id)
    await hands_in(cast.maple, review_id)
    assert len((await sees(cast.maple, review_id))["readings"]) == 2, "what was handed in stays"


async def test_until_somebody_holds_the_certificate_supervisors_and_admins_read(house: Api) -> None:
    maple, fennel = await house.sign_in("maple", "supervisor"), await house.sign_in("fennel")
    overview = (await fennel.get("/api/reviews")).json()
    assert (overview["mentors"], overview["by_certificate"]) == (["Maple"], False)
    assert (await maple.get("/api/mentoring")).status_code == 200
    rowan = await house.sign_in("rowan")
    await becomes_mentor(house, rowan)
    assert problem(await maple.get("/api/mentoring")) == (403, "not_a_mentor")
    overview = (await fennel.get("/api/reviews")).json()
    assert (overview["mentors"], overview["by_certificate"]) == (["Rowan"], True)


async def test_a_mentor_takes_only_as_many_as_get_a_careful_look(house: Api) -> None:
    cast = await people(house)
    ids = []
    for n in range(CAPS.chats_of_a_mentor + 1):
        await practises(house, cast.fennel, f"x{n}")
        ids.append(await asks(cast.fennel, f"x{n}"))
    for review_id in ids[:-1]:
        await takes(cast.maple, review_id)
    place = f"/api/reviews/{ids[-1]}/assessment"
    assert problem(await cast.maple.post(place)) == (409, "too_many_reviews")
    await hands_in(cast.maple, ids[0])
    await takes(cast.maple, ids[-1])
