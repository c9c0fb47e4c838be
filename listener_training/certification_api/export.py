"""A training record to take along: JSON or PDF, for the person, for supervisors and admins."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.accounts.directory import cookie_name
from chat.accounts.refusal import Refused
from chat.api.deps import ApiDeps
from chat.api.endpoint import DATABASE_AWAY, SUPERVISORS
from chat.api.problems import Problem, problem_of
from config.database import is_away
from listener_training.certification.standing import Rulebook
from listener_training.certification_api.own import record_shown
from listener_training.certification_api.pdf import UnwritableError, record_pdf
from listener_training.certification_api.shown import Record

_OWN = "me"


def export_routes(deps: ApiDeps, book: Rulebook) -> list[Route]:
    """`/api/certification/records/<person or me>.json` and `.pdf`."""

    async def read(request: Request) -> Record:
        cookie = request.cookies.get(cookie_name)
        staff = await deps.directory.by_cookie(cookie) if cookie else None
        if staff is None:
            raise Problem(401, "not_signed_in", "Sign in first.")
        person_id = request.path_params["person_id"]
        if person_id in (_OWN, staff.person_id):
            person_id = staff.person_id
        elif staff.role not in SUPERVISORS:
            raise Problem(403, "not_allowed", "Your role may not do that.")
        async with deps.database.read() as session:
            return await record_shown(session, book, person_id, deps.clock())

    def answering(write: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await write(request)
            except Problem as known:
                return known.response()
            except Refused as refused:
                return problem_of(refused).response()
            except Exception as failure:
                if not is_away(failure):
                    raise
                return DATABASE_AWAY.response()

        return answer

    async def as_json(request: Request) -> Response:
        record = await read(request)
        written = msgspec.json.format(msgspec.json.encode(record), indent=2)
        return _file(written, "application/json", "training-record.json")

    async def as_pdf(request: Request) -> Response:
        record = await read(request)
        try:
            # A thread: drawing takes a while, and this process holds chats.
            written = await asyncio.to_thread(record_pdf, record, deps.settings.public_url)
        except UnwritableError as error:
            raise Problem(422, "bad_request", str(error)) from None
        return _file(written, "application/pdf", "training-record.pdf")

    path = "/api/certification/records/{person_id}"
    return [Route(f"{path}.json", answering(as_json)), Route(f"{path}.pdf", answering(as_pdf))]


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
