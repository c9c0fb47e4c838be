"""`tealight accounts ...`: people from the command line, with the service running or not."""

import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from chat.accounts import entries, invitations, people
from chat.accounts.audit import COMMAND_LINE
from chat.accounts.clearances import CLEARABLE
from chat.accounts.directory import Directory
from chat.accounts.passwords import Passwords
from chat.accounts.pool_opening import open_first_pools
from chat.accounts.refusal import Refused
from chat.accounts.tables import StaffRow
from config import settings as environment
from config.clock import now_ms
from config.database import Database, url_of
from config.settings import Settings, SettingsError
from listener_training.granting import grant, grant_all, withdraw_all
from tealight.on_database import is_there, on_database

app = typer.Typer(help="People: listeners, supervisors, admins.", no_args_is_help=True, rich_markup_mode=None)
T = TypeVar("T")

Name = Annotated[str, typer.Argument(help="sign-in name: 2-40 of a-z 0-9 . _ -", show_default=False)]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="read the password from standard input")]
Days = Annotated[
    int | None, typer.Option("--days", min=1, max=3650, help="ends after so many days", show_default=False)
]


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="listener, supervisor or admin", show_default=False)],
    clear: Annotated[str, typer.Option(help="`all`: cleared for every topic, age band and risk level")] = "",
    language: Annotated[list[str] | None, typer.Option(help="a language they speak; may be repeated")] = None,
    max_chats: Annotated[int, typer.Option(help="most chats at once")] = entries.DEFAULT_MAX_CHATS,
    display_name: Annotated[str | None, typer.Option(help="the name that others see")] = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a person. They can sign in when this returns."""

    async def act(database: Database, settings: Settings) -> list[str]:
        if clear not in ("", "all"):
            raise Refused("bad_clearance", "--clear takes `all`; `tealight accounts clear` grants single ones.")
        entries.name_of(name)
        entries.role_of(role)
        password_hash = await _new_password_hash(password_stdin)
        async with database.write() as session:
            at_ms = now_ms()
            await open_first_pools(session, settings.default_locale, now_ms=at_ms)
            person, opened = await people.add_person(
                session,
                name=name,
                role=role,
                languages=language or [settings.default_locale],
                max_chats=max_chats,
                display_name=display_name,
                password_hash=password_hash,
                by=COMMAND_LINE,
                now_ms=at_ms,
            )
            if clear:
                await grant_all(session, person.person_id, by=COMMAND_LINE, now_ms=at_ms)
        return opened

    opened = _run(act, may_make=True)
    print(f"Added {name} ({role}).")
    for tag in opened:
        print(f"Opened the adult and the teen pool for {tag}.")


@app.command("list")
def list_people() -> None:
    """List everyone."""

    async def act(database: Database, _settings: Settings) -> list[str]:
        return [
            f"{person.name:<24} {person.role:<10} {'active' if person.is_active else 'inactive':<8} "
            f"{','.join(person.languages):<12} {','.join(person.age_bands) or 'no age band'}"
            for person in await Directory(database).everyone()
        ]

    for line in _run(act):
        print(line)


@app.command("clear")
def clear_person(
    name: Name,
    kind: Annotated[str, typer.Argument(help=f"all, {', '.join(CLEARABLE)}", show_default=False)],
    value: Annotated[str, typer.Argument(help="what for, such as `grief`, `adult` or `high`")] = "",
    days: Days = None,
) -> None:
    """Grant a clearance."""

    async def act(session: AsyncSession, person: StaffRow, at_ms: int) -> None:
        until = None if days is None else at_ms + days * 24 * 3600_000
        if kind == "all":
            await grant_all(session, person.person_id, by=COMMAND_LINE, now_ms=at_ms, expires_at_ms=until)
        else:
            await grant(
                session, person.person_id, kind=kind, value=value, by=COMMAND_LINE, now_ms=at_ms, expires_at_ms=until
            )

    _change(name, act)
    print(f"Cleared {name} for {' '.join(word for word in (kind, value) if word)}.")


@app.command()
def withdraw(name: Name, reason: Annotated[str, typer.Option(help="why; stays in the audit log")] = "") -> None:
    """Withdraw every clearance of a person; they can't take chats from now on."""

    async def act(session: AsyncSession, person: StaffRow, at_ms: int) -> int:
        return await withdraw_all(session, person.person_id, by=COMMAND_LINE, reason=reason, now_ms=at_ms)

    print(f"Withdrew {_change(name, act)} clearances of {name}.")


