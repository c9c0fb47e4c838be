"""`tealight certification ...`: checking rules, verifying certificates, another key."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner, Result

from chat.accounts.tables import StaffRow
from config.clock import now_ms
from config.database import Database
from config.settings import SettingsError
from listener_training.certification import signing_key
from listener_training.certification.document import DOCUMENT_MAX, BadDocument, Claims, document_in, key_id_of, sign
from listener_training.certification.keys import make_known, trusted_keys
from listener_training.certification.library import SHIPPED
from listener_training.certification.tables import CertificateRow
from tealight.certification_cli import app

CLAIMS = Claims(
    jti="k1",
    name="Fern",
    title="Listener",
    rules="small",
    version="1",
    grade="adult",
    clears=[],
    by="",
    iat=1_800_000_000,
)


class Machine:
    """A data folder with its database, on which the commands are given."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env={"DATA_DIR": str(self.folder), "DATABASE_URL": self.url})

    def grants(self) -> str:
        """A certificate that stands in the database; its document."""
        return asyncio.run(self._grants())

    async def _grants(self) -> str:
        key = signing_key.read_or_make(self.folder)
        document = sign(CLAIMS, key)
        database = Database(self.url)
        async with database.write() as session:
            await make_known(session, key, now_ms=now_ms())
            session.add(
                StaffRow(
                    person_id="l1",
                    name="fern",
                    display_name="Fern",
                    role="listener",
                    languages=["en"],
                    max_chats=4,
                    password_hash="",
                    is_active=True,
                    signed_out_at_ms=0,
                    created_at_ms=0,
                    version=1,
                )
            )
            await session.flush()
            session.add(
                CertificateRow(
                    certificate_id="k1",
                    person_id="l1",
                    rule_set_id="small",
                    grade_id="adult",
                    rules_version="1",
                    granted_by="rules",
                    granted_at_ms=now_ms(),
                    document=document,
                )
            )
        await database.close()
        return document

    def trusts(self) -> set[str]:
        """The ids of the keys that nobody disowned."""

        async def ask() -> set[str]:
            database = Database(self.url)
            async with database.read() as session:
                found = set(await trusted_keys(session))
            await database.close()
            return found

        return asyncio.run(ask())

    def signs_with(self) -> str:
        key = signing_key.find(self.folder)
        assert key is not None
        return key_id_of(key.public_key())


@pytest.fixture
def machine(tmp_path: Path, sqlite_url: str) -> Machine:
    return Machine(tmp_path, sqlite_url)


def test_a_certificate_is_verified_on_the_spot_and_elsewhere(machine: Machine, tmp_path: Path) -> None:
    document = machine.grants()
    here = machine.run("verify", document)
    assert (here.exit_code, "it holds" in here.output) == (0, True), here.output
    keys = tmp_path / "keys.json"
    keys.write_text(machine.run("keys").output)
    elsewhere = Machine(tmp_path / "elsewhere", "sqlite:////nowhere/tealight.db")
    offline = elsewhere.run("verify", document, "--keys", str(keys))
    assert (offline.exit_code, "Only the service knows" in offline.output) == (0, True), offline.output
    changed = document[:-8] + "AAAAAAAA"
    assert machine.run("verify", changed).exit_code == 1


def test_another_key_signs_from_now_on_and_what_the_old_one_signed_stays_good(machine: Machine) -> None:
    document, old = machine.grants(), machine.signs_with()
    done = machine.run("rotate")
    assert (done.exit_code, f"What {old} signed is still good." in done.output) == (0, True), done.output
    assert machine.trusts() == {old, machine.signs_with()}
    assert machine.run("verify", document).exit_code == 0


def test_a_stolen_key_is_disowned_even_where_no_new_one_can_be_written(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, old = machine.grants(), machine.signs_with()

    def full(_: Path) -> None:
        raise SettingsError("The key can't be written: no space left on device.")

    with monkeypatch.context() as disk:
        disk.setattr(signing_key, "rotate", full)
        assert machine.run("rotate", "--disown").exit_code != 0
    assert (machine.trusts(), machine.signs_with()) == (set(), old)
    assert machine.run("verify", document).exit_code == 1
    assert machine.run("rotate", "--disown").exit_code == 0
    assert machine.trusts() == {machine.signs_with()}, "not the new one in place of the stolen one"


def test_rule_sets_are_checked_with_a_line_for_each_defect(machine: Machine, tmp_path: Path) -> None:
    sound = machine.run("lint")
    assert (sound.exit_code, ": 0 errors" in sound.output) == (0, True), sound.output
    folder = tmp_path / "rules"
    folder.mkdir()
    text = next(iter(sorted(SHIPPED.glob("*.toml")))).read_text(encoding="utf-8")
    (folder / "other.toml").write_text(text, encoding="utf-8")
    spoiled = machine.run("lint", str(folder))
    assert (spoiled.exit_code, "other.toml" in spoiled.output) == (1, True)
    assert machine.run("lint", str(tmp_path / "absent")).exit_code == 1


def test_what_keys_prints_is_what_the_service_publishes(machine: Machine) -> None:
    machine.grants()
    (line,) = msgspec.json.decode(machine.run("keys").output)["keys"]
    assert (line["kid"], line["kty"], line["alg"]) == (machine.signs_with(), "OKP", "EdDSA")


def test_a_certificate_is_found_in_what_people_paste_and_a_long_text_is_read_once() -> None:
    for pasted in (
        "a1.b2.c3",
        "see https://here.example/certificate/k1#a1.b2.c3",
        "Here it is: a1.b2.c3.",
        "a1.b2.c3\n",
    ):
        assert document_in(pasted) == "a1.b2.c3"
    for none in ("", "a.b", "a.b.c.d", "a..c", "a.b.c d.e.f", "#", "a.b.c#"):
        with pytest.raises(BadDocument):
            document_in(none)
    # Whoever sends the longest text that is taken must not hold up those who chat in the same process.
    began = time.process_time()
    for _ in range(20):
        with pytest.raises(BadDocument):
            document_in("a" * 2 * DOCUMENT_MAX)
    assert time.process_time() - began < 1, "looked at once from each character this takes 4 s"
