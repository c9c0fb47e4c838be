"""A course to take along: its folder as a zip, as translators and other services want it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.accounts.directory import cookie_name
from chat.accounts.refusal import Refused
from chat.api.deps import ApiDeps
from chat.api.endpoint import DATABASE_AWAY
from chat.api.problems import Problem, problem_of
from config.database import is_away
from listener_training.learning.shelf import Shelf
from listener_training.writing import drafts
from listener_training.writing.course_files import is_course_id, packed
from listener_training.writing_api.desk import texts_in_force
from listener_training.writing_api.may import parts_of


def zip_routes(deps: ApiDeps, shelf: Shelf) -> list[Route]:
    """`/api/writing/courses/<id>.zip`: what people learn from; `.../drafts/<id>.zip`: what is being written."""

    def answering(is_draft: bool) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await _zip(request, is_draft)
            except Problem as known:
                return known.response()
            except Refused as refused:
                return problem_of(refused).response()
            except Exception as failure:
                if not is_away(failure):
                    raise
                return DATABASE_AWAY.response()

        return answer

    async def _zip(request: Request, is_draft: bool) -> Response:
        cookie = request.cookies.get(cookie_name)
        staff = await deps.directory.by_cookie(cookie) if cookie else None
        if staff is None:
            raise Problem(401, "not_signed_in", "Sign in first.")
        course_id = str(request.path_params["course_id"])
        if not is_course_id(course_id):
            raise Refused("no_such_course", "There is no such course.")
        async with deps.database.read() as session:
            parts = await parts_of(session, staff, deps.clock())
            if not (parts.may_write or parts.may_publish):
                raise Refused("not_your_part", "Courses are for course authors, verifiers and admins to take along.")
            if is_draft:
                await drafts.draft_of(session, course_id)
                texts = drafts.texts_in(await drafts.files_of(session, course_id))
            else:
                texts, _ = await texts_in_force(session, shelf, course_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{course_id}.zip"'}
        return Response(packed(course_id, texts), media_type="application/zip", headers=headers)

    return [
        Route("/api/writing/courses/{course_id}.zip", answering(is_draft=False)),
        Route("/api/writing/drafts/{course_id}.zip", answering(is_draft=True)),
    ]
