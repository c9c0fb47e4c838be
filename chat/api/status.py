"""The public status: JSON for machines, and the page for people, which needs no script."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.api.deps import ApiDeps
from chat.api.endpoint import Asked, Endpoint
from chat.api.page_blocks import Blocks
from chat.api.problems import plain_page
from chat.api.status_words import status_html
from chat.supervision.public_status import ServiceStatus
from config.database import is_away

#: Proxies may keep it as long as we do ourselves.
CACHE = "public, max-age=10"


async def _status(asked: Asked) -> ServiceStatus:
    return await asked.deps.status.read(asked.now_ms)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/api/status",
        act=_status,
        answer=ServiceStatus,
        cache=CACHE,
        summary="Is the service open, is somebody there, how long does it usually take, and did that hold.",
    ),
)


def status_route(deps: ApiDeps) -> Route:
    """`/status`: the built page with what is true now filled in."""
    built: dict[int, Blocks] = {}

    def blocks() -> Blocks | None:
        path = deps.dist / "status.html"
        try:
            changed_ns = path.stat().st_mtime_ns
            if changed_ns not in built:
                built.clear()
                built[changed_ns] = Blocks(path.read_text(encoding="utf-8"))
        except OSError:
            return None
        return built[changed_ns]

    async def show(_request: Request) -> Response:
        page = blocks()
        if page is None and deps.dist.is_dir():
            return plain_page(404, "This page is not part of this service yet.")
        if page is None:
            return plain_page(503, "The pages are not built yet. `make web` builds them.")
        try:
            status = await deps.status.read(deps.clock())
        except Exception as failure:
            if not is_away(failure):
                raise
            return plain_page(503, "That can't be shown right now. Try again in a moment.")
        return Response(status_html(page, status), media_type="text/html", headers={"Cache-Control": CACHE})

    return Route("/status", show)
