"""Signing in and out."""

from collections.abc import Callable

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts import people
from chat.accounts.address_marks import AddressMarks
from chat.accounts.directory import members_of
from chat.accounts.ids import digest, new_secret
from chat.accounts.passwords import Passwords
from chat.accounts.refusal import Refused
from chat.accounts.sign_in_limits import (
    FREE_TRIES_ADDRESS,
    FREE_TRIES_NAME,
    LONGEST_WAIT_ADDRESS_MS,
    LONGEST_WAIT_NAME_MS,
    FailedTries,
)
from chat.accounts.staff import StaffMember
from chat.accounts.tables import SignInRow, StaffRow
from chat.accounts.versions import raise_version
from config.clock import now_ms
from config.database import Database

#: Long enough for a week of shifts; a lost laptop is signed out by `sign_out_everywhere`.
SIGN_IN_LASTS_MS = 7 * 24 * 3600_000


class SignIn:
    """The door for staff, in one process. Failures are counted in its memory only."""

    def __init__(self, database: Database, passwords: Passwords, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._marks = AddressMarks()
        self._by_name = FailedTries(free_tries=FREE_TRIES_NAME, longest_wait_ms=LONGEST_WAIT_NAME_MS)
        self._by_address = FailedTries(free_tries=FREE_TRIES_ADDRESS, longest_wait_ms=LONGEST_WAIT_ADDRESS_MS)

    async def sign_in(self, name: str, password: str, address: str | None) -> tuple[str, StaffMember]:
        """The cookie's value and who it is. Raises Refused, alike for a wrong name and a wrong password."""
        now = self._clock()
        place = self._marks.of(address)
        wait_ms = self._by_name.wait_ms(name, now)
        if place is not None:
            wait_ms = max(wait_ms, self._by_address.wait_ms(place, now))
        if wait_ms:
            raise Refused("too_many_tries", "Too many tries. Wait a moment, then try again.", retry_after_ms=wait_ms)
        # Counted before the slow check and taken back after it: else a burst would try many passwords at once.
        self._by_name.failed(name, now)
        if place is not None:
            self._by_address.failed(place, now)
        async with self._database.read() as session:
            row = await people.find_by_name(session, name) if "\0" not in name else None
        known_hash = row.password_hash if row is not None and row.is_active else None
        if not await self._passwords.matches(known_hash, password) or row is None or known_hash is None:
            raise Refused("sign_in_failed", "Name and password don't match.")
        newer_hash = await self._passwords.hash(password) if self._passwords.is_outdated(known_hash) else None
        async with self._database.write() as session:
            current = await session.get(StaffRow, row.person_id)
            if current is None or not current.is_active or current.password_hash != known_hash:
                raise Refused("sign_in_failed", "Name and password don't match.")
            if newer_hash is not None:
                current.password_hash = newer_hash
            cookie = await open_sign_in(session, current.person_id, now)
            member = (await members_of(session, [current], now))[0]
        self._by_name.succeeded(name)
        if place is not None:
            self._by_address.undo(place)
        return cookie, member

    async def sign_out(self, cookie_value: str) -> None:
        """End this sign-in; nothing happens when there is none."""
        async with self._database.write() as session:
            ended = await session.execute(
                delete(SignInRow).where(SignInRow.cookie_hash == digest(cookie_value)).returning(SignInRow.person_id)
            )
            person_id = ended.scalar_one_or_none()
            if person_id is not None:
                await raise_version(session, person_id)

    async def change_own_password(self, person_id: str, old: str, new_hash: str) -> str:
        """Set another password and return a new cookie; every other sign-in of the person ends. Raises Refused."""
        now = self._clock()
        wait_ms = self._by_name.wait_ms(person_id, now)
        if wait_ms:
            raise Refused("too_many_tries", "Too many tries. Wait a moment, then try again.", retry_after_ms=wait_ms)
        self._by_name.failed(person_id, now)
        async with self._database.read() as session:
            row = await people.get_person(session, person_id)
        if not await self._passwords.matches(row.password_hash, old):
            raise Refused("wrong_password", "That is not your password now.")
        self._by_name.succeeded(person_id)
        async with self._database.write() as session:
            await people.set_password(session, person_id, new_hash, by=person_id, now_ms=now)
            return await open_sign_in(session, person_id, now)


async def open_sign_in(session: AsyncSession, person_id: str, now: int) -> str:
    """Begin a sign-in; returns the cookie's value. Those of this person that ran out are cleared away."""
    await session.execute(delete(SignInRow).where(SignInRow.person_id == person_id, SignInRow.expires_at_ms <= now))
    cookie = new_secret()
    session.add(
        SignInRow(
            cookie_hash=digest(cookie), person_id=person_id, created_at_ms=now, expires_at_ms=now + SIGN_IN_LASTS_MS
        )
    )
    await session.flush()
    return cookie
