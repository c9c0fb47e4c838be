"""`tealight practice`: check scenarios, play one in the terminal, score the recogniser (docs/practice.md)."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from listener_training.curriculum.library import CurriculumError, load_courses
from listener_training.practice.debrief import Debrief, debrief, load_words
from listener_training.practice.evaluation import Evaluation, LabelError, Share, evaluate, read_labelled
from listener_training.practice.partner import Step
from listener_training.practice.practice_chat import PracticeChat
from listener_training.practice.recogniser import load_recogniser
from listener_training.practice.scenario import SCENARIOS, ScenarioError, load_common, load_scenario, load_scenarios
from listener_training.practice.scenario_lint import defects

app = typer.Typer(help="Practice chats: check scenarios, play one, score the recogniser.", rich_markup_mode=None)
QUIT = "/end"


@app.command()
def lint(
    folder: Annotated[Path, typer.Argument(help="Folder of scenarios.", show_default="those that ship")] = SCENARIOS,
) -> None:
    """Check scenarios; one line a defect, and 1 at the end if there is any."""
    moves, common, lessons = load_recogniser().moves, load_common(), _lessons()
    paths = sorted(folder.glob("*.toml"))
    count = 0 if paths else _tell(f"{folder}: no scenario is there.")
    for path in paths:
        try:
            found = defects(load_scenario(path, common), moves, lessons)
        except ScenarioError as error:
            count += _tell(str(error))
            continue
        count += sum(_tell(f"{path.name}: {defect}") for defect in found)
    print(
        f"{len(paths)} scenarios, {count} defects."
        if lessons is not None
        else f"{len(paths)} scenarios, {count} defects; lessons not checked."
    )
    raise typer.Exit(1 if count else 0)


@app.command()
def play(
    scenario: Annotated[str, typer.Argument(help="Which scenario; without it they are listed.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed and replies make the same chat.")] = 1,
) -> None:
    """Play a scenario in the terminal: one line a reply, an empty line is a silence, /end stops. Then the debrief."""
    console = Console(highlight=False)
    books = load_scenarios()
    if scenario not in books:
        for book in books.values():
            console.print(f"{book.scenario.id:<20}{escape(book.scenario.summary)}")
        raise typer.Exit(2 if scenario else 0)
    chat = PracticeChat(books[scenario], load_recogniser(), seed)
    console.print(f"[bold]{escape(chat.book.scenario.title)}[/bold]: {escape(chat.book.scenario.summary)}")
    console.print(f"A practice chat, not clinically reviewed. {QUIT} stops it.\n")
    _say(console, chat.opening)
    for reply in _replies(console):
        _say(console, chat.reply(reply))
        if chat.has_ended:
            break
    _tell_debrief(console, debrief(chat, load_words()))


@app.command(name="eval")
def evaluate_file(
    file: Annotated[Path, typer.Argument(help="Labelled replies, one JSON object a line.")],
    part: Annotated[str, typer.Option(help="Only replies of this part.", show_default="each part by itself")] = "",
) -> None:
    """Precision and recall of each move on labelled replies, with 95% intervals (Wilson)."""
    recogniser = load_recogniser()
    scored = [move.id for move in recogniser.moves.values() if not move.is_detail]
    try:
        replies = read_labelled(file.read_text(encoding="utf-8").splitlines(), scored)
    except (OSError, UnicodeDecodeError, LabelError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    parts = [part] if part else sorted({reply.part for reply in replies})
    for name in parts:
        chosen = [reply for reply in replies if reply.part == name]
        if not chosen:
            print(f"{file} has no replies of the part {name!r}.", file=sys.stderr)
            raise typer.Exit(2)
        Console().print(_table(name, len(chosen), evaluate(chosen, scored, recogniser.named)))


def _lessons() -> set[str] | None:
    """The ids of all lessons; None if the courses can't be read, since then they are what is to be mended."""
    try:
        return {lesson for course in load_courses().values() for lesson in course.lesson_ids}
    except CurriculumError as error:
        print(f"The courses can't be read, so lessons are not checked: {str(error)[:200]}", file=sys.stderr)
        return None


def _tell(sentence: str) -> int:
    print(sentence)
    return 1


def _replies(console: Console) -> Iterator[str]:
    while True:
        try:
            reply = console.input("[cyan]you[/cyan]  ")
        except EOFError:
            return
        if reply.strip() == QUIT:
            return
        yield reply


def _say(console: Console, step: Step) -> None:
    for line in step.lines:
        console.print(f"[green]them[/green] {escape(line.text)}")


def _tell_debrief(console: Console, told: Debrief) -> None:
    console.print(f"\n[bold]Debrief: {told.score} of 100, {'passed' if told.has_passed else 'not passed'}[/bold]")
    console.print(f"{escape(told.how_it_ended)}\n{escape(told.persona)}\n")
    for number, turn in enumerate(told.turns, 1):
        console.print(f"{number}. {escape(turn.text or '(nothing)')}")
        for move in turn.moves:
            mark = {"helped": "[green]+[/green]", "closed": "[red]-[/red]", "neither": " "}[move.did]
            instead = f" Try: {move.try_instead}" if move.try_instead else ""
            console.print(f"   {mark} {escape(move.title)}. {escape(move.why)}{escape(instead)}")
        if not turn.moves:
            console.print("     No move that the rules know. A mentor may see more in it.")
        changed = [word for name, word in turn.after.items() if word != turn.before[name]]
        if changed:
            console.print(f"     After it, the person {escape(', '.join(changed))}.")
    console.print()
    for goal in told.goals:
        rest = "" if goal.is_reached else f". {goal.try_this} (lesson {goal.lesson})"
        mark = "[green]reached[/green]" if goal.is_reached else "[red]missed [/red]"
        console.print(f"{mark} {escape(goal.title)}{escape(rest)}")
    for missed in told.missed:
        console.print(f"[red]missed [/red] after reply {missed.turn}: {escape(missed.what)}")
    if told.untold:
        console.print(f"Never told: {escape('; '.join(told.untold))}.")


def _table(part: str, count: int, found: Evaluation) -> Table:
    right, of = found.whole.right, found.whole.of
    table = Table(
        box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title=f"{part}: {count} replies, {right} of {of} right in every move"
    )
    for column in ("move", "precision", "of", "95%", "recall", "of", "95%"):
        table.add_column(column, justify="left" if column == "move" else "right", no_wrap=True)
    for score in (*found.moves, found.overall):
        table.add_row(score.move, *_shown(score.precision), *_shown(score.recall))
    return table


def _shown(share: Share) -> tuple[str, str, str]:
    if share.value is None:
        return ("-", "0", "")
    low, high = share.interval
    return (f"{share.value:.2f}", str(share.of), f"{low:.2f}-{high:.2f}")
