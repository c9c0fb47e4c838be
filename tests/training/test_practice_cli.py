"""`tealight practice` in the terminal."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from listener_training.practice.scenario import SCENARIOS
from tealight.practice_cli import app
from tests.training.practising import REPLIES, scripts


def run(*words: str, replies: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=replies)


def test_a_chat_is_played_and_debriefed() -> None:
    done = run("play", "break-up", "--seed", "3", replies="\n".join(scripts()["break-up"]["good"]))
    assert done.exit_code == 0
    assert "passed" in done.output and "not passed" not in done.output
    assert "Reflected" in done.output and "them" in done.output


def test_a_chat_can_be_stopped_and_shows_what_was_written_as_it_was() -> None:
    done = run("play", "break-up", replies="you should [red]block[/red] her\n/end\n")
    assert done.exit_code == 0
    assert "[red]block[/red]" in done.output and "Gave advice" in done.output and "not passed" in done.output


def test_without_a_name_the_scenarios_are_listed_and_a_wrong_name_is_an_error() -> None:
    assert run("play").exit_code == 0 and "loneliness" in run("play").output
    assert run("play", "nobody").exit_code == 2


def test_the_linter_ends_with_one_for_a_defect(tmp_path: Path) -> None:
    assert run("lint", str(tmp_path)).exit_code == 1
    text = (SCENARIOS / "teen.toml").read_text(encoding="utf-8")
    (tmp_path / "teen.toml").write_text(text.replace("topic = ", "topic = 'cheese' # "), encoding="utf-8")
    (tmp_path / "broken.toml").write_text("id =", encoding="utf-8")
    done = run("lint", str(tmp_path))
    assert done.exit_code == 1
    assert "'cheese' is no topic" in done.output and "broken.toml: " in done.output


def test_the_score_is_told_with_its_intervals(tmp_path: Path) -> None:
    done = run("eval", str(REPLIES), "--part", "held_out")
    assert done.exit_code == 0 and "asks_suicide" in done.output and "held_out" in done.output
    assert run("eval", str(REPLIES), "--part", "nothing").exit_code == 2
    broken = tmp_path / "replies.jsonl"
    broken.write_text('{"id": 1}\n', encoding="utf-8")
    assert run("eval", str(broken)).exit_code == 2
    assert run("eval", str(tmp_path / "absent")).exit_code == 2


@pytest.mark.parametrize("command", ["lint", "play", "eval"])
def test_each_command_tells_what_it_does(command: str) -> None:
    assert run(command, "--help").exit_code == 0
