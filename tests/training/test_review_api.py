"""Reviews over HTTP: two mentors read apart, settle what they saw differently, and talk with the listener."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from chat.accounts.tables import AuditRow
from chat.api.routes import http_app
from chat.conversation.aftermath import save_review_consent
from chat.conversation.facts_tables import ChatFactsRow
from chat.conversation.sealing import ChatKey
from config.database import Database
from listener_training.learning_api import learning_endpoints
from listener_training.practising.playing import Kept
from listener_training.practising.tables import PracticeChatRow
from listener_training.review.asking import forget_chats
from listener_training.review.phases import DAY_MS
from listener_training.review.rubric import shipped_rubric, shipped_rules
from listener_training.review.tables import AssessmentRow, ReviewRow, ReviewWordsRow
from listener_training.review.talking import forget_old
from listener_training.review.transcript import Line
from listener_training.review_api import review_endpoints
from tests.helpers.api import Api, Browser, make_api, problem
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD
from tests.training.practising import books, judged, scripts

RULES = shipped_rules()
ITEMS = [item.id for item in shipped_rubric().items]
REAL_WORDS = [Line("seeker", "nobody calls any more"), Line("listener", "that sounds lonely")]


class KeptChats:
    """Real chats with their words and their keys; `delete` makes one unreadable."""

    def __init__(self) -> None:
        self.keys: dict[str, ChatKey] = {}

    async def read(self, chat_id: str, listener_id: str) -> list[Line] | None:
        return REAL_WORDS if chat_id in self.keys else None

    async def key_of(self, chat_id: str) -> ChatKey | None:
        return self.keys.get(chat_id)


class Mentoring(Api):
    """An API with the words of real chats in `kept`."""

    kept: KeptChats


@pytest.fixture
async def house(database: Database, clock: Clock, tmp_path: Path) -> Any:
    api = await make_api(database, clock, tmp_path / "dist")
    house = Mentoring(api.deps, api.clock, api.engines)
    house.kept = KeptChats()
    house.app = http_app(api.deps, more=(*learning_endpoints({}), *review_endpoints(house.kept)))
    yield house
    await house.close()


@dataclass
class People:
    admin: Browser
    maple: Browser
    linden: Browser
    fennel: Browser


async def people(house: Mentoring) -> People:
    """Two mentors, and Fennel who learns."""
    cast = People(
        await house.sign_in("heather", "admin", is_cleared=False),
        await house.sign_in("maple", "supervisor"),
        await house.sign_in("linden"),
        await house.sign_in("fennel"),
    )
    for mentor in (cast.maple, cast.linden):
        assert (await cast.admin.call("PUT", f"/api/admin/mentors/{mentor.person_id}")).status_code == 204
    return cast


async def days_go_by(house: Mentoring, days: int, cast: People) -> None:
    """Longer than a sign-in lasts; all sign in again."""
    house.clock.advance(days=days)
    named = {"maple": cast.maple, "linden": cast.linden, "fennel": cast.fennel}
    for name, person in named.items():
        assert (await person.post("/api/sign-in", {"name": name, "password": PASSWORD})).status_code == 200


async def practises(house: Mentoring, person: Browser, practice_id: str = "x1") -> str:
    """A practice chat that has ended."""
    told = judged("exam-panic", scripts()["exam-panic"]["good"])
    async with house.deps.database.write() as session:
        session.add(
            PracticeChatRow(
                practice_id=practice_id,
                person_id=person.person_id,
                scenario="exam-panic",
                version="1",
                seed=1,
                age_band="adult",
                pace=1,
                chat_id=f"c-{practice_id}",
                begun_at_ms=house.clock(),
                opened_at_ms=house.clock(),
                ended_at_ms=house.clock(),
                holder="",
                lease_until_ms=0,
                turns=[],
                outcome=told.outcome,
                score=told.score,
                debrief=msgspec.to_builtins(Kept(told, ("take care",))),
            )
        )
    return practice_id


async def asks(person: Browser, subject_id: str, kind: str = "practice") -> str:
    answer = await person.post("/api/reviews", {"kind": kind, "subject_id": subject_id})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["review_id"])


async def takes(mentor: Browser, review_id: str) -> None:
    answer = await mentor.post(f"/api/reviews/{review_id}/assessment")
    assert answer.status_code == 204, answer.text


async def hands_in(mentor: Browser, review_id: str, level: int = 2, helped: str = "You stayed.", **levels: Any) -> None:
    body = {"levels": {**dict.fromkeys(ITEMS, level), **levels}, "helped": helped, "to_try": "Wait a little longer."}
    answer = await mentor.call("PUT", f"/api/reviews/{review_id}/assessment", body)
    assert answer.status_code == 204, answer.text


async def sees(person: Browser, review_id: str) -> dict[str, Any]:
    answer = await person.get(f"/api/reviews/{review_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def shares(mentor: Browser, review_id: str, **settled: int) -> Any:
    return await mentor.post(f"/api/reviews/{review_id}/sharing", {"settled": settled})


async def queue_of(mentor: Browser) -> list[str]:
    return [line["review_id"] for line in (await mentor.get("/api/mentoring")).json()["queue"]]


# ---- the whole way ----


async def test_from_asking_to_the_talk(house: Mentoring) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    overview = (await cast.fennel.get("/api/reviews")).json()
    assert [one["title"] for one in overview["may_ask"]] == [books()["exam-panic"].scenario.title]
    assert (overview["has_mentors"], overview["is_mentor"]) == (True, False)
    review_id = await asks(cast.fennel, "x1")
    assert await asks(cast.fennel, "x1") == review_id, "asking twice is once"
    assert (await cast.fennel.get("/api/reviews")).json()["may_ask"] == []

    assert await queue_of(cast.maple) == await queue_of(cast.linden) == [review_id]
    assert problem(await cast.maple.get(f"/api/reviews/{review_id}")) == (404, "no_such_review"), "words after taking"
    await takes(cast.maple, review_id)
    await takes(cast.maple, review_id)
    await takes(cast.linden, review_id)
    assert await queue_of(cast.linden) == []
    shown = await sees(cast.maple, review_id)
    assert (shown["role"], shown["person_name"], shown["readings"]) == ("reader", None, [])
    assert shown["lines"][0]["who"] == "seeker"
    assert shown["lines"][-1] == {"who": "listener", "text": "take care"}
    assert "score" not in str(shown), "what a program thought of it is not the mentors' to know"

    await hands_in(cast.maple, review_id, 2, "You let silence be.", asking=0)
    shown = await sees(cast.linden, review_id)
    assert (shown["readings"], shown["far_apart"], shown["line"]["handed_in"]) == ([], [], 1)
    assert "silence" not in str(shown["readings"]), "the second one reads apart"
    assert (await sees(cast.fennel, review_id))["readings"] == []
    assert problem(await shares(cast.maple, review_id)) == (409, "not_in_turn")
    among = {"text": "What did you see?", "is_among_mentors": True}
    assert problem(await cast.maple.post(f"/api/reviews/{review_id}/words", among)) == (409, "not_in_turn")

    await hands_in(cast.linden, review_id, 2, "You took the exam seriously.", asking=3)
    shown = await sees(cast.maple, review_id)
    assert {one["mentor_name"] for one in shown["readings"]} == {"Maple", "Linden"}
    assert (shown["far_apart"], shown["person_name"], shown["may_share"]) == (["asking"], "Fennel", True)
    assert (await cast.maple.post(f"/api/reviews/{review_id}/words", among)).status_code == 204
    assert (await sees(cast.fennel, review_id))["readings"] == [], "they settle it first"
    assert problem(await cast.fennel.post(f"/api/reviews/{review_id}/words", {"text": "?"})) == (409, "not_in_turn")
    assert problem(await shares(cast.linden, review_id)) == (422, "not_settled")
    assert problem(await shares(cast.linden, review_id, asking=1, ending=1)) == (422, "not_settled")
    assert (await shares(cast.linden, review_id, asking=1)).status_code == 204
    assert (await shares(cast.maple, review_id, asking=2)).status_code == 204, "shared once is shared"

    shown = await sees(cast.fennel, review_id)
    assert (shown["role"], shown["line"]["phase"], shown["settled"]) == ("listener", "shared", {"asking": 1})
    assert {one["helped"] for one in shown["readings"]} == {"You let silence be.", "You took the exam seriously."}
    asked_at = sorted(one["levels"]["asking"] for one in shown["readings"])
    assert asked_at == [0, 3], "what was handed in stays as it was"
    assert shown["words"] == [], "what mentors said among themselves is theirs"
    assert (await cast.fennel.post(f"/api/reviews/{review_id}/words", {"text": "Where?"})).status_code == 204
    assert (await cast.linden.post(f"/api/reviews/{review_id}/words", {"text": "At noon."})).status_code == 204
    assert [one["text"] for one in (await sees(cast.fennel, review_id))["words"]] == ["Where?", "At noon."]
    assert len((await sees(cast.maple, review_id))["words"]) == 3
    (line,) = (await cast.fennel.get("/api/reviews")).json()["reviews"]
    assert line["last_by_name"] == "Linden"


async def test_nobody_reviews_themselves_and_who_is_no_mentor_reads_nothing(house: Mentoring) -> None:
    cast = await people(house)
    await practises(house, cast.maple)
    review_id = await asks(cast.maple, "x1")
    assert await queue_of(cast.maple) == []
    place = f"/api/reviews/{review_id}/assessment"
    assert problem(await cast.maple.post(place)) == (409, "not_yourself")
    for stranger in (cast.fennel, cast.admin):
        assert problem(await stranger.post(place)) == (403, "not_a_mentor")
        assert problem(await stranger.get(f"/api/reviews/{review_id}")) == (403, "not_a_mentor")
        assert problem(await stranger.get("/api/mentoring")) == (403, "not_a_mentor")
        assert (await stranger.call("DELETE", f"/api/reviews/{review_id}")).status_code == 404
    assert problem(await cast.fennel.get("/api/mentoring/agreement")) == (403, "not_a_mentor")
    assert problem(await cast.fennel.get("/api/admin/mentors")) == (403, "not_allowed")
    assert problem(await cast.fennel.post("/api/reviews", {"kind": "practice", "subject_id": "x1"}))[0] == 404


async def test_two_places_and_what_is_handed_in_stands(house: Mentoring) -> None:
    cast = await people(house)
    third = await house.sign_in("rowan")
    await cast.admin.call("PUT", f"/api/admin/mentors/{third.person_id}")
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    await takes(cast.maple, review_id)
    await takes(cast.linden, review_id)
    place = f"/api/reviews/{review_id}/assessment"
    assert problem(await third.post(place)) == (409, "review_taken")
    assert (await cast.linden.call("DELETE", place)).status_code == 204
    await takes(third, review_id)
    bad = {"levels": dict.fromkeys(ITEMS[1:], 2), "helped": "x"}
    assert problem(await third.call("PUT", place, bad)) == (422, "bad_levels")
    assert problem(await third.call("PUT", place, {**bad, "levels": {"arriving": 4}})) == (422, "bad_field")
    assert problem(await third.call("PUT", place, {"levels": dict.fromkeys(ITEMS, 1), "helped": " "}))[0] == 422
    await hands_in(third, review_id)
    assert problem(await third.call("PUT", place, {"levels": dict.fromkeys(ITEMS, 0), "helped": "y"}))[0] == 409
    assert problem(await third.call("DELETE", place)) == (409, "handed_in")
    # Who lets the time run out gives the place back to whoever comes.
    await days_go_by(house, RULES.take_days, cast)
    assert await queue_of(cast.linden) == [review_id]
    await takes(cast.linden, review_id)
    assert problem(await cast.maple.call("PUT", place, {"levels": dict.fromkeys(ITEMS, 0), "helped": "y"})) == (
        409,
        "not_in_turn",
    )


async def test_one_mentor_alone_shares_after_a_while_and_counts_for_no_agreement(house: Mentoring) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    await takes(cast.maple, review_id)
    await hands_in(cast.maple, review_id)
    assert problem(await shares(cast.maple, review_id)) == (409, "not_in_turn")
    await days_go_by(house, RULES.alone_after_days, cast)
    assert (await shares(cast.maple, review_id)).status_code == 204
    assert len((await sees(cast.fennel, review_id))["readings"]) == 1
    assert problem(await cast.linden.post(f"/api/reviews/{review_id}/assessment")) == (409, "review_taken")
    assert (await cast.maple.get("/api/mentoring/agreement")).json()["whole"]["reviews"] == 0


async def test_agreement_is_told_from_enough_reviews_by_two(house: Mentoring) -> None:
    cast = await people(house)
    for n in range(RULES.few_pairs):
        await practises(house, cast.fennel, f"x{n}")
        review_id = await asks(cast.fennel, f"x{n}")
        if n == RULES.few_pairs - 1:
            few = (await cast.maple.get("/api/mentoring/agreement")).json()
            assert (few["whole"]["reviews"], few["whole"]["kappa"]) == (n, None), "too few to say"
        for mentor, level in ((cast.maple, n % 4), (cast.linden, 3 if n % 5 == 0 else n % 4)):
            await takes(mentor, review_id)
            await hands_in(mentor, review_id, level, danger=None if mentor is cast.maple else 1)
    told = (await cast.admin.get("/api/mentoring/agreement")).json()
    assert told["whole"]["reviews"] == RULES.few_pairs
    assert told["whole"]["pairs"] == RULES.few_pairs * (len(ITEMS) - 1), "danger was not seen by one of the two"
    assert 0 < told["whole"]["low"] < told["whole"]["kappa"] < told["whole"]["high"] <= 1
    by_item = {line["item"]: line for line in told["items"]}
    assert (by_item["danger"]["pairs"], by_item["danger"]["kappa"]) == (0, None)
    assert by_item["asking"]["kappa"] == pytest.approx(told["whole"]["kappa"]), "all items were read alike here"


# ---- real chats ----


async def a_real_chat(house: Mentoring, listener: Browser, chat_id: str, band: str = "adult") -> None:
    at_ms = house.clock()
    async with house.deps.database.write() as session:
        session.add(
            ChatFactsRow(
                chat_id=chat_id,
                language="en",
                age_band=band,
                topics=["loneliness"],
                arrived_at_ms=at_ms,
                opened_at_ms=at_ms,
                ended_at_ms=at_ms + 60_000,
                ended_by="seeker",
                end_reason="",
                listener_id=listener.person_id,
                offers=1,
                messages_seeker=1,
                messages_listener=1,
            )
        )
    house.kept.keys[chat_id] = ChatKey(chat_id, bytes(32))
    house.clock.advance(s=3600)


async def test_a_real_chat_needs_both_sides_and_either_may_take_it_back(house: Mentoring) -> None:
    cast = await people(house)
    await a_real_chat(house, cast.fennel, "c1")
    body = {"kind": "real", "subject_id": "c1"}
    assert (await cast.fennel.get("/api/reviews")).json()["may_ask"] == []
    assert problem(await cast.fennel.post("/api/reviews", body)) == (409, "nothing_to_review"), (
        "the seeker said nothing"
    )
    await save_review_consent(house.deps.database, "c1", may_review=True)
    await save_review_consent(house.deps.database, "c1", may_review=True)
    assert problem(await cast.linden.post("/api/reviews", body))[0] == 409, "it is not their chat"
    assert [one["subject_id"] for one in (await cast.fennel.get("/api/reviews")).json()["may_ask"]] == ["c1"]
    assert await queue_of(cast.maple) == [], "the listener has not said yes"
    review_id = await asks(cast.fennel, "c1", "real")
    await takes(cast.maple, review_id)
    assert [line["text"] for line in (await sees(cast.maple, review_id))["lines"]] == [one.text for one in REAL_WORDS]
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


async def test_first_chats_come_first_and_teens_chats_go_to_who_is_cleared(house: Mentoring) -> None:
    cast = await people(house)
    plain = await house.sign_in("aspen", is_cleared=False)
    await cast.admin.call("PUT", f"/api/admin/mentors/{plain.person_id}")
    await practises(house, cast.fennel)
    asked_first = await asks(cast.fennel, "x1")
    ids = []
    for n in range(RULES.first_chats + 1):
        await a_real_chat(house, cast.fennel, f"c{n}", "teen")
        await save_review_consent(house.deps.database, f"c{n}", may_review=True)
        ids.append(await asks(cast.fennel, f"c{n}", "real"))
    lines = (await cast.maple.get("/api/mentoring")).json()["queue"]
    assert [line["review_id"] for line in lines] == [*ids[:-1], asked_first, ids[-1]]
    assert [line["is_first_chats"] for line in lines] == [True] * RULES.first_chats + [False] * 2
    assert await queue_of(plain) == [asked_first]
    assert problem(await plain.post(f"/api/reviews/{ids[0]}/assessment")) == (403, "not_a_mentor")


async def test_words_about_a_real_chat_go_with_its_key(house: Mentoring) -> None:
    cast = await people(house)
    await a_real_chat(house, cast.fennel, "c1")
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
    del house.kept.keys["c1"]
    assert problem(await cast.fennel.get(f"/api/reviews/{review_id}")) == (404, "no_such_review")
    async with house.deps.database.write() as session:
        await forget_chats(session, ["c1"])
    assert (await cast.fennel.get("/api/reviews")).json()["reviews"] == []


# ---- what goes ----


async def test_words_go_when_their_time_is_over_and_levels_stay(house: Mentoring) -> None:
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


async def test_a_practice_chat_that_is_removed_takes_its_review_along(house: Mentoring) -> None:
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


async def test_a_mentor_who_is_released_reads_nothing_more(house: Mentoring) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    review_id = await asks(cast.fennel, "x1")
    await takes(cast.maple, review_id)
    await takes(cast.linden, review_id)
    await hands_in(cast.linden, review_id)
    for mentor in (cast.maple, cast.linden):
        assert (await cast.admin.call("DELETE", f"/api/admin/mentors/{mentor.person_id}")).status_code == 204
        assert problem(await mentor.get(f"/api/reviews/{review_id}")) == (403, "not_a_mentor")
    lines = (await cast.admin.get("/api/admin/mentors")).json()["people"]
    assert [(one["name"], one["handed_in"]) for one in lines if one["handed_in"]] == [("linden", 1)]
    assert not any(one["is_mentor"] for one in lines)
    assert (await cast.fennel.get("/api/reviews")).json()["has_mentors"] is False
    async with house.deps.database.read() as session:
        assert (await session.execute(select(func.count()).select_from(AssessmentRow))).scalar_one() == 1
