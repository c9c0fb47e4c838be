"""Which files a course may have, and the course's folder as one zip. Pure."""

import io
import re
import zipfile
from collections.abc import Mapping

from listener_training.curriculum.reading import COURSE_FILE, CourseFiles

#: course.toml and sources.toml, and in a folder for each language words.toml, lessons and their banks.
_ID = r"[a-z0-9]+(-[a-z0-9]+)*"
_PATH = re.compile(rf"(course|sources)\.toml|[a-z]{{2,3}}(-[A-Za-z0-9]{{2,8}})*/(words\.toml|{_ID}\.(md|toml))")
COURSE_ID = re.compile(_ID)
PATH_MAX = 100
COURSE_ID_MAX = 60

TEXT_MAX = 60_000
FILES_MAX = 600
#: Of all texts together, in bytes. The shipped course has less than half a megabyte.
COURSE_MAX = 4_000_000
#: A zip is refused before it is unpacked when it says, or turns out, to hold more than a course may.
ZIP_MAX = 2_000_000

#: Zips of the same files are the same bytes, whenever they are made.
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BadFiles(Exception):
    """These can't be the files of a course; the message is one sentence."""


def is_course_path(path: str) -> bool:
    """May a file of a course be called so?"""
    return len(path) <= PATH_MAX and _PATH.fullmatch(path) is not None


def is_course_id(course_id: str) -> bool:
    return len(course_id) <= COURSE_ID_MAX and COURSE_ID.fullmatch(course_id) is not None


def checked_text(path: str, content: bytes) -> str:
    """A file's text. Raises BadFiles."""
    if not is_course_path(path):
        raise BadFiles(f"A course has no file {path[:PATH_MAX]!r}.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadFiles(f"{path} is not UTF-8.") from None
    if len(text) > TEXT_MAX:
        raise BadFiles(f"{path} is longer than {TEXT_MAX:,} characters.")
    if "\x00" in text:
        raise BadFiles(f"{path} holds a NUL.")
    return text


def checked_files(files: CourseFiles) -> dict[str, str]:
    """All texts. Raises BadFiles."""
    if COURSE_FILE not in files:
        raise BadFiles(f"There is no {COURSE_FILE}.")
    if len(files) > FILES_MAX:
        raise BadFiles(f"A course has at most {FILES_MAX} files.")
    if sum(map(len, files.values())) > COURSE_MAX:
        raise BadFiles(f"A course has at most {COURSE_MAX:,} bytes.")
    return {path: checked_text(path, content) for path, content in sorted(files.items())}


def packed(course_id: str, texts: Mapping[str, str]) -> bytes:
    """The files as a zip with one folder, named as the course. The same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        for path in sorted(texts):
            entry = zipfile.ZipInfo(f"{course_id}/{path}", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            folder.writestr(entry, texts[path].encode())
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, str]:
    """The files of a course's zip, with or without a folder round them. Raises BadFiles."""
    if len(content) > ZIP_MAX:
        raise BadFiles(f"A zip has at most {ZIP_MAX:,} bytes.")
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            entries = [entry for entry in folder.infolist() if not entry.is_dir() and _is_meant(entry.filename)]
            if len(entries) > FILES_MAX or sum(entry.file_size for entry in entries) > COURSE_MAX:
                raise BadFiles(f"A course has at most {FILES_MAX} files and {COURSE_MAX:,} bytes.")
            root = _root_of([entry.filename for entry in entries])
            for entry in entries:
                with folder.open(entry) as file:
                    # What a zip says of its sizes may be a lie: no more is unpacked than a file may have.
                    files[entry.filename.removeprefix(root)] = file.read(4 * TEXT_MAX + 1)
    except BadFiles:
        raise
    except Exception:
        # A spoiled zip makes zipfile raise whatever its parts do: zlib's and lzma's errors, IndexError and more.
        raise BadFiles("That is not a zip file that can be read.") from None
    return checked_files(files)


def _is_meant(name: str) -> bool:
    """What an operating system adds to a zip is no part of the course."""
    parts = name.split("/")
    return not any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def _root_of(names: list[str]) -> str:
    """The folder that holds course.toml, with its slash."""
    found = [name for name in names if name == COURSE_FILE or name.endswith(f"/{COURSE_FILE}")]
    if len(found) != 1:
        raise BadFiles(f"A course's zip has one {COURSE_FILE}, this one {len(found)}.")
    return found[0].removesuffix(COURSE_FILE)
