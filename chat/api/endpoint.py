"""One HTTP call as a row of a table: what it takes, what it answers, who may. Routes and OpenAPI come from the rows."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from chat.accounts.directory import cookie_name
from chat.accounts.refusal import Refused
from chat.accounts.sign_in import SIGN_IN_LASTS_MS
from chat.accounts.staff import StaffMember
from chat.api.deps import ApiDeps
from chat.api.origin import is_own_origin
from chat.api.problems import Problem, problem_of
from chat.protocol.fields import Role
from config.database import is_away
from config.disk import kind_of
from config.log import get_logger

log = get_logger("api")

BODY_MAX = 64 * 1024
STAFF: tuple[Role, ...] = ("listener", "supervisor", "admin")
SUPERVISORS: tuple[Role, ...] = ("supervisor", "admin")
ADMINS: tuple[Role, ...] = ("admin",)
DATABASE_AWAY = Problem(503, "try_again", "That can't be done right now. Try again in a moment.", retry_after_ms=2000)
_SAFE = ("GET", "HEAD")
#: Ids, codes: what may stand in a path. Anything else is nobody's id, and PostgreSQL would choke on a NUL.
_IN_PATH = re.compile(r"[!-~]{1,100}")
_AT_FIELD = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<field>.*)`)?$", re.DOTALL)


class Nothing(Struct, frozen=True):
    """The query or body of a call that takes none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: who asks, and what was sent, checked against the endpoint's types."""

    deps: ApiDeps
    request: Request
    staff: StaffMember | None
    body: Any
    query: Any

    @property
    def by(self) -> StaffMember:
        """The member of staff who asks, where the endpoint lets only staff in."""
        if self.staff is None:
            raise Problem(401, "not_signed_in", "Sign in first.")
        return self.staff

    @property
    def now_ms(self) -> int:
        """The time of this call."""
        return self.deps.clock()

    @property
    def cookie(self) -> str | None:
        """The sign-in cookie's value."""
        return self.request.cookies.get(cookie_name)

    @property
    def address(self) -> str | None:
        """Where the call comes from; for limits in memory, never kept."""
        return self.request.client.host if self.request.client else None

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that also sets the sign-in cookie, or (`cookie` empty) takes it away."""

    value: Struct | None
    cookie: str


Act = Callable[[Asked], Awaitable["Struct | Answer | None"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`who` empty: anybody. `answer` None: 204 without a body. `may_omit_body`: an empty body means all defaults.

    `cache`: the Cache-Control of an answer that is everybody's.
    """

    method: str
    path: str
    act: Act
    summary: str
    answer: type[Struct] | None = None
    body: type[Struct] | None = None
    may_omit_body: bool = False
    query: type[Struct] = Nothing
    who: tuple[Role, ...] = ()
    status: int = 200
    cache: str = "no-store"
    #: Bytes of a request's body.
    body_max: int = BODY_MAX
    #: Statuses of the refusals that this call has of its own, beside those that all have.
    refusals: tuple[int, ...] = ()


