"""`tealight certification ...`: check rule sets, verify certificates, rotate the key (docs/certification.md)."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import msgspec
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chat.accounts.audit import COMMAND_LINE, record
from chat.accounts.clearances import CLEARABLE
from config import settings as environment
from config.clock import now_ms
from config.database import Database, url_of
from config.settings import Settings
from listener_training.certification import signing_key
from listener_training.certification.document import (
    BadDocument,
    Claims,
    document_in,
    encoded,
    key_id_of,
    public_key_of,
    verify,
)
from listener_training.certification.keys import disown as disown_key
from listener_training.certification.keys import make_known, trusted_keys
from listener_training.certification.library import (
    SHIPPED,
    Known,
    lint_rule_set,
    read_rule_set,
    shelf_of,
    shipped_scenarios,
)
from listener_training.certification.tables import CertificateRow
from listener_training.curriculum.lint import Finding
from listener_training.learning.shelf import open_shelf
from tealight.on_database import on_database

app = typer.Typer(help="Certificates: rules, verifying, keys.", no_args_is_help=True, rich_markup_mode=None)
T = TypeVar("T")


@app.command()
def lint(
    folder: Annotated[
        Path | None, typer.Argument(help="a folder of rule sets; else those that ship", show_default=False)
    ] = None,
) -> None:
    """Check rule sets. One line for each defect; ends with 1 if there is an error."""
    place = folder or SHIPPED
    paths = sorted(place.glob("*.toml")) if place.is_dir() else []
    if not paths:
        _fail(f"There is no rule set in {place}.")
    known = Known(CLEARABLE, shelf_of(open_shelf()), shipped_scenarios())
    findings: list[Finding] = []
    for path in paths:
        try:
            findings += lint_rule_set(read_rule_set(path), path.name, known)
        except ValueError as error:
            findings.append(Finding("error", path.name, str(error)))
    for finding in findings:
        print(finding)
    errors = sum(finding.level == "error" for finding in findings)
    print(f"{len(paths)} rule sets: {errors} errors, {len(findings) - errors} warnings.")
    if errors:
        raise typer.Exit(1)


@app.command("verify")
def verify_certificate(
    text: Annotated[str, typer.Argument(help="a file, the text of a certificate, or - for standard input")],
    keys: Annotated[
        Path | None,
        typer.Option(help="the service's public keys, saved from /api/certification/keys; nothing else is asked then"),
    ] = None,
) -> None:
    """Is a certificate genuine? Ends with 1 if it isn't, or doesn't hold any more as far as can be told from here."""
    written = _written(text)
    try:
        document = document_in(written)
        trusted = _keys_in(keys) if keys is not None else _run(lambda database, _: _trusted(database))
        claims = verify(document, trusted)
    except BadDocument as bad:
        _fail(str(bad))
    for line in _said(claims):
        print(line)
    if claims.exp is not None and now_ms() >= claims.exp * 1000:
        _fail("It has run out.")
    if keys is not None:
        print("The signature is right. Only the service knows whether it was withdrawn.")
        return
    found = _run(lambda database, _: _withdrawn(database, claims.jti))
    if found is None:
        _fail("The signature is right, but this service has no such certificate.")
    if found:
        _fail("It was withdrawn.")
    print("The signature is right, and it holds.")


@app.command()
def keys() -> None:
    """Print the public keys as the service publishes them, for verifying elsewhere."""

    async def act(database: Database, _settings: Settings) -> dict[str, Ed25519PublicKey]:
        return await _trusted(database)

    lines = [
        {"kid": kid, "x": encoded(key.public_bytes_raw()), "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA"}
        for kid, key in _run(act).items()
    ]
    print(msgspec.json.format(msgspec.json.encode({"keys": lines}), indent=2).decode())


@app.command()
def rotate(
    disown: Annotated[
        bool, typer.Option("--disown", help="the old key was stolen: what it signed is worth nothing any more")
    ] = False,
) -> None:
    """Sign with another key from now on. The old private key is deleted; what it signed stays good."""

    async def act(database: Database, settings: Settings) -> tuple[str | None, str]:
        at_ms = now_ms()
        old = signing_key.find(settings.data_dir)
        # First of all: once its file is replaced, nobody knows any more which key was to be disowned.
        async with database.write() as session:
            old_id = None if old is None else (await make_known(session, old, now_ms=at_ms)).key_id
            if disown and old_id is not None:
                await disown_key(session, old_id, now_ms=at_ms)
        new = signing_key.rotate(settings.data_dir)
        new_id = key_id_of(new.public_key())
        async with database.write() as session:
            await make_known(session, new, now_ms=at_ms)
            detail = {"old_key": old_id, "is_disowned": disown}
            record(session, by=COMMAND_LINE, act="rotate_certificate_key", about=new_id, at_ms=at_ms, detail=detail)
        return old_id, new_id

    old_id, new_id = _run(act)
    print(f"Certificates are signed with {new_id} from now on.")
    if old_id is not None:
        print(f"What {old_id} signed is " + ("worth nothing any more." if disown else "still good."))


def _written(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    path = Path(text)
    try:
        # A document is longer than most systems let a name be.
        return path.read_text(encoding="utf-8") if len(text) < 256 and path.is_file() else text
    except (OSError, UnicodeDecodeError):
        _fail(f"{path} can't be read as text.")


def _keys_in(path: Path) -> dict[str, Ed25519PublicKey]:
    try:
        listed = msgspec.json.decode(path.read_bytes())["keys"]
        return {one["kid"]: public_key_of(one["x"]) for one in listed if not one.get("disowned_at_ms")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        _fail(f"{path} holds no keys as /api/certification/keys gives them.")


async def _trusted(database: Database) -> dict[str, Ed25519PublicKey]:
    async with database.read() as session:
        return await trusted_keys(session)


async def _withdrawn(database: Database, certificate_id: str) -> bool | None:
    async with database.read() as session:
        row = await session.get(CertificateRow, certificate_id)
    return None if row is None else row.withdrawn_at_ms is not None


def _said(claims: Claims) -> list[str]:
    until = "until it is withdrawn" if claims.exp is None else f"until {_day(claims.exp)}"
    return [
        f"{claims.name}: {claims.title}",
        f"granted {_day(claims.iat)} by {claims.by or 'the rules'}{' of ' + claims.iss if claims.iss else ''}, {until}",
        f"rules {claims.rules} {claims.version}; clears for {', '.join(claims.clears)}",
        *([claims.notice] if claims.notice else []),
    ]


def _day(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _run(act: Callable[[Database, Settings], Awaitable[T]]) -> T:
    settings = environment.load()
    return on_database(lambda database: act(database, settings), url_of(settings))


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
