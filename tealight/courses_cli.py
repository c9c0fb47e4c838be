"""`tealight courses ...`: what the courses of a folder hold, and what is wrong with them (docs/curriculum.md)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chat.accounts.clearances import CLEARABLE
from listener_training.curriculum.library import SHIPPED, course_folders, read_course
from listener_training.curriculum.lint import Finding, lint_course
from listener_training.curriculum.reading import Reading

Folder = Annotated[
    Path | None,
    typer.Argument(help="a course, or a folder of courses; else those that ship with Tealight", show_default=False),
]

app = typer.Typer(help="Courses: what they hold, and whether they are sound.", no_args_is_help=True)


@app.command()
def lint(
    folder: Folder = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="only errors, no warnings")] = False,
) -> None:
    """Check courses. One line for each defect; ends with 1 if there is an error."""
    readings = _readings(folder)
    today = datetime.now(UTC).date()
    findings: list[Finding] = []
    lessons = 0
    for reading in readings:
        findings += [Finding("error", defect.where, defect.what) for defect in reading.defects]
        if reading.course is not None:
            lessons += sum(len(translation.lessons) for translation in reading.course.translations.values())
            findings += lint_course(reading.course, today=today, clearable=CLEARABLE, sources=reading.sources)
    for finding in findings:
        if finding.level == "error" or not quiet:
            print(finding)
    errors = sum(finding.level == "error" for finding in findings)
    print(f"{len(readings)} courses, {lessons} lessons: {errors} errors, {len(findings) - errors} warnings.")
    if errors:
        raise typer.Exit(1)


@app.command("list")
def list_courses(folder: Folder = None) -> None:
    """List courses with their modules, lessons, minutes and questions."""
    broken = 0
    for reading in _readings(folder):
        broken += len(reading.defects)
        course = reading.course
        if course is None:
            continue
        print(f"{course.course_id}  {course.original.title}  {course.version}  {', '.join(course.translations)}")
        for module in course.original.modules:
            print(f"  {module.module_id}  {module.title}  (needed for: {', '.join(module.needed_for) or 'nothing'})")
            for lesson_id in module.lesson_ids:
                lesson = course.original.lessons.get(lesson_id)
                if lesson is None:
                    continue
                review = f"reviewed by {lesson.reviewed_by}" if lesson.reviewed_by else "not clinically reviewed"
                print(f"    {lesson_id:28} {lesson.minutes:2} min  {len(lesson.questions):2} questions  {review}")
    if broken:
        print(f"{broken} defects; see `tealight courses lint`.")
        raise typer.Exit(1)


def _readings(folder: Path | None) -> list[Reading]:
    place = folder or SHIPPED
    folders = course_folders(place) if place.is_dir() else []
    if not folders:
        typer.echo(f"There is no course in {place}.", err=True)
        raise typer.Exit(1)
    return [read_course(path) for path in folders]
