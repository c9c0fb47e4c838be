"""What admins do over HTTP, and what only they may."""

import pytest

from chat.conversation.archive_log import set_aside
from tests.helpers.api import Api, problem
from tests.helpers.staff import PASSWORD

NEW = {"name": "otter", "role": "listener", "password": PASSWORD}


async def test_an_admin_adds_a_listener_clears_them_and_takes_it_back(api: Api) -> None:
    admin = await api.sign_in("linden", "admin")
    added = await admin.post("/api/admin/people", {**NEW, "languages": ["es"], "max_chats": 2})
    assert added.status_code == 201
    assert added.json()["opened_languages"] == ["es"]
    otter = added.json()["person"]
    assert (otter["display_name"], otter["languages"], otter["age_bands"]) == ("Otter", ["es"], [])
    front = (await admin.get("/api/front")).json()
    assert {pool["language"] for pool in front["pools"]} == {"en", "es"}

    of_otter = f"/api/admin/people/{otter['person_id']}"
    granted = await admin.post(f"{of_otter}/clearances", {"kind": "age_band", "value": "adult"})
    assert granted.status_code == 201
    assert (granted.json()["is_valid"], granted.json()["granted_by_name"]) == (True, "Linden")
    browser = api.browser()
    me = await browser.post("/api/sign-in", {"name": "otter", "password": PASSWORD})
    assert me.json()["age_bands"] == ["adult"]
    assert [clearance["granted_by_name"] for clearance in me.json()["clearances"]] == ["Linden"]

    clearance = f"{of_otter}/clearances/{granted.json()['clearance_id']}"
    assert (await admin.call("DELETE", clearance, {"reason": "a pause"})).status_code == 204
    assert (await admin.call("DELETE", clearance)).status_code == 204
    me = await browser.get("/api/me")
    assert (me.json()["age_bands"], me.json()["clearances"]) == ([], [])
    assert problem(await admin.call("DELETE", f"{of_otter}/clearances/none")) == (404, "no_such_clearance")
    bad = {"kind": "age_band", "value": "old"}
    assert problem(await admin.post(f"{of_otter}/clearances", bad)) == (422, "bad_clearance")


async def test_a_clearance_that_ran_out_is_shown_as_such(sqlite_api: Api) -> None:
    admin = await sqlite_api.sign_in("linden", "admin", is_cleared=False)
    path = f"/api/admin/people/{admin.person_id}/clearances"
    until = sqlite_api.clock() + 60_000
    await admin.post(path, {"kind": "age_band", "value": "teen", "expires_at_ms": until})
    sqlite_api.clock.advance(s=60)
    (person,) = (await admin.get("/api/admin/people")).json()["people"]
    assert person["age_bands"] == []
    (shown,) = person["clearances"]
    assert (shown["is_valid"], shown["expires_at_ms"]) == (False, until)


async def test_a_listener_is_changed_signed_out_and_gets_another_password(api: Api) -> None:
    admin, wren = await api.sign_in("linden", "admin"), await api.sign_in("wren")
    path = f"/api/admin/people/{wren.person_id}"
    changed = await admin.call("PATCH", path, {"max_chats": 1, "display_name": "W."})
    assert (changed.json()["person"]["max_chats"], changed.json()["person"]["display_name"]) == (1, "W.")
    assert (await wren.get("/api/me")).json()["max_chats"] == 1
    assert (await admin.post(f"{path}/sign-out")).status_code == 204
    assert problem(await wren.get("/api/me")) == (401, "not_signed_in")
    assert (await admin.post(f"{path}/password", {"password": "a new long password"})).status_code == 204
    answer = await wren.post("/api/sign-in", {"name": "wren", "password": "a new long password"})
    assert answer.status_code == 200
    assert (await admin.call("PATCH", path, {"is_active": False})).status_code == 200
    assert problem(await wren.get("/api/me")) == (401, "not_signed_in")
    for method, more in (("PATCH", ""), ("POST", "/password"), ("POST", "/sign-out")):
        body = {"password": "a new long password"} if more == "/password" else {}
        answer = await admin.call(method, f"/api/admin/people/lnobody{more}", body)
        assert problem(answer) == (404, "no_such_person")


