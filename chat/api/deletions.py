"""Deleting a chat by the code that its seeker was shown: for programs, and as a page that needs no script."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import parse_qs

from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from chat.accounts.address_marks import AddressMarks
from chat.accounts.refusal import Refused
from chat.accounts.sign_in_limits import FREE_TRIES_ADDRESS, LONGEST_WAIT_ADDRESS_MS, FailedTries
from chat.api.deps import ApiDeps
from chat.api.endpoint import DATABASE_AWAY, Asked, Endpoint
from chat.api.origin import is_own_origin
from chat.api.page_blocks import Blocks
from chat.api.problems import plain_page
from chat.conversation.deletion import delete_chat
from config.database import is_away
from config.redis_link import RedisAway, RedisRefused

#: Sixteen letters, and room for whatever people put between them.
TYPED_MAX = 100
FORM_MAX = 1024
#: One block of the page is shown.
SHOWN: tuple[dict[str, str], ...] = ({},)


class Deletion(Struct, frozen=True):
    code: Annotated[str, Meta(max_length=TYPED_MAX)]

    def __repr__(self) -> str:
        return "Deletion()"


class Deletions:
    """In one process. Wrong codes are counted by address, in its memory only."""

    def __init__(self) -> None:
        self._marks = AddressMarks()
        self._tries = FailedTries(free_tries=FREE_TRIES_ADDRESS, longest_wait_ms=LONGEST_WAIT_ADDRESS_MS)

    async def delete(self, deps: ApiDeps, code: str, address: str | None) -> None:
        """Delete the chat of this code. Raises Refused, RedisAway and the database's errors."""
        now_ms, mark = deps.clock(), self._marks.of(address)
        wait_ms = 0 if mark is None else self._tries.wait_ms(mark, now_ms)
        if wait_ms:
            raise Refused("too_many_tries", "Too many tries. Wait a moment, then try again.", retry_after_ms=wait_ms)
        lines = deps.lines()
        if lines is None:
            raise RedisAway("deletions")
        others = deps.forgotten_with_chat
        if not await delete_chat(deps.database, deps.keys, lines, code, now_ms, others=others):
            if mark is not None:
                self._tries.failed(mark, now_ms)
            raise Refused("no_such_code", "There is no chat with this code, or it was deleted already.")


def deletion_endpoints(deletions: Deletions) -> tuple[Endpoint, ...]:
    """The call of programs."""

    async def delete(asked: Asked) -> None:
        body: Deletion = asked.body
        try:
            await deletions.delete(asked.deps, body.code, asked.address)
        except (RedisAway, RedisRefused):
            raise DATABASE_AWAY from None

    return (
        Endpoint(
            method="POST",
            path="/api/chat-deletions",
            act=delete,
            body=Deletion,
            status=204,
            refusals=(404, 429),
            summary="Delete the chat whose seeker was shown this code: key, transcript, what was said about it.",
        ),
    )


def deletion_page(deps: ApiDeps, deletions: Deletions) -> Route:
    """`/delete`: a form, and what came of it. Nothing of it needs a script."""

    async def show(request: Request) -> Response:
        return _page(deps, "asks")

    async def take(request: Request) -> Response:
        host, scheme = request.headers.get("host", ""), request.url.scheme
        public_url = deps.settings.public_url
        if not is_own_origin(request.headers.get("origin"), scheme=scheme, host=host, public_url=public_url):
            return plain_page(403, "That was sent from another site's page.")
        try:
            code = await _typed(request)
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            await deletions.delete(deps, code, request.client.host if request.client else None)
        except Refused as refused:
            return _page(deps, "unknown" if refused.code == "no_such_code" else "too_many", 200)
        except Exception as failure:
            if not (isinstance(failure, RedisAway | RedisRefused) or is_away(failure)):
                raise
            return _page(deps, "later", 503)
        return _page(deps, "deleted")

    handlers: dict[str, Callable[[Request], object]] = {"GET": show, "HEAD": show, "POST": take}

    async def handle(request: Request) -> Response:
        return await handlers[request.method](request)  # type: ignore[misc, no-any-return]

    return Route("/delete", handle, methods=["GET", "POST"])


async def _typed(request: Request) -> str:
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > FORM_MAX:
            return ""
    fields = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=10)
    return fields.get("code", [""])[0][:TYPED_MAX]


def _page(deps: ApiDeps, block: str, status: int = 200) -> Response:
    try:
        page = Blocks((deps.dist / "delete.html").read_text(encoding="utf-8"))
    except OSError:
        return plain_page(503, "The pages are not built yet. `make web` builds them.")
    # Without a referrer a form's own origin isn't told either, and by that we know our own page.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    html = page.fill({block: SHOWN, "days": str(deps.settings.retention_days)})
    return Response(html, status, media_type="text/html", headers=headers)
