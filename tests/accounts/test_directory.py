"""Who is signed in, and who changed."""

import asyncio

import pytest

from chat.accounts import people
from chat.accounts.directory import Directory
from chat.accounts.passwords import Passwords
from chat.accounts.refusal import Refused
from chat.accounts.sign_in import SIGN_IN_LASTS_MS, SignIn
from chat.accounts.tables import SignInRow
from config.database import Database
from listener_training.granting import grant, grant_all, withdraw_all
from tests.helpers.databases import Clock
from tests.helpers.staff import PASSWORD, add

PASSWORDS = Passwords()


@pytest.fixture
def directory(database: Database, clock: Clock) -> Directory:
    return Directory(database, clock)


@pytest.fixture
def door(database: Database, clock: Clock) -> SignIn:
    return SignIn(database, PASSWORDS, clock)


async def test_a_listener_signs_in_and_is_known_by_the_cookie(
    database: Database, directory: Directory, door: SignIn
) -> None:
    await add(database, "wren", languages=["en", "es"])
    cookie, member = await door.sign_in("wren", PASSWORD, "127.0.0.1")
    assert member.name == "wren"
    assert member.display_name == "Wren"
    assert member.languages == ("en", "es")
    assert member.age_bands == ("teen", "adult")
    assert member.person_id.startswith("l")
    assert len(member.person_id) == 21
    assert await directory.by_cookie(cookie) == member == await directory.by_id(member.person_id)
    assert await directory.by_cookie("another") is None
    assert await directory.by_cookie("\ud800") is None


