"""Is the process alive, are its engines, and how is it doing: for machines that watch the service."""

import asyncio

from msgspec import Struct, json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.api.deps import ApiDeps
from chat.api.problems import ProblemDetails
from config.disk import fullness

#: An engine that hangs is away, too.
_PATIENCE_S = 3.0


class Ready(Struct, frozen=True):
    engines: dict[str, bool]
    status: str = "ready"


class NotReady(ProblemDetails, frozen=True, kw_only=True):
    """A problem that tells which engine is away."""

    engines: dict[str, bool]


def health_routes(deps: ApiDeps) -> list[Route]:
    """/healthz, /readyz and /metrics."""

    async def healthz(_request: Request) -> Response:
        return _json(200, b'{"status":"alive"}')

    async def readyz(_request: Request) -> Response:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                engines = await deps.engines()
        except TimeoutError:
            engines = {}
        away = sorted(name for name, is_there in engines.items() if not is_there)
        if engines and not away:
            return _json(200, json.encode(Ready(engines)))
        detail = f"Away: {', '.join(away)}." if away else "The engines didn't answer in time."
        if full := fullness(deps.settings.data_dir):
            detail += f" {full[0].upper()}{full[1:].partition(':')[0]}."  # no folder's name, for anybody may ask
        problem = NotReady(title="Service Unavailable", status=503, code="not_ready", detail=detail, engines=engines)
        return _json(503, json.encode(problem), "application/problem+json")

    async def metrics(_request: Request) -> Response:
        text = await deps.metrics()
        return Response(
            text, media_type="text/plain; version=0.0.4; charset=utf-8", headers={"Cache-Control": "no-store"}
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def _json(status: int, body: bytes, media_type: str = "application/json") -> Response:
    return Response(body, status, media_type=media_type, headers={"Cache-Control": "no-store"})
