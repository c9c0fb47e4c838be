"""Files to take along: a route whose answer is no JSON, with the same errors as every call."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.accounts.directory import cookie_name
from chat.accounts.refusal import Refused
from chat.api.deps import ApiDeps
from chat.api.endpoint import DATABASE_AWAY
from chat.api.problems import Problem, problem_of
from chat.protocol.fields import Role
from config.database import is_away


def file_route(
    deps: ApiDeps, path: str, who: tuple[Role, ...], kind: str, name: str, write: Callable[[], Awaitable[bytes]]
) -> Route:
    """`write`'s bytes for staff of these roles. `kind`: the media type, `name`: under which a browser keeps it."""
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}

    async def answer(request: Request) -> Response:
        try:
            cookie = request.cookies.get(cookie_name)
            staff = await deps.directory.by_cookie(cookie) if cookie else None
            if staff is None:
                raise Problem(401, "not_signed_in", "Sign in first.")
            if staff.role not in who:
                raise Problem(403, "not_allowed", "Your role may not do that.")
            return Response(await write(), media_type=kind, headers=headers)
        except Problem as known:
            return known.response()
        except Refused as refused:
            return problem_of(refused).response()
        except Exception as failure:
            if not is_away(failure):
                raise
            return DATABASE_AWAY.response()

    return Route(path, answer)