async def test_an_admin_does_not_close_the_own_account(sqlite_api: Api) -> None:
    admin = await sqlite_api.sign_in("linden", "admin")
    path = f"/api/admin/people/{admin.person_id}"
    for change in ({"is_active": False}, {"role": "listener"}):
        assert problem(await admin.call("PATCH", path, change)) == (409, "not_yourself")
    assert (await admin.call("PATCH", path, {"role": "admin", "max_chats": 3})).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Bad Name"}, "name"),
        ({"name": "otter\n"}, "name"),
        ({"role": "seeker"}, "role"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "password"),
        ({"max_chats": 0}, "max_chats"),
        ({"languages": []}, "languages"),
        ({"languages": ["english!"]}, "languages[0]"),
        ({"display_name": "nul\0"}, "display_name"),
    ],
)
async def test_a_bad_field_is_named(sqlite_api: Api, change: dict[str, object], field: str | None) -> None:
    admin = await sqlite_api.sign_in("linden", "admin")
    answer = await admin.post("/api/admin/people", {**NEW, **change})
    assert answer.status_code == 422
    assert answer.json().get("field") == field
    assert (await admin.post("/api/admin/people", NEW)).status_code == 201
    assert problem(await admin.post("/api/admin/people", NEW)) == (409, "name_taken")


async def test_an_invitation_from_link_to_account(api: Api) -> None:
    admin = await api.sign_in("linden", "admin")
    made = await admin.post("/api/admin/invitations", {"role": "listener", "languages": ["en"], "hours": 1})
    assert made.status_code == 201
    code = made.json()["code"]
    newcomer = api.browser()
    opened = await newcomer.get(f"/api/invitations/{code}")
    assert opened.json() == {"role": "listener", "languages": ["en"], "expires_at_ms": api.clock() + 3600_000}
    body = {"name": "fennel", "display_name": "Fennel", "password": PASSWORD}
    joined = await newcomer.post(f"/api/invitations/{code}", body)
    assert joined.status_code == 200
    assert (await newcomer.get("/api/me")).json() == joined.json()
    assert (joined.json()["role"], joined.json()["age_bands"]) == ("listener", [])
    again = await api.browser().post(f"/api/invitations/{code}", {**body, "name": "another"})
    assert problem(again) == (404, "invitation_over")
    listed = await admin.get("/api/admin/invitations")
    assert listed.json()["invitations"][0]["used_by"] == joined.json()["person_id"]
    assert code not in listed.text

    second = (await admin.post("/api/admin/invitations")).json()
    path = f"/api/admin/invitations/{second['invitation']['invitation_id']}"
    assert (await admin.call("DELETE", path)).status_code == 204
    assert problem(await newcomer.get(f"/api/invitations/{second['code']}")) == (404, "invitation_over")


async def test_pools_are_opened_described_and_closed(api: Api) -> None:
    admin = await api.sign_in("linden", "admin")
    opened = await admin.post("/api/admin/pools", {"language": "fr"})
    assert [pool["age_band"] for pool in opened.json()["pools"]] == ["adult", "teen"] or opened.status_code == 201
    assert problem(await admin.post("/api/admin/pools", {"language": "FR-ca"})) == (422, "bad_pool")
    adult = next(pool for pool in opened.json()["pools"] if pool["age_band"] == "adult")
    path = f"/api/admin/pools/{adult['pool_id']}"
    hours = {"time_zone": "Europe/Paris", "weekly": [{"day": 0, "opens": "18:00", "closes": "24:00"}]}
    change = {"name": "Adultes", "text": "Pour les adultes.", "hours": hours, "flags": {"takes_first_words": True}}
    changed = await admin.call("PATCH", path, change)
    assert changed.status_code == 200
    assert changed.json() == {**adult, **change}
    shown = next(p for p in (await admin.get("/api/front")).json()["pools"] if p["name"] == "Adultes")
    assert shown["is_open"] is (shown["opens_at_ms"] is None)
    assert (await admin.call("PATCH", path, {"hours": None, "is_open": False})).json()["hours"] is None
    shown = next(p for p in (await admin.get("/api/front")).json()["pools"] if p["name"] == "Adultes")
    assert (shown["is_open"], shown["opens_at_ms"]) == (False, None)
    assert problem(await admin.call("PATCH", path, {"min_age": 16})) == (422, "bad_pool")
    mars = {"hours": {**hours, "time_zone": "Mars/Base"}}
    assert problem(await admin.call("PATCH", path, mars)) == (422, "bad_hours")
    assert problem(await admin.call("PATCH", "/api/admin/pools/none", {})) == (404, "no_such_pool")


