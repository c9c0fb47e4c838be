"""`tealight ...`: every command of the service. What a command needs is imported when it runs."""

import errno
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer._click.exceptions import NoArgsIsHelpError, UsageError

from config.settings import Settings, SettingsError, load
from tealight import early_end, long_process

# Commands that go on until they are told to stop; they show under this name in the process list.
LONG_COMMANDS = early_end.LONG_COMMANDS
# Kept in modules of their own, loaded only when asked for: name -> module, the line in the list of commands.
GROUPS = {
    "accounts": ("tealight.accounts_cli", "People: listeners, supervisors, admins."),
    "archive": ("tealight.archive_cli", "Ended chats: which are kept, which could not be."),
    "certification": ("tealight.certification_cli", "Certificates: rules, verifying, keys."),
    "courses": ("tealight.courses_cli", "Courses: what they hold, and whether they are sound."),
    "engine": ("tealight.engine_cli", "The engine: check and rebuild what is derived."),
    "demo": ("tealight.demo_cli", "Demo people, and simulated chats to look at."),
    "keys": ("tealight.keys_cli", "Master keys: show, rotate, tidy."),
    "routing": ("tealight.routing_cli", "Routing: why an offer went where it went."),
    "practice": ("tealight.practice_cli", "Practice chats: check scenarios, play one, score the recogniser."),
    "simulate": ("tealight.simulate_cli", "Made-up days on which routing policies are compared."),
}
MOST_WEB_PROCESSES = 64

app = typer.Typer(
    name="tealight",
    help="Self-hosted, real-time, 24/7 peer support chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _settings_with(needs: tuple[str, ...] = (), **given: str | None) -> Settings:
    env = dict(os.environ)
    env.update({name: value for name, value in given.items() if value is not None})
    return load(env, needs=needs)


def _run_process(name: str, *arguments: object) -> NoReturn:
    """Be one of the processes that go on; its exit code is ours."""
    sys.exit(long_process.run(name, *arguments))


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).", show_default="127.0.0.1")] = None,
    port: Annotated[str | None, typer.Option(help="Port to listen on (PORT).", show_default="8000")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Folder to keep everything in (DATA_DIR).")] = None,
    web: Annotated[str, typer.Option(help="How many web processes.")] = "2",
    demo: Annotated[bool, typer.Option("--demo", help="Make demo people and say how to sign in as them.")] = False,
) -> None:
    """Run the whole service on this machine, in the foreground."""
    settings = _settings_with((), HOST=host, PORT=port, DATA_DIR=data_dir)
    if not web.isdecimal() or not 1 <= int(web) <= MOST_WEB_PROCESSES:
        raise SettingsError(f"--web must be a number from 1 to {MOST_WEB_PROCESSES}, not {web!r}.")
    from config.engines.valkey import EngineError
    from tealight.up import run

    try:
        code = run(settings, web_count=int(web), is_demo=demo)
    except EngineError as error:
        _fail(str(error), 1)
    sys.exit(code)


@app.command()
def web(
    fd: Annotated[int | None, typer.Option(help="A bound socket that was passed on; else HOST and PORT.")] = None,
) -> None:
    """Run one web process: pages, HTTP and WebSockets."""
    _run_process("web", fd)


@app.command()
def router() -> None:
    """Run one router: it sweeps offers, lines and leases."""
    _run_process("router")


@app.command()
def archiver() -> None:
    """Run one archiver: ended chats go from the log to the database, and old ones are forgotten."""
    _run_process("archiver")


@app.command()
def partner() -> None:
    """Run one process of practice partners: scripted seekers who talk with trainees, apart from all that is real."""
    _run_process("partner")


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = _settings_with(long_process.NEEDS)
    from sqlalchemy.exc import SQLAlchemyError

    from chat.conversation.data_keys import KeysAwayError
    from config.database import migrate as bring_up_to_date
    from config.database import url_of
    from tealight.old_words import seal_old_words

    try:
        bring_up_to_date(url_of(settings))
        seal_old_words(settings)
    except (OSError, SQLAlchemyError, KeysAwayError) as error:
        cause = getattr(error, "orig", None) or error
        _fail(f"The database could not be brought up to date: {type(cause).__name__}: {cause}", 1)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Folder of backups; it is made if there is none.")],
    data_dir: Annotated[str | None, typer.Option(help="Folder everything is kept in (DATA_DIR).")] = None,
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="Seal the file of keys with the first line of standard input.")
    ] = False,
) -> None:
    """Copy the database and the engine's state, and the keys into a file of their own; the service may go on."""
    from tealight.backup_cli import back_up

    sys.exit(back_up(_settings_with((), DATA_DIR=data_dir), folder, has_passphrase=passphrase_stdin))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="Folder of backups.")],
    name: Annotated[str, typer.Option("--backup", help="Which one.", show_default="the newest")] = "",
    data_dir: Annotated[str | None, typer.Option(help="Folder to put everything into (DATA_DIR).")] = None,
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="The file of keys opens with the first line of standard input.")
    ] = False,
    without_keys: Annotated[bool, typer.Option("--without-keys", help="No chat can be read then.")] = False,
) -> None:
    """Make a service from a backup, in an empty data folder and an empty database."""
    from tealight.backup_cli import put_back

    settings = _settings_with((), DATA_DIR=data_dir)
    sys.exit(put_back(settings, folder, name, has_passphrase=passphrase_stdin, with_keys=not without_keys))


@app.command()
def doctor(
    data_dir: Annotated[str | None, typer.Option(help="Folder everything is kept in (DATA_DIR).")] = None,
) -> None:
    """Check settings, engines, versions and limits, and say what is wrong and how to mend it."""
    from tealight.doctor import examine

    env = dict(os.environ)
    if data_dir is not None:
        env["DATA_DIR"] = data_dir
    sys.exit(examine(env))


@app.command()
def version() -> None:
    """Print the version."""
    from tealight import __version__

    print(__version__)


def _fail(sentence: str, code: int) -> NoReturn:
    print(" ".join(sentence.split()), file=sys.stderr)
    sys.exit(code)


def _mount_groups(words: list[str]) -> None:
    for name, (module, line) in GROUPS.items():
        if importlib.util.find_spec(module) is None:
            continue
        if words and words[0] == name:
            app.add_typer(importlib.import_module(module).app, name=name)
        else:
            # Its name and line for the list: that must not wait for all that the group needs.
            app.add_typer(typer.Typer(), name=name, help=line)


def main() -> None:
    """The entry point of the `tealight` command."""
    words = sys.argv[1:]
    if words and words[0] in LONG_COMMANDS and not {"--help", "-h"} & set(words):
        long_process.take_name(words[0])
    try:
        _mount_groups(words)
        answer = app(prog_name="tealight", standalone_mode=False)
    except SettingsError as error:
        _fail(str(error), 2)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except UsageError as error:
        # One sentence, as for everything else that is wrong: not the usage of the command before it.
        where = error.ctx.command_path if error.ctx else "tealight"
        _fail(f"{error.format_message().rstrip('.')}; see `{where} --help`.", error.exit_code)
    except typer.Abort:
        _fail("Stopped.", 1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _fail(f"The disk is full: {error.filename or 'a file'} can't be written. Make room; see `tealight doctor`.", 1)
    sys.exit(answer if isinstance(answer, int) else 0)
