"""`tealight simulate`: made-up days on which policies are compared (docs/simulation.md)."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer

from config.engines.valkey import EngineError, ThrowAwayValkey
from config.settings import SettingsError
from routing.simulation.comparing import Opens, compare, twin
from routing.simulation.goals import goals_of
from routing.simulation.matcher import Durations, Matcher
from routing.simulation.page import page
from routing.simulation.policy import POLICIES, Policy
from routing.simulation.scenario import BadFigure, BadScenario, Barrier, ProcessLoss, Scenario, Spike
from routing.simulation.scripts import BadPolicy, Scripts
from routing.simulation.staffing import Target, check_against_erlang_a, staffing

Engine = Literal["twin", "scripts"]
ENGINES: dict[Engine, str] = {"twin": "fast twin of the scripts", "scripts": "real scripts on an engine of their own"}
#: What is compared unless told: the house, the baseline, and the house without each of its own ideas.
USUAL = "house,fifo,strict-risk,poll,no-emergency,long-window,topic-first,one-language"
MOST_DAYS = 366
#: By which option the command takes a figure of the scenario, for the sentence about a wrong one.
OPTIONS = {
    "hours": "--hours",
    "start_hour": "--start-hour",
    "peak_per_min": "--peak",
    "staffing": "--staffed",
    "danger_cover": "--cover",
    "spike": "--spike",
    "barrier": "--barrier",
    "process_loss": "--process-loss",
}

Made = TypeVar("Made")

app = typer.Typer(help="Made-up days on which policies are compared.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="folder for simulation.json and simulation.html")] = Path("simulation"),
    policies: Annotated[str, typer.Option(help="names by commas, or all; `simulate policies` lists them")] = USUAL,
    engine: Annotated[str, typer.Option(help="twin, or scripts: the real ones, house policies only")] = "twin",
    days: Annotated[int, typer.Option("--days", "--seeds", help="how many days are drawn, each from its seed")] = 10,
    hours: Annotated[float, typer.Option(help="measured hours of a day")] = 24,
    start_hour: Annotated[float, typer.Option(help="the clock when they begin")] = 10,
    peak: Annotated[float, typer.Option(help="seekers a minute at the peak of the day")] = 12,
    staffed: Annotated[float, typer.Option(help="units on duty for each chat that would be open")] = 1.15,
    cleared: Annotated[float, typer.Option(help="share of listeners cleared for imminent danger")] = 0.3,
    cover: Annotated[int, typer.Option(help="of those, so many kept on duty in each language")] = 0,
    spike: Annotated[str, typer.Option(help="START:HOURS:FACTOR, such as 11:1:3, hours from the start")] = "",
    barrier: Annotated[str, typer.Option(help="START:SECONDS: so long nothing is matched, as after a failover")] = "",
    process_loss: Annotated[str, typer.Option(help="START:SHARE: a process dies with this share of all people")] = "",
    sweep: Annotated[bool, typer.Option("--sweep", help="try several staffings: listeners by hour of the day")] = False,
) -> None:
    """Let made-up days pass under several policies, and write what came of it as JSON and as a page with plots."""
    if context.invoked_subcommand is not None:
        return
    chosen = _policies(policies)
    if engine not in ENGINES:
        raise SettingsError(f"--engine must be twin or scripts, not {engine!r}.")
    if not 1 <= days <= MOST_DAYS:
        raise SettingsError(f"--days must be from 1 to {MOST_DAYS}, not {days}.")
    if not 0 <= cleared <= 1:
        raise SettingsError(f"--cleared must be from 0 to 1, not {cleared:g}.")
    _look_at(out)
    try:
        scenario = Scenario(
            hours=hours,
            start_hour=start_hour,
            peak_per_min=peak,
            staffing=staffed,
            level_shares=_levels(cleared),
            danger_cover=cover,
            spike=_made(Spike, "--spike", "START:HOURS:FACTOR", spike),
            barrier=_made(Barrier, "--barrier", "START:SECONDS", barrier),
            process_loss=_made(ProcessLoss, "--process-loss", "START:SHARE", process_loss),
        )
        result = run(scenario, chosen, range(1, days + 1), engine, is_sweeping=sweep)
    except BadFigure as error:
        raise SettingsError(f"{OPTIONS.get(error.name, error.name)} {error.wrong}") from None
    except (BadScenario, BadPolicy) as error:
        raise SettingsError(str(error)) from None
    except EngineError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    _tell("")
    _write(out, result)
    for goal in goals_of(result):
        print(f"{'met    ' if goal.is_met else 'not met'}  {goal.sentence}")
    print(f"{out / 'simulation.html'} and {out / 'simulation.json'} are written.")


@app.command("policies")
def list_policies() -> None:
    """List the policies that can be compared."""
    for policy in POLICIES.values():
        print(f"{policy.name:<14} {policy.title}{'' if policy.is_house else ' (twin only)'}")


def run(
    scenario: Scenario, chosen: list[Policy], seeds: range, engine: str, *, is_sweeping: bool = False
) -> dict[str, Any]:
    """All that the page shows. Raises BadPolicy, EngineError."""
    opens: Opens = twin if engine == "twin" else _scripts
    if engine != "twin":
        for policy in chosen:
            if not policy.is_house:
                raise BadPolicy(f"The scripts don't carry out the policy {policy.name}; the twin does.")
    result = compare(scenario, chosen, list(seeds), opens, _tell)
    result["engine"] = ENGINES["twin" if engine == "twin" else "scripts"]
    if is_sweeping:
        result["staffing"] = staffing(scenario, list(seeds), Target(), tells=_tell)
        _tell("one line against Erlang-A")
        result["check"] = check_against_erlang_a(list(seeds))
    return result


@contextmanager
def _scripts(policy: Policy, durations: Durations) -> Iterator[Matcher]:
    from tealight.library import library

    with ThrowAwayValkey() as engine:
        scripts = Scripts(engine.url, library(), policy, durations)
        try:
            yield scripts
        finally:
            scripts.close()


def _policies(named: str) -> list[Policy]:
    if named == "all":
        return list(POLICIES.values())
    names = list(dict.fromkeys(name.strip() for name in named.split(",") if name.strip()))
    unknown = [name for name in names if name not in POLICIES]
    if unknown or not names:
        what = f"There is no policy {unknown[0]!r}" if unknown else "No policy is named"
        raise SettingsError(f"{what}; there are {', '.join(POLICIES)}.")
    return [POLICIES[name] for name in names]


def _levels(cleared: float) -> tuple[float, ...]:
    """Shares of listeners by their highest clearance, the rest as in the usual scenario."""
    usual = Scenario().level_shares
    rest = sum(usual[:-1])
    return (*(share / rest * (1 - cleared) for share in usual[:-1]), cleared)


def _made(make: Callable[..., Made], option: str, shape: str, given: str) -> Made | None:
    """What an option asks for by numbers in that shape; None where it asks for nothing. Raises BadScenario."""
    if not given:
        return None
    try:
        numbers = [float(part) for part in given.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) != len(shape.split(":")):
        raise BadScenario(f"{option} takes {shape}, all of them numbers, not {given!r}.")
    return make(*numbers)


def _look_at(folder: Path) -> None:
    """Days may pass for many minutes: that their figures can't be written is said before."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise SettingsError(f"The folder {folder} can't be written to: see {there}.")


def _write(folder: Path, result: dict[str, Any]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "simulation.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
        (folder / "simulation.html").write_text(page(result), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"The folder {folder} can't be written to: {error.strerror}.") from None


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
