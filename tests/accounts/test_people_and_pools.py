"""Adding and changing people, inviting them, and the pools they open."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import select

from chat.accounts import invitations, people, pool_changing
from chat.accounts.audit import recent_acts
from chat.accounts.directory import Directory
from chat.accounts.pool_hours import Hours, OpenTime
from chat.accounts.pools import PoolBook
from chat.accounts.refusal import Refused
from chat.accounts.tables import InvitationRow, PoolRow, StaffRow
from config.database import Database
from listener_training.granting import grant, withdraw
from tests.helpers.databases import Clock
from tests.helpers.staff import QUICK_HASH, add


async def refusal_of(act: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.code


async def test_two_who_take_one_name_at_once_get_one_person(database: Database) -> None:
    outcomes = await asyncio.gather(*(add(database, "wren") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, StaffRow) for outcome in outcomes) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"name_taken"}


async def test_a_person_may_be_changed_and_every_field_is_checked(database: Database, clock: Clock) -> None:
    person = await add(database, "wren")

    async def change(**fields: object) -> StaffRow:
        async with database.write() as session:
            row, _ = await people.change_person(session, person.person_id, by="a", now_ms=clock(), **fields)  # type: ignore[arg-type]
        return row

    changed = await change(display_name="  Wren   of the reeds ", languages=["es", "ES"], max_chats=2)
    assert (changed.display_name, changed.languages, changed.max_chats) == ("Wren of the reeds", ["es"], 2)
    assert await refusal_of(change(display_name=" ")) == "bad_display_name"
    assert await refusal_of(change(display_name="a\u202eb")) == "bad_display_name"
    assert await refusal_of(change(max_chats=0)) == "bad_max_chats"
    assert await refusal_of(change(role="seeker")) == "bad_role"
    assert await refusal_of(change(languages=[])) == "bad_language"
    before = changed.version
    assert (await change(max_chats=2)).version == before


async def test_the_last_admin_stays(database: Database, clock: Clock) -> None:
    first, second = await add(database, "first", "admin"), await add(database, "second", "admin")

    async def close(person: StaffRow) -> None:
        async with database.write() as session:
            await people.change_person(session, person.person_id, is_active=False, by="a", now_ms=clock())

    outcomes = await asyncio.gather(close(first), close(second), return_exceptions=True)
    assert [isinstance(outcome, Refused) for outcome in outcomes].count(True) == 1
    members = await Directory(database, clock).everyone()
    assert [member.is_active for member in members].count(True) == 1


async def test_what_admins_do_stands_in_the_audit_log_without_secrets(database: Database, clock: Clock) -> None:
    person = await add(database, "wren", is_cleared=False)
    async with database.write() as session:
        await people.change_person(session, person.person_id, display_name="Secret Name", by="lx", now_ms=clock())
        await people.set_password(session, person.person_id, QUICK_HASH, by="lx", now_ms=clock())
        row = await grant(session, person.person_id, kind="topic", value="grief", by="lx", now_ms=clock())
        await withdraw(session, person.person_id, row.clearance_id, by="lx", reason="a reason", now_ms=clock())
        code, _ = await invitations.invite(session, role="listener", languages=["en"], by="lx", now_ms=clock())
    async with database.read() as session:
        acts = await recent_acts(session, limit=5)
        older = await recent_acts(session, limit=100, before_id=acts[-1].audit_id)
    assert [act.act for act in acts] == [
        "invite",
        "withdraw_clearance",
        "grant_clearance",
        "set_password",
        "change_person",
    ]
    assert {act.by for act in acts} == {"lx"}
    assert {act.act for act in older} == {"add_person", "open_pool"}
    logged = str([act.detail for act in acts])
    for secret in (code, QUICK_HASH, "Secret Name", "a reason"):
        assert secret not in logged


async def test_a_clearance_is_replaced_by_the_next_one_for_the_same_thing(database: Database, clock: Clock) -> None:
    person = await add(database, "wren")

    async def granted(**fields: object) -> object:
        async with database.write() as session:
            return await grant(session, person.person_id, by="a", now_ms=clock(), **fields)  # type: ignore[arg-type]

    await granted(kind="age_band", value="adult", expires_at_ms=clock() + 1000)
    clock.advance(s=1)
    member = await Directory(database, clock).by_id(person.person_id)
    assert member is not None
    assert member.age_bands == ("teen",)
    assert await refusal_of(granted(kind="age_band", value="old")) == "bad_clearance"
    assert await refusal_of(granted(kind="shoe_size", value="40")) == "bad_clearance"
    assert await refusal_of(granted(kind="topic", value="grief", expires_at_ms=clock())) == "bad_clearance"


async def test_a_fresh_service_has_pools_for_its_language_and_for_english(database: Database, clock: Clock) -> None:
    books = [PoolBook(database, "pt_br") for _ in range(3)]
    await asyncio.gather(*(book.refresh() for book in books))
    tags = [(pool.language, pool.age_band) for pool in books[0].all()]
    assert tags == [("en", "adult"), ("en", "teen"), ("pt-BR", "adult"), ("pt-BR", "teen")]
    assert all(pool.is_open_at(clock()) and pool.name and pool.text for pool in books[0].all())
    adult, teen = books[0].find("en", "adult"), books[0].find("en", "teen")
    assert adult is not None and (adult.min_age, adult.max_age) == (18, None)
    assert teen is not None and (teen.min_age, teen.max_age) == (13, 17)


async def test_a_pool_is_found_by_the_tag_or_its_beginning(database: Database) -> None:
    book = PoolBook(database, "pt-BR")
    assert book.find("en", "adult") is None
    await book.refresh()
    for tag in ("en", "EN", "en-GB", "en_us", "en-Latn-GB"):
        pool = book.find(tag, "adult")
        assert pool is not None and pool.language == "en"
    pool = book.find("PT-br", "teen")
    assert pool is not None and (pool.language, pool.age_band) == ("pt-BR", "teen")
    for tag in ("pt", "fr", "", "-", "e", "enx"):
        assert book.find(tag, "adult") is None
    assert book.find("en", "elder") is None


async def test_someone_with_a_new_language_opens_its_pools(database: Database, clock: Clock) -> None:
    book = PoolBook(database)
    await book.refresh()
    wren = await add(database, "wren", languages=["es", "en-GB", "es-MX"])
    await add(database, "otter", languages=["es"])
    await book.refresh()
    tags = [(pool.language, pool.age_band) for pool in book.all()]
    assert tags == [("en", "adult"), ("en", "teen"), ("es", "adult"), ("es", "teen")]
    member = await Directory(database, clock).by_id(wren.person_id)
    assert member is not None
    assert {(pool.language, pool.age_band) for pool in book.pools_of(member)} == set(tags)


async def test_a_pool_with_hours_says_when_it_opens(database: Database, clock: Clock) -> None:
    book = PoolBook(database)
    await book.refresh()
    pool = book.find("en", "adult")
    assert pool is not None
    monday_noon = 1_783_339_200_000  # 2026-07-06 12:00 UTC

    async def change(**fields: object) -> None:
        async with database.write() as session:
            await pool_changing.change_pool(session, pool.pool_id, fields, by="a", now_ms=clock())
        await book.refresh()

    await change(hours=Hours("UTC", [OpenTime(0, "18:00", "20:00")]))
    changed = book.find("en", "adult")
    assert changed is not None and not changed.is_open_at(monday_noon)
    assert changed.opens_at_ms(monday_noon) == monday_noon + 6 * 3600_000
    await change(hours=None, is_open=False)
    changed = book.find("en", "adult")
    assert changed is not None and not changed.is_open_at(monday_noon)
    assert changed.opens_at_ms(monday_noon) is None
    for bad in ({"min_age": 17}, {"min_age": 30, "max_age": 20}, {"max_age": 200}):
        assert await refusal_of(change(**bad)) == "bad_pool"
    teen = book.find("en", "teen")
    assert teen is not None
    for bad in ({"max_age": 18}, {"max_age": None}):
        async with database.write() as session:
            act = pool_changing.change_pool(session, teen.pool_id, bad, by="a", now_ms=clock())
            assert await refusal_of(act) == "bad_pool"
            await session.rollback()


async def test_an_invitation_works_once_and_only_a_hash_of_it_is_kept(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        code, made = await invitations.invite(session, role="listener", languages=["es"], by="lx", now_ms=clock())
    assert code not in str(vars(made))

    async def accept(name: str) -> StaffRow:
        async with database.write() as session:
            return await invitations.accept_invitation(
                session, code, name=name, display_name=name, password_hash=QUICK_HASH, now_ms=clock()
            )

    assert await refusal_of(accept("Bad Name")) == "bad_name"
    outcomes = await asyncio.gather(*(accept(f"wren-{n}") for n in range(3)), return_exceptions=True)
    (person,) = [outcome for outcome in outcomes if isinstance(outcome, StaffRow)]
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"invitation_over"}
    assert (person.role, person.languages) == ("listener", ["es"])
    async with database.read() as session:
        used = await session.get(InvitationRow, made.invitation_id)
        languages = (await session.scalars(select(PoolRow.language))).all()
    assert used is not None and used.used_by == person.person_id
    assert set(languages) == {"es"}


async def test_an_invitation_runs_out_and_may_be_withdrawn(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        short, _ = await invitations.invite(
            session, role="listener", languages=["en"], by="a", now_ms=clock(), lasts_ms=1000
        )
        withdrawn, row = await invitations.invite(session, role="admin", languages=["en"], by="a", now_ms=clock())
        await invitations.withdraw_invitation(session, row.invitation_id, by="a", now_ms=clock())
    clock.advance(s=1)
    for code in (short, withdrawn, "never made", "\ud800"):
        async with database.read() as session:
            assert await refusal_of(invitations.find_invitation(session, code, clock())) == "invitation_over"
