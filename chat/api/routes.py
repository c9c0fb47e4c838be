"""All of HTTP in one place: the JSON API, its description, health, the pages."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.api import (
    admin_archive,
    admin_invitations,
    admin_people,
    admin_service,
    deletions,
    duty,
    front,
    joining,
    notes,
    offers,
    reports,
    sign_in,
    status,
    whispers,
)
from chat.api.deps import ApiDeps
from chat.api.endpoint import Endpoint, routes_of
from chat.api.health import health_routes
from chat.api.openapi import describe
from chat.api.pages import page_routes
from chat.api.problems import EXCEPTION_HANDLERS
from chat.api.security_headers import SecurityHeaders

#: The whole table of this house.
ENDPOINTS: tuple[Endpoint, ...] = (
    *sign_in.ENDPOINTS,
    *front.ENDPOINTS,
    *joining.ENDPOINTS,
    *duty.ENDPOINTS,
    *notes.ENDPOINTS,
    *offers.ENDPOINTS,
    *reports.ENDPOINTS,
    *status.ENDPOINTS,
    *whispers.ENDPOINTS,
    *admin_people.ENDPOINTS,
    *admin_invitations.ENDPOINTS,
    *admin_service.ENDPOINTS,
    *admin_archive.ENDPOINTS,
)


def api_routes(deps: ApiDeps, more: Sequence[Endpoint] = ()) -> list[Route]:
    """The JSON API with /api/openapi.json, /healthz, /readyz and /metrics. `more`: endpoints of other houses."""
    endpoints = [*ENDPOINTS, *more]
    description = describe(endpoints, deps.version)

    async def openapi(_request: Request) -> Response:
        return Response(description, media_type="application/json", headers={"Cache-Control": "no-cache"})

    return [*routes_of(deps, endpoints), Route("/api/openapi.json", openapi), *health_routes(deps)]


def http_app(deps: ApiDeps, *, more: Sequence[Endpoint] = (), more_routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The whole as one application; `more_routes` come first."""
    deleting = deletions.Deletions()
    pages = (status.status_route(deps), deletions.deletion_page(deps, deleting), *page_routes(deps))
    return Starlette(
        routes=[*more_routes, *api_routes(deps, (*deletions.deletion_endpoints(deleting), *more)), *pages],
        middleware=[Middleware(SecurityHeaders, settings=deps.settings)],
        exception_handlers=EXCEPTION_HANDLERS,
    )