@app.command()
def password(name: Name, password_stdin: PasswordStdin = False) -> None:
    """Set another password, and sign the person out everywhere."""

    async def act(database: Database, _settings: Settings) -> None:
        password_hash = await _new_password_hash(password_stdin)
        async with database.write() as session:
            person = await _known(session, name)
            await people.set_password(session, person.person_id, password_hash, by=COMMAND_LINE, now_ms=now_ms())

    _run(act)
    print(f"Set a new password for {name}, who is signed out everywhere.")


@app.command()
def deactivate(name: Name) -> None:
    """Close a person's account: signed out everywhere at once, no sign-in any more."""

    async def act(session: AsyncSession, person: StaffRow, at_ms: int) -> None:
        await people.change_person(session, person.person_id, is_active=False, by=COMMAND_LINE, now_ms=at_ms)

    _change(name, act)
    print(f"Deactivated {name}; `tealight accounts reactivate {name}` opens the account again.")


@app.command()
def reactivate(name: Name) -> None:
    """Open a closed account again, with the password and the clearances that it had."""

    async def act(session: AsyncSession, person: StaffRow, at_ms: int) -> bool:
        was_closed = not person.is_active
        await people.change_person(session, person.person_id, is_active=True, by=COMMAND_LINE, now_ms=at_ms)
        return was_closed

    was_closed = _change(name, act)
    print(f"Reactivated {name}, who signs in as before." if was_closed else f"{name} was active already.")


@app.command()
def invite(
    role: Annotated[str, typer.Option(help="listener, supervisor or admin")] = "listener",
    language: Annotated[list[str] | None, typer.Option(help="a language they speak; may be repeated")] = None,
    days: Annotated[int, typer.Option(min=1, max=60, help="how long the link works")] = 7,
) -> None:
    """Print a link with which one new person makes their own account. It is shown this once."""

    async def act(database: Database, settings: Settings) -> str:
        async with database.write() as session:
            code, _ = await invitations.invite(
                session,
                role=role,
                languages=language or [settings.default_locale],
                by=COMMAND_LINE,
                now_ms=now_ms(),
                lasts_ms=days * 24 * 3600_000,
            )
        return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/join/{code}"

    print(_run(act))


def _change(name: str, act: Callable[[AsyncSession, StaffRow, int], Awaitable[T]]) -> T:
    async def inside(database: Database, _settings: Settings) -> T:
        async with database.write() as session:
            return await act(session, await _known(session, name), now_ms())

    return _run(inside)


async def _known(session: AsyncSession, name: str) -> StaffRow:
    person = await people.find_by_name(session, name)
    if person is None:
        raise Refused("no_such_person", f"There is no person named {name}.")
    return person


async def _new_password_hash(from_stdin: bool) -> str:
    if from_stdin:
        given = sys.stdin.buffer.read()
        try:
            typed = given.decode().removesuffix("\n")
        except UnicodeDecodeError:
            raise Refused("bad_password", "The password on standard input is not UTF-8.") from None
    elif sys.stdin.isatty():
        typed = getpass.getpass("New password: ")
        if getpass.getpass("Once more: ") != typed:
            raise Refused("bad_password", "Those were two different passwords.")
    else:
        raise Refused("bad_password", "Give the password on standard input, with --password-stdin.")
    passwords = Passwords()
    try:
        return await passwords.hash(entries.password_of(typed))
    finally:
        passwords.close()


def _run(act: Callable[[Database, Settings], Awaitable[T]], *, may_make: bool = False) -> T:
    """Run on the database that the settings name, brought up to date; a failure is one sentence and a status of 1."""
    try:
        settings = environment.load()
        url = url_of(settings)
        is_new = not is_there(url)
        answer = on_database(lambda database: act(database, settings), url, is_migrated=True, may_make=may_make)
        if is_new:
            print(f"{make_url(url).database} is new: no service has run there yet (DATA_DIR names the folder).")
        return answer
    except (Refused, SettingsError) as refused:
        print(refused, file=sys.stderr)
        raise typer.Exit(1) from None