async def test_texts_and_reviews_show_on_the_front(api: Api) -> None:
    admin = await api.sign_in("linden", "admin")
    assert (await admin.get("/api/front")).json()["organisation"] == "Tealight"
    put = await admin.call("PUT", "/api/admin/texts", {"texts": {"organisation": "Harbour", "intro": "Hello."}})
    assert put.json() == {"texts": {"intro": "Hello.", "organisation": "Harbour"}}
    await admin.call("PUT", "/api/admin/texts", {"texts": {"intro": ""}})
    front = (await admin.get("/api/front")).json()
    assert (front["organisation"], front["texts"], front["reviews"]) == ("Harbour", {"organisation": "Harbour"}, [])
    review = {"subject": "crisis_resources", "version": "1", "reviewer": "Dr. A. Reed", "reviewed_at_ms": 5}
    assert (await admin.post("/api/admin/clinical-reviews", review)).status_code == 201
    await admin.post("/api/admin/clinical-reviews", {**review, "version": "2", "reviewed_at_ms": 6})
    front = (await admin.get("/api/front")).json()
    assert [(shown["subject"], shown["version"]) for shown in front["reviews"]] == [("crisis_resources", "2")]
    assert len((await admin.get("/api/admin/clinical-reviews")).json()["reviews"]) == 2
    lines = (await admin.get("/api/admin/audit?limit=2")).json()["lines"]
    assert [line["act"] for line in lines] == ["record_clinical_review"] * 2
    assert {line["by"] for line in lines} == {admin.person_id}
    older = (await admin.get(f"/api/admin/audit?before_id={lines[-1]['audit_id']}")).json()["lines"]
    assert older[0]["act"] == "put_texts"


async def test_admins_see_what_could_not_be_archived(api: Api) -> None:
    admin = await api.sign_in("linden", "admin")
    assert (await admin.get("/api/admin/set-aside")).json() == {"chats": []}
    for chat_id, at_ms in (("c-later", 7), ("c-first", 5)):
        await set_aside(api.deps.database, chat_id, "adult", ValueError("what was written"), at_ms)
    await set_aside(api.deps.database, "c-first", "adult", ValueError("what was written"), 9)
    first, later = (await admin.get("/api/admin/set-aside")).json()["chats"]
    assert first == {
        "chat_id": "c-first",
        "age_band": "adult",
        "why": "ValueError",
        "first_at_ms": 5,
        "last_at_ms": 9,
        "tries": 2,
    }
    assert later["chat_id"] == "c-later"


ADMIN_PATHS = [
    ("GET", "/people"),
    ("POST", "/people"),
    ("PATCH", "/people/x"),
    ("POST", "/people/x/password"),
    ("POST", "/people/x/sign-out"),
    ("POST", "/people/x/clearances"),
    ("DELETE", "/people/x/clearances/y"),
    ("GET", "/invitations"),
    ("POST", "/invitations"),
    ("DELETE", "/invitations/x"),
    ("GET", "/pools"),
    ("POST", "/pools"),
    ("PATCH", "/pools/x"),
    ("GET", "/texts"),
    ("PUT", "/texts"),
    ("GET", "/clinical-reviews"),
    ("POST", "/clinical-reviews"),
    ("GET", "/audit"),
    ("GET", "/set-aside"),
]


async def test_only_admins_may_do_what_admins_do(sqlite_api: Api) -> None:
    listener, supervisor = await sqlite_api.sign_in("wren"), await sqlite_api.sign_in("basil", "supervisor")
    nobody = sqlite_api.browser()
    for method, path in ADMIN_PATHS:
        body = None if method == "GET" else {}
        assert problem(await nobody.call(method, f"/api/admin{path}", body)) == (401, "not_signed_in")
        for browser in (listener, supervisor):
            assert problem(await browser.call(method, f"/api/admin{path}", body)) == (403, "not_allowed")
    described = (await nobody.get("/api/openapi.json")).json()["paths"]
    guarded = {(m.upper(), path) for path, by in described.items() for m in by if path.startswith("/api/admin/")}
    assert len(guarded) == len(ADMIN_PATHS)