async def test_only_a_hash_of_the_cookie_is_kept(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    cookie, _ = await door.sign_in("wren", PASSWORD, None)
    async with database.read() as session:
        assert await session.get(SignInRow, cookie) is None


async def test_wrong_name_and_wrong_password_are_refused_alike(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    refusals = []
    for name, password in (("wren", "not the password"), ("nobody", PASSWORD), ("nul\0", PASSWORD), ("wren", "\ud800")):
        with pytest.raises(Refused) as refused:
            await door.sign_in(name, password, "127.0.0.1")
        refusals.append((refused.value.code, refused.value.message))
    assert set(refusals) == {("sign_in_failed", "Name and password don't match.")}


async def test_failures_on_one_name_slow_that_name_even_from_loopback(
    database: Database, door: SignIn, clock: Clock
) -> None:
    await add(database, "wren")
    await add(database, "otter")
    for _ in range(5):
        with pytest.raises(Refused, match="don't match"):
            await door.sign_in("wren", "a wrong password", "127.0.0.1")
    with pytest.raises(Refused) as refused:
        await door.sign_in("wren", PASSWORD, "127.0.0.1")
    assert refused.value.code == "too_many_tries"
    assert refused.value.retry_after_ms == 2_000
    await door.sign_in("otter", PASSWORD, "127.0.0.1")
    clock.advance(s=2)
    await door.sign_in("wren", PASSWORD, "127.0.0.1")


async def test_a_burst_of_guesses_gets_no_more_tries_than_one_after_another(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    guesses = [door.sign_in("wren", f"guess number {n}", "127.0.0.1") for n in range(20)]
    refusals = await asyncio.gather(*guesses, return_exceptions=True)
    codes = [refused.code for refused in refusals if isinstance(refused, Refused)]
    assert codes.count("sign_in_failed") == 5
    assert codes.count("too_many_tries") == 15


async def test_failures_from_one_address_slow_that_address(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    for n in range(15):
        with pytest.raises(Refused, match="don't match"):
            await door.sign_in(f"guess-{n}", PASSWORD, "2001:db8::1")
    for address in ("2001:db8::1", "2001:db8::ffff"):
        with pytest.raises(Refused) as refused:
            await door.sign_in("wren", PASSWORD, address)
        assert refused.value.code == "too_many_tries"
    await door.sign_in("wren", PASSWORD, "2001:db8:1::1")


async def test_loopback_has_no_limit_by_address_and_success_is_never_slowed(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    for n in range(30):
        with pytest.raises(Refused, match="don't match"):
            await door.sign_in(f"guess-{n}", PASSWORD, "::ffff:127.0.0.1")
    for _ in range(30):
        await door.sign_in("wren", PASSWORD, "127.0.0.1")
    for _ in range(30):
        await door.sign_in("wren", PASSWORD, "192.0.2.7")


async def test_a_sign_in_lasts_a_week(database: Database, directory: Directory, door: SignIn, clock: Clock) -> None:
    await add(database, "wren")
    cookie, _ = await door.sign_in("wren", PASSWORD, None)
    clock.advance(ms=SIGN_IN_LASTS_MS - 1)
    assert await directory.by_cookie(cookie) is not None
    clock.advance(ms=1)
    assert await directory.by_cookie(cookie) is None


async def test_signing_out_here_leaves_the_other_browser_in(
    database: Database, directory: Directory, door: SignIn
) -> None:
    await add(database, "wren")
    here, _ = await door.sign_in("wren", PASSWORD, None)
    there, _ = await door.sign_in("wren", PASSWORD, None)
    version = await directory.newest_version()
    await door.sign_out(here)
    await door.sign_out("nobody's")
    assert await directory.by_cookie(here) is None
    assert await directory.by_cookie(there) is not None
    assert [member.name for member in await directory.changed_since(version)] == ["wren"]


async def test_signing_out_everywhere_ends_all_and_is_told(
    database: Database, directory: Directory, door: SignIn, clock: Clock
) -> None:
    person = await add(database, "wren")
    cookies = [(await door.sign_in("wren", PASSWORD, None))[0] for _ in range(3)]
    version = await directory.newest_version()
    assert await directory.changed_since(version) == []
    async with database.write() as session:
        await people.sign_out_everywhere(session, person.person_id, by="admin", now_ms=clock())
    assert [await directory.by_cookie(cookie) for cookie in cookies] == [None, None, None]
    (changed,) = await directory.changed_since(version)
    assert changed.signed_out_at_ms == clock()
    assert changed.version > version


async def test_a_closed_account_is_out_at_once(
    database: Database, directory: Directory, door: SignIn, clock: Clock
) -> None:
    person = await add(database, "wren")
    cookie, _ = await door.sign_in("wren", PASSWORD, None)
    async with database.write() as session:
        await people.change_person(session, person.person_id, is_active=False, by="admin", now_ms=clock())
    assert await directory.by_cookie(cookie) is None
    with pytest.raises(Refused, match="don't match"):
        await door.sign_in("wren", PASSWORD, None)


async def test_another_password_signs_out_everywhere_but_here(
    database: Database, directory: Directory, door: SignIn
) -> None:
    person = await add(database, "wren")
    before, _ = await door.sign_in("wren", PASSWORD, None)
    new_hash = await PASSWORDS.hash("another long password")
    with pytest.raises(Refused) as refused:
        await door.change_own_password(person.person_id, "not the old one", new_hash)
    assert refused.value.code == "wrong_password"
    after = await door.change_own_password(person.person_id, PASSWORD, new_hash)
    assert await directory.by_cookie(before) is None
    assert await directory.by_cookie(after) is not None
    with pytest.raises(Refused):
        await door.sign_in("wren", PASSWORD, None)
    await door.sign_in("wren", "another long password", None)


async def test_an_old_hash_is_renewed_at_sign_in(database: Database, door: SignIn) -> None:
    await add(database, "wren")
    await door.sign_in("wren", PASSWORD, None)
    async with database.read() as session:
        person = await people.find_by_name(session, "wren")
    assert person is not None
    assert not PASSWORDS.is_outdated(person.password_hash)
    assert await PASSWORDS.matches(person.password_hash, PASSWORD)


async def test_a_clearance_that_runs_out_is_a_change_that_every_process_sees(
    database: Database, directory: Directory, clock: Clock
) -> None:
    person = await add(database, "wren", is_cleared=False)
    async with database.write() as session:
        for value, s in (("adult", 60), ("teen", 120)):
            await grant(
                session,
                person.person_id,
                kind="age_band",
                value=value,
                by="admin",
                now_ms=clock(),
                expires_at_ms=clock() + s * 1000,
            )
    other_process = Directory(database, clock)
    version = await directory.newest_version()
    assert await directory.changed_since(version) == []
    clock.advance(s=60)
    (changed,) = await directory.changed_since(version)
    assert changed.age_bands == ("teen",)
    assert await other_process.changed_since(version) == [changed]
    assert await directory.changed_since(changed.version) == []
    clock.advance(s=60)
    (changed,) = await other_process.changed_since(changed.version)
    assert changed.age_bands == ()


async def test_withdrawing_and_granting_are_changes(database: Database, directory: Directory, clock: Clock) -> None:
    person = await add(database, "wren")
    version = await directory.newest_version()
    async with database.write() as session:
        assert await withdraw_all(session, person.person_id, by="admin", reason="a pause", now_ms=clock()) == 16
    (changed,) = await directory.changed_since(version)
    assert changed.age_bands == ()
    async with database.write() as session:
        await grant_all(session, person.person_id, by="admin", now_ms=clock())
    (changed,) = await directory.changed_since(changed.version)
    assert changed.age_bands == ("teen", "adult")


async def test_no_change_is_missed_while_many_write(database: Database, directory: Directory, clock: Clock) -> None:
    names = [f"listener-{n}" for n in range(12)]
    writing = asyncio.gather(*(add(database, name, is_cleared=False) for name in names))
    version, seen = 0, []
    while not writing.done():
        for member in await directory.changed_since(version):
            seen.append(member.name)
            version = member.version
        await asyncio.sleep(0)
    await writing
    seen += [member.name for member in await directory.changed_since(version)]
    assert sorted(seen) == sorted(names)


async def test_unknown_names_take_as_long_as_wrong_passwords() -> None:
    passwords = Passwords()
    await passwords.prepare()
    assert not await passwords.matches(None, "whatever")
    assert not await passwords.matches("not a hash at all", "whatever")
    passwords.close()
