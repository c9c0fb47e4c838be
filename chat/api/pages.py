"""The built pages and their files. Staff pages are shown to staff only; the seeker's to everybody."""

import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from chat.accounts.directory import cookie_name
from chat.api.deps import ApiDeps
from chat.api.endpoint import ADMINS, STAFF, SUPERVISORS
from chat.api.problems import on_http_exception, plain_page
from chat.protocol.fields import Role
from config.database import is_away

#: Their names hold a hash of what is in them.
_IMMUTABLE = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".woff2": "font/woff2"}

_PUBLIC_PAGES = {
    "/": "index",
    "/sign-in": "sign-in",
    "/join/{code}": "sign-in",
    "/certificate": "certificate",
    "/certificate/{certificate_id}": "certificate",
}
_STAFF_PAGES: dict[str, tuple[str, tuple[Role, ...], str]] = {
    "/listen": ("listen", STAFF, "listeners"),
    "/learn": ("learn", STAFF, "people in training"),
    "/supervise": ("supervise", SUPERVISORS, "supervisors"),
    "/admin": ("admin", ADMINS, "admins"),
}


@dataclass(frozen=True, slots=True)
class _File:
    changed_ns: int
    content: bytes
    etag: str
    packed: dict[str, bytes]


class Shelf:
    """The files under one folder, read once and again when they change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, _File] = {}

    @property
    def is_there(self) -> bool:
        """Is anything built?"""
        return self._folder.is_dir()

    def answer(self, name: str, request: Request, cache: str) -> Response | None:
        """The file in the best encoding that the browser takes; None when there is none of that name."""
        file = self._file(name)
        if file is None:
            return None
        content, encoding = file.content, ""
        accepted = request.headers.get("accept-encoding", "")
        for name_of, packed in file.packed.items():
            if re.search(rf"\b{name_of}\b(?!\s*;\s*q=0(?:[,.\s0]|$))", accepted):
                content, encoding = packed, name_of
                break
        headers = {"Cache-Control": cache, "Vary": "Accept-Encoding", "ETag": f'W/"{file.etag}"'}
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        suffix = Path(name).suffix
        kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers=headers)

    def _file(self, name: str) -> _File | None:
        # No dot begins a part of the name, so that nothing above the folder can be named.
        if not _FILE.fullmatch(name):
            return None
        path = self._folder / name
        try:
            changed_ns = path.stat().st_mtime_ns
            known = self._files.get(name)
            if known is None or known.changed_ns != changed_ns:
                content = path.read_bytes()
                packed = {
                    encoding: beside.read_bytes()
                    for encoding, suffix in _ENCODINGS
                    if (beside := path.with_name(path.name + suffix)).is_file()
                }
                etag = hashlib.sha256(content).hexdigest()[:20]
                known = self._files[name] = _File(changed_ns, content, etag, packed)
        except OSError:
            return None
        return known


def page_routes(deps: ApiDeps) -> list[Route]:
    """The pages, their assets and what lies beside them."""
    shelf = Shelf(deps.dist)

    def page(name: str, request: Request, cache: str) -> Response:
        if not shelf.is_there:
            return plain_page(503, "The pages are not built yet. `make web` builds them.")
        answer = shelf.answer(f"{name}.html", request, cache)
        return answer or plain_page(404, "This page is not part of this service yet.")

    def public(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            return page(name, request, _ASK_AGAIN)

        return show

    def for_staff(path: str) -> Callable[[Request], Awaitable[Response]]:
        name, roles, whose = _STAFF_PAGES[path]

        async def show(request: Request) -> Response:
            cookie = request.cookies.get(cookie_name)
            try:
                staff = await deps.directory.by_cookie(cookie) if cookie else None
            except Exception as failure:
                if not is_away(failure):
                    raise
                return plain_page(503, "That can't be shown right now. Try again in a moment.")
            if staff is None:
                # With its query: a practice chat's console without its `?practice=` is the one for real chats.
                asked = f"{path}?{request.url.query}" if request.url.query else path
                return RedirectResponse(f"/sign-in?next={quote(asked)}", 303, headers={"Cache-Control": "no-store"})
            if staff.role not in roles:
                return plain_page(403, f"This page is for {whose}.")
            return page(name, request, f"private, {_ASK_AGAIN}")

        return show

    async def asset(request: Request) -> Response:
        answer = shelf.answer(f"assets/{request.path_params['name']}", request, _IMMUTABLE)
        return answer or on_http_exception(request, HTTPException(404))

    async def beside(request: Request) -> Response:
        name = request.path_params["name"]
        answer = None if name.endswith(".html") else shelf.answer(name, request, _ASK_AGAIN)
        return answer or on_http_exception(request, HTTPException(404))

    return [
        *(Route(path, public(name)) for path, name in _PUBLIC_PAGES.items()),
        *(Route(path, for_staff(path)) for path in _STAFF_PAGES),
        Route("/assets/{name:path}", asset),
        Route("/{name}", beside),
    ]
