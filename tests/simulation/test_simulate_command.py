"""`tealight simulate` as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.settings import SettingsError
from tealight import simulate_cli
from tealight.simulate_cli import app

SHORT = ("--hours", "0.5", "--start-hour", "21", "--peak", "2", "--seeds", "1")


def test_it_writes_figures_and_a_page(tmp_path: Path) -> None:
    broken = ("--barrier", "0.1:30", "--process-loss", "0.2:0.5")
    found = CliRunner().invoke(app, [*SHORT, *broken, "--policies", "house,fifo", "--out", str(tmp_path / "new")])
    assert found.exit_code == 0, found.output
    written = json.loads((tmp_path / "new" / "simulation.json").read_text())
    assert set(written["policies"]) == {"house", "fifo"} and written["seeds"] == [1]
    assert (tmp_path / "new" / "simulation.html").read_text().startswith("<!doctype html>")
    assert "nothing matched for 30 s" in (tmp_path / "new" / "simulation.html").read_text()
    assert "in danger" in found.output


def test_the_real_scripts_can_decide_and_agree_with_the_twin(tmp_path: Path) -> None:
    told = {}
    for engine in ("twin", "scripts"):
        found = CliRunner().invoke(
            app, [*SHORT, "--policies", "house", "--engine", engine, "--out", str(tmp_path / engine)]
        )
        assert found.exit_code == 0, found.output
        told[engine] = json.loads((tmp_path / engine / "simulation.json").read_text())
    assert told["twin"]["policies"] == told["scripts"]["policies"]
    assert told["twin"]["engine"] != told["scripts"]["engine"]


def test_it_lists_the_policies() -> None:
    found = CliRunner().invoke(app, ["policies"])
    assert found.exit_code == 0 and "house" in found.output and "(twin only)" in found.output


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--policies", "fifo,nonsense"], "There is no policy 'nonsense'; there are house, fifo"),
        (["--policies", ","], "No policy is named"),
        (["--engine", "magic"], "--engine must be"),
        (["--policies", "fifo", "--engine", "scripts"], "don't carry out the policy fifo"),
        (["--days", "0"], "--days must be from 1 to 366"),
        (["--seeds", "367"], "--days must be from 1 to 366"),
        (["--spike", "3"], "--spike takes START:HOURS:FACTOR"),
        (["--spike", "3:1:-2"], "--spike needs"),
        (["--spike", "inf:1:2"], "--spike needs"),
        (["--barrier", "0.1:0"], "--barrier needs"),
        (["--barrier", "0.1"], "--barrier takes START:SECONDS"),
        (["--process-loss", "0.1:all"], "--process-loss takes START:SHARE"),
        (["--process-loss", "3:0.5"], "--process-loss needs"),
        (["--hours", "nan"], "--hours must be from 0.5 to 336, not nan."),
        (["--start-hour", "25"], "--start-hour must be from 0 to 24"),
        (["--peak", "0"], "--peak must be"),
        (["--staffed", "-1"], "--staffed must be"),
        (["--cleared", "1.5"], "--cleared must be"),
        (["--peak", "0.01"], "Nobody came in the measured hours"),
        (["--peak", "0.01", "--sweep"], "Nobody came in the measured hours"),
        (["--cover", "-1"], "--cover must be"),
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence_and_nothing_is_written(
    wrong: list[str], words: str, tmp_path: Path
) -> None:
    found = CliRunner().invoke(app, [*SHORT, *wrong, "--out", str(tmp_path / "none")])
    assert isinstance(found.exception, SettingsError) and words in str(found.exception)
    assert "_" not in str(found.exception), "a name of ours, which nobody typed"
    assert not (tmp_path / "none").exists()


def test_a_folder_that_can_not_be_written_is_said_before_days_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulate_cli, "run", lambda *_, **__: pytest.fail("days have passed"))
    (tmp_path / "file").write_text("")
    found = CliRunner().invoke(app, [*SHORT, "--policies", "house", "--out", str(tmp_path / "file" / "in")])
    assert isinstance(found.exception, SettingsError) and "can't be written to" in str(found.exception)


def test_a_handful_of_people_make_a_page_too(tmp_path: Path) -> None:
    few = ["--hours", "1", "--peak", "0.05", "--seeds", "2", "--policies", "house,fifo"]
    found = CliRunner().invoke(app, [*few, "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "None" not in (tmp_path / "simulation.html").read_text()
