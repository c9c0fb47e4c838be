"""`tealight demo`: demo people, and simulated chats to look at (docs/demo.md)."""

import asyncio
import ipaddress
import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from config.database import Database, url_of
from config.settings import Settings, SettingsError, load
from tealight.demo import people
from tealight.demo.listeners import SignInRefused
from tealight.demo.report import table_of
from tealight.demo.run import DemoRun, Outcome, Plan, listeners_needed
from tealight.on_database import on_database

app = typer.Typer(help="Demo people, and simulated chats to look at.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    chats: Annotated[int, typer.Option(min=0, help="how many seekers come; 0: until Ctrl-C")] = 20,
    at_once: Annotated[int, typer.Option(min=1, help="about how many chats are open at a time")] = 10,
    url: Annotated[str | None, typer.Option(help="the service's WebSocket", show_default="from HOST and PORT")] = None,
    pace: Annotated[float, typer.Option(min=0.1, max=1000, help="how many times faster than life")] = 10,
    seed: Annotated[int, typer.Option(help="the same seed draws the same people")] = 1,
) -> None:
    """Let simulated seekers and listeners talk on a running service of this machine.

    Ends by itself when all have come and gone, or with Ctrl-C; then says what was lost, doubled or misordered.
    """
    if context.invoked_subcommand is not None:
        return
    settings = load()
    url = url or f"ws://{settings.host}:{settings.port}/ws"
    if not _is_loopback(url):
        raise SettingsError(f"Simulated people talk to a service on this machine only, not to {urlsplit(url).netloc}.")
    passwords = {n: p for n, p in people.read_passwords(settings.data_dir).items() if n.startswith(people.SIMULATED)}
    needed = min(listeners_needed(at_once), people.MOST_SIMULATED)
    if len(passwords) < needed:
        _prepare(settings, needed, may_make=False)
        passwords = {
            n: p for n, p in people.read_passwords(settings.data_dir).items() if n.startswith(people.SIMULATED)
        }
    plan = Plan(
        url=url,
        chats=chats,
        at_once=at_once,
        pace=pace,
        seed=seed,
        language=settings.default_locale,
        listeners=dict(list(passwords.items())[:needed]),
    )
    print(
        f"{needed} simulated listeners come on duty at {url}; everything they say is marked {'(demo)'}. Ctrl-C ends it."
    )
    try:
        outcome = asyncio.run(_run(plan))
    except SignInRefused as refused:
        print(refused, file=sys.stderr)
        raise typer.Exit(1) from None
    except asyncio.CancelledError:
        raise typer.Abort from None
    Console().print(table_of(outcome))
    raise typer.Exit(0 if outcome.verdict.is_clean else 1)


@app.command()
def prepare(
    listeners: Annotated[int, typer.Option(min=0, max=people.MOST_SIMULATED, help="how many simulated listeners")] = 12,
) -> None:
    """Make the demo accounts that are missing, and print how to sign in as them."""
    settings = load()
    if not settings.is_loopback:
        print(people.NOT_LOOPBACK.format(host=settings.host))
        return
    made = _prepare(settings, listeners, may_make=True)
    print(people.SENTENCE)
    print()
    for person in made:
        if not person.is_simulated:
            print(f"  {person.name:<12} {person.role:<12} {person.password or person.caution}")
    print()
    print("This lets simulated seekers and listeners talk, in another terminal:")
    print()
    print(f"  {play_command(settings, Path(sys.executable), Path.cwd())}")


def play_command(settings: Settings, python: Path, folder: Path) -> str:
    """The command that plays on the service of these settings, for a shell that stands in `folder`."""
    usual = load({})
    told = {
        "HOST": (settings.host, usual.host),
        "PORT": (str(settings.port), str(usual.port)),
        # In full, if at all: in another folder a part of it would name another place, where nobody is.
        "DATA_DIR": (str(settings.data_dir), str(folder / "data")),
        "DEFAULT_LOCALE": (settings.default_locale, usual.default_locale),
    }
    unusual = [f"{name}={shlex.quote(value)}" for name, (value, default) in told.items() if value != default]
    return " ".join([*unusual, shlex.quote(_near(python.parent / "tealight", folder)), "demo --chats 20"])


def _near(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _prepare(settings: Settings, listeners: int, *, may_make: bool) -> list[people.DemoPerson]:
    async def act(database: Database) -> list[people.DemoPerson]:
        return await people.prepare(database, settings, listeners)

    return on_database(act, url_of(settings), is_migrated=True, may_make=may_make)


async def _run(plan: Plan) -> Outcome:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    whole = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, stop, whole)
    return await DemoRun(plan).run(stop)


def _stop(stop: asyncio.Event, whole: "asyncio.Task[Outcome] | None") -> None:
    """The first signal ends in order; a second one doesn't wait."""
    if stop.is_set() and whole is not None:
        whole.cancel()
        return
    print("\nEverybody finishes what they were sending ...", flush=True)
    stop.set()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
