"""What the pages of course authors are told and what they send."""

from typing import Annotated

from msgspec import Meta, Struct

from chat.protocol.fields import NO_NUL, LanguageTag
from listener_training.curriculum.blocks import Section
from listener_training.curriculum.course import Question, Source
from listener_training.writing.course_files import COURSE_ID_MAX, PATH_MAX, TEXT_MAX
from listener_training.writing.drafts import NOTE_MAX
from listener_training.writing.judged import Remark

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=COURSE_ID_MAX)]
Path = Annotated[str, Meta(min_length=1, max_length=PATH_MAX, pattern=NO_NUL)]
Note = Annotated[str, Meta(max_length=NOTE_MAX, pattern=NO_NUL)]


class DraftLine(Struct, frozen=True):
    """`writers`: names of those who changed something. `given_back`: what a verifier wants mended."""

    begun_by_name: str
    begun_at_ms: int
    changed_at_ms: int
    handed_in_at_ms: int | None
    given_back: str | None
    writers: list[str]


class EditionLine(Struct, frozen=True):
    """`is_alone`: whoever published it had written it, and nobody else looked."""

    number: int
    course_version: str
    note: str
    writers: list[str]
    published_by_name: str
    published_at_ms: int
    is_alone: bool
    is_in_force: bool
    withdrawn_at_ms: int | None


class WrittenLine(Struct, frozen=True):
    """A course in the list. `edition`: which one people learn from; None: what ships, or nothing yet."""

    course_id: str
    title: str
    is_shipped: bool
    edition: int | None
    draft: DraftLine | None


class Written(Struct, frozen=True):
    """What the person may do, and how many drafts they may still begin."""

    may_write: bool
    may_publish: bool
    drafts_left: int
    courses: list[WrittenLine]


class NewDraft(Struct, frozen=True):
    """Exactly one of: `course_id` alone (from what is in force), with `title` and `language` (a new course), `zip`."""

    course_id: Slug | None = None
    title: Annotated[str, Meta(max_length=200, pattern=NO_NUL)] | None = None
    language: LanguageTag | None = None
    zip: bytes | None = None

    def __repr__(self) -> str:
        return f"NewDraft(course_id={self.course_id!r})"


class FileLine(Struct, frozen=True):
    """`is_changed`: since the draft began."""

    path: str
    version: int
    is_changed: bool


class LessonInDraft(Struct, frozen=True):
    """`title` empty: the lesson can't be read yet."""

    lesson_id: str
    title: str


class ModuleLine(Struct, frozen=True):
    module_id: str
    title: str
    lessons: list[LessonInDraft]


class DraftShown(Struct, frozen=True):
    """A draft with its outline and everything that is wrong with it. Empty `modules`: course.toml can't be read.

    `is_own`: whoever asks has changed something in it, and somebody else is to publish it.
    """

    course_id: str
    title: str
    language: str
    languages: list[str]
    draft: DraftLine
    may_publish: bool
    is_own: bool
    modules: list[ModuleLine]
    files: list[FileLine]
    remarks: list[Remark]
    editions: list[EditionLine]


class WhichFile(Struct, frozen=True):
    path: Path


class FileShown(Struct, frozen=True):
    path: str
    text: str
    version: int


class FileBody(Struct, frozen=True):
    """`seen`: the version that the writer has before them, 0 for a new file."""

    path: Path
    text: Annotated[str, Meta(max_length=TEXT_MAX, pattern=NO_NUL)]
    seen: Annotated[int, Meta(ge=0)] = 0


class FileGone(Struct, frozen=True):
    path: Path
    seen: Annotated[int, Meta(ge=0)]


class Saved(Struct, frozen=True):
    version: int
    remarks: list[Remark]


class LookedLesson(Struct, frozen=True):
    """A lesson as people will read it, with its questions and their key."""

    title: str
    summary: str
    aims: list[str]
    remember: list[str]
    minutes: int
    sections: list[Section]
    sources: list[Source]
    questions: list[Question]


class Looked(Struct, frozen=True):
    """`lesson` None: the file belongs to no lesson, or can't be read."""

    lesson: LookedLesson | None
    remarks: list[Remark]


class NewLesson(Struct, frozen=True):
    module_id: Slug
    lesson_id: Slug


class NoteBody(Struct, frozen=True):
    note: Note = ""


class Editions(Struct, frozen=True):
    editions: list[EditionLine]