def routes_of(deps: ApiDeps, endpoints: Iterable[Endpoint]) -> list[Route]:
    """One Starlette route for each path, so that 405 knows all of its methods."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [
        Route(path, _handler(deps, by_method), methods=list(by_method), name=path)
        for path, by_method in by_path.items()
    ]


def _handler(deps: ApiDeps, by_method: dict[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        endpoint = by_method["GET" if request.method == "HEAD" else request.method]
        return await or_problem(endpoint.path, _answer(deps, endpoint, request))

    return handle


async def or_problem(path: str, answering: Awaitable[Response]) -> Response:
    """The answer, or the problem that kept it from coming. `path`: as the routes have it, for the log."""
    try:
        return await answering
    except Problem as known:
        return known.response()
    except Refused as refused:
        return problem_of(refused).response()
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as failure:
        if not is_away(failure):
            raise
        # The class only: a driver's message may quote values.
        log.error("database_away", path=path, kind=kind_of(failure))
        return DATABASE_AWAY.response()


async def _answer(deps: ApiDeps, endpoint: Endpoint, request: Request) -> Response:
    if request.method not in _SAFE and not is_own_origin(
        request.headers.get("origin"),
        scheme=request.url.scheme,
        host=request.headers.get("host", ""),
        public_url=deps.settings.public_url,
    ):
        raise Problem(403, "foreign_origin", "That was sent from another site's page.")
    staff = await let_in(deps, endpoint.who, request) if endpoint.who else None
    check_path(request)
    query = _query(endpoint, request)
    body = await _body(endpoint, request)
    answered = await endpoint.act(Asked(deps, request, staff, body, query))
    return _response(endpoint, answered)


async def let_in(deps: ApiDeps, who: tuple[Role, ...], request: Request) -> StaffMember:
    """The member of staff who asks. Raises Problem for whoever is not signed in, or has another role than these."""
    cookie = request.cookies.get(cookie_name)
    staff = await deps.directory.by_cookie(cookie) if cookie else None
    if staff is None:
        raise Problem(401, "not_signed_in", "Sign in first.")
    if staff.role not in who:
        raise Problem(403, "not_allowed", "Your role may not do that.")
    return staff


def check_path(request: Request) -> None:
    """Raises Problem where a part of the path can't be anybody's id."""
    if not all(_IN_PATH.fullmatch(str(part)) for part in request.path_params.values()):
        raise Problem(404, "not_found", "There is nothing at this address.")


def _query(endpoint: Endpoint, request: Request) -> Struct:
    given = request.query_params.multi_items()
    fields = [name for name, _ in given if name in endpoint.query.__struct_fields__]
    twice = next((name for name in fields if fields.count(name) > 1), None)
    if twice is not None:
        raise Problem(422, "bad_query", "The address's query says one thing twice.", field=twice)
    # Lax reading makes numbers of digits; it would also make nothing of the word null.
    null = next((name for name, value in given if name in fields and value.strip().lower() == "null"), None)
    if null is not None:
        raise Problem(422, "bad_query", "The address's query has no word for nothing; leave it out.", field=null)
    try:
        return msgspec.convert(dict(given), endpoint.query, strict=False)
    except msgspec.ValidationError as error:
        what, field = _what_and_where(error)
        raise Problem(422, "bad_query", f"The address's query is wrong: {what}.", field=field) from None


async def _body(endpoint: Endpoint, request: Request) -> Struct | None:
    if endpoint.body is None:
        return None
    raw = await _read(request, endpoint.body_max)
    if not raw and endpoint.may_omit_body:
        return endpoint.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "not_json", "Send JSON, with `Content-Type: application/json`.")
    try:
        try:
            body = msgspec.json.decode(raw, type=endpoint.body)
        except msgspec.ValidationError:
            # 5.0 is an integer to JSON Schema, and some languages write one so.
            body = msgspec.convert(_with_whole_numbers(msgspec.json.decode(raw)), endpoint.body)
    except msgspec.ValidationError as error:
        what, field = _what_and_where(error)
        raise Problem(422, "bad_field", f"{what}.", field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(400, "bad_json", "The body is not JSON.") from None
    return body


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    return value


async def _read(request: Request, most: int) -> bytes:
    too_large = Problem(413, "too_large", f"Such a request has at most {most // 1024:,} KiB.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > most:
        raise too_large
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            raise too_large
    return bytes(raw)


def _what_and_where(error: msgspec.ValidationError) -> tuple[str, str | None]:
    """msgspec's sentence and the field it speaks of, such as `hours.weekly[...].day`."""
    match = _AT_FIELD.match(str(error))
    return (match["what"], match["field"] or None) if match else ("It doesn't have the right form", None)


def _response(endpoint: Endpoint, answered: "Struct | Answer | None") -> Response:
    value: Struct | None
    cookie: str | None
    if isinstance(answered, Answer):
        value, cookie = answered.value, answered.cookie
    else:
        value, cookie = answered, None
    if value is None:
        response = Response(status_code=204)
    else:
        response = Response(msgspec.json.encode(value), endpoint.status, media_type="application/json")
    response.headers["Cache-Control"] = endpoint.cache
    if cookie is not None:
        response.set_cookie(
            cookie_name,
            cookie,
            max_age=SIGN_IN_LASTS_MS // 1000 if cookie else 0,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
    return response


def for_admins(method: str, path: str, act: Act, summary: str, **row: Any) -> Endpoint:
    """A row under /api/admin."""
    return Endpoint(method=method, path=f"/api/admin{path}", act=act, summary=summary, who=ADMINS, **row)
