"""Files to take along: a route whose answer is no JSON, with the same checks and errors as every call."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.api.deps import ApiDeps
from chat.api.endpoint import Asked, check_path, let_in, or_problem
from chat.protocol.fields import Role


class File(NamedTuple):
    """`kind`: the media type, `name`: under which a browser keeps it."""

    content: bytes
    kind: str
    name: str


def file_route(deps: ApiDeps, path: str, who: tuple[Role, ...], write: Callable[[Asked], Awaitable[File]]) -> Route:
    """A route that answers what `write` makes, to staff of these roles."""

    async def answer(request: Request) -> Response:
        staff = await let_in(deps, who, request)
        check_path(request)
        file = await write(Asked(deps, request, staff, None, None))
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, media_type=file.kind, headers=headers)

    async def handle(request: Request) -> Response:
        return await or_problem(path, answer(request))

    return Route(path, handle)
