"""A course to take along: its folder as a zip, as translators and other services want it."""

from collections.abc import Mapping

from starlette.routing import Route

from chat.accounts.refusal import Refused
from chat.api.deps import ApiDeps
from chat.api.endpoint import STAFF, Asked
from chat.api.files import File, file_route
from listener_training.learning.shelf import Shelf
from listener_training.writing import drafts
from listener_training.writing.course_files import is_course_id, packed
from listener_training.writing_api.desk import texts_in_force
from listener_training.writing_api.may import reader


def zip_routes(deps: ApiDeps, shelf: Shelf) -> list[Route]:
    """`/api/writing/courses/<id>.zip`: what people learn from; `.../drafts/<id>.zip`: what is being written."""

    async def in_force(asked: Asked) -> File:
        course_id = _course_id(asked)
        async with deps.database.read() as session:
            await reader(session, asked)
            texts, _ = await texts_in_force(session, shelf, course_id)
        return _zip(course_id, texts)

    async def draft(asked: Asked) -> File:
        course_id = _course_id(asked)
        async with deps.database.read() as session:
            await reader(session, asked)
            await drafts.draft_of(session, course_id)
            texts = drafts.texts_in(await drafts.files_of(session, course_id))
        return _zip(course_id, texts)

    return [
        file_route(deps, "/api/writing/courses/{course_id}.zip", STAFF, in_force),
        file_route(deps, "/api/writing/drafts/{course_id}.zip", STAFF, draft),
    ]


def _course_id(asked: Asked) -> str:
    # It becomes the name of a file and of a folder.
    course_id = asked.part("course_id")
    if not is_course_id(course_id):
        raise Refused("no_such_course", "There is no such course.")
    return course_id


def _zip(course_id: str, texts: Mapping[str, str]) -> File:
    return File(packed(course_id, texts), "application/zip", f"{course_id}.zip")
