"""Courses in folders: on disk, one folder a course (docs/curriculum.md)."""

from pathlib import Path

from listener_training.curriculum.course import Course
from listener_training.curriculum.reading import COURSE_FILE, Defect, Reading, read_files

#: The courses that ship with the service.
SHIPPED = Path(__file__).parent.parent / "courses"


class CurriculumError(Exception):
    """A course can't be used. `defects` says all that is wrong."""

    def __init__(self, defects: list[Defect]) -> None:
        super().__init__("; ".join(map(str, defects)))
        self.defects = defects


def load_courses(folder: Path = SHIPPED) -> dict[str, Course]:
    """All courses of a folder by their ids. Raises CurriculumError with every defect of every course."""
    readings = [read_course(path) for path in course_folders(folder)]
    if defects := [defect for reading in readings for defect in reading.defects]:
        raise CurriculumError(defects)
    return {reading.course.course_id: reading.course for reading in readings if reading.course is not None}


def course_folders(folder: Path) -> list[Path]:
    """The folders that hold a course: this one, or those in it."""
    if (folder / COURSE_FILE).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{COURSE_FILE}"))


def course_files(folder: Path) -> tuple[dict[str, bytes], list[Defect]]:
    """Path within the folder -> what it holds; and the files that can't be read."""
    files: dict[str, bytes] = {}
    defects: list[Defect] = []
    for pattern in ("*.toml", "*/*.toml", "*/*.md"):
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder).as_posix()
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                defects.append(Defect(f"{folder.name}/{name}", f"it can't be read ({type(error).__name__})"))
    return files, defects


def read_course(folder: Path) -> Reading:
    """One course with all its languages; never raises for what stands in its files."""
    folder = folder.absolute()
    files, unreadable = course_files(folder)
    reading = read_files(folder.name, files)
    return reading._replace(defects=[*unreadable, *reading.defects])
