"""Reviews over HTTP: two mentors read apart, settle what they saw differently, and talk with the listener."""

import asyncio

import pytest

from tests.helpers.api import Api, problem
from tests.training.practising import books
from tests.training.reviewing import *  # noqa: F403 - the fixture
from tests.training.reviewing import (
    ITEMS,
    RULES,
    asks,
    becomes_mentor,
    days_go_by,
    hands_in,
    people,
    practises,
    sees,
    shares,
    takes,
    waiting_for,
)


async def test_from_asking_to_the_talk(house: Api) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    overview = (await cast.fennel.get("/api/reviews")).json()
    assert [one["title"] for one in overview["may_ask"]] == [books()["exam-panic"].scenario.title]
    assert (overview["mentors"], overview["is_mentor"]) == (["Linden", "Maple"], False)
    review_id = await asks(cast.fennel, "x1")
    assert await asks(cast.fennel, "x1") == review_id, "asking twice is once"
    assert (await cast.fennel.get("/api/reviews")).json()["may_ask"] == []

    assert await waiting_for(cast.maple) == await waiting_for(cast.linden) == [review_id]
    assert problem(await cast.maple.get(f"/api/reviews/{review_id}")) == (404, "no_such_review"), "words after taking"
    await takes(cast.maple, review_id)
    await takes(cast.maple, review_id)
    await takes(cast.linden, review_id)
    assert await waiting_for(cast.linden) == []
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


async def test_nobody_reviews_themselves_and_who_is_no_mentor_reads_nothing(house: Api) -> None:
    cast = await people(house)
    await practises(house, cast.maple)
    review_id = await asks(cast.maple, "x1")
    assert await waiting_for(cast.maple) == []
    place = f"/api/reviews/{review_id}/assessment"
    assert problem(await cast.maple.post(place)) == (409, "not_yourself")
    for stranger in (cast.fennel, cast.admin):
        assert problem(await stranger.post(place)) == (403, "not_a_mentor")
        assert problem(await stranger.get(f"/api/reviews/{review_id}")) == (403, "not_a_mentor")
        assert problem(await stranger.get("/api/mentoring")) == (403, "not_a_mentor")
        assert (await stranger.call("DELETE", f"/api/reviews/{review_id}")).status_code == 404
    assert problem(await cast.fennel.get("/api/mentoring/agreement")) == (403, "not_a_mentor")
    assert problem(await cast.fennel.post("/api/reviews", {"kind": "practice", "subject_id": "x1"}))[0] == 404


async def test_a_chat_is_taken_back_in_the_moment_in_which_mentors_take_it(house: Api) -> None:
    cast = await people(house)
    await practises(house, cast.fennel)
    for _ in range(6):
        review_id = await asks(cast.fennel, "x1")
        maples, linden, gone = await asyncio.gather(
            cast.maple.post(f"/api/reviews/{review_id}/assessment"),
            cast.linden.post(f"/api/reviews/{review_id}/assessment"),
            cast.fennel.call("DELETE", f"/api/reviews/{review_id}"),
        )
        assert gone.status_code == 204
        assert {maples.status_code, linden.status_code} <= {204, 404}
        assert (await cast.fennel.get("/api/reviews")).json()["reviews"] == []


async def test_two_places_and_what_is_handed_in_stands(house: Api) -> None:
    cast = await people(house)
    third = await house.sign_in("rowan")
    await becomes_mentor(house, third)
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
    assert await waiting_for(cast.linden) == [review_id]
    await takes(cast.linden, review_id)
    assert problem(await cast.maple.call("PUT", place, {"levels": dict.fromkeys(ITEMS, 0), "helped": "y"})) == (
        409,
        "not_in_turn",
    )


async def test_one_mentor_alone_shares_after_a_while_and_counts_for_no_agreement(house: Api) -> None:
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


async def test_agreement_is_told_from_enough_reviews_by_two(house: Api) -> None:
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
