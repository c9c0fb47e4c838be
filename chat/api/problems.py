"""Every HTTP error as `application/problem+json` (RFC 9457) with a stable `code`."""

from html import escape
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chat.accounts.refusal import Refused, Why

ApiCode = Literal[
    "not_signed_in",
    "not_allowed",
    "foreign_origin",
    "not_found",
    "method_not_allowed",
    "not_json",
    "bad_json",
    "bad_field",
    "bad_query",
    "too_large",
    "bad_request",
    "try_again",
    "not_ready",
    "internal_error",
]
ProblemCode = Literal[ApiCode, Why]

_STATUS_OF: dict[Why, int] = {
    "sign_in_failed": 401,
    "too_many_tries": 429,
    "wrong_password": 403,
    "name_taken": 409,
    "last_admin": 409,
    "not_yourself": 409,
    "no_such_person": 404,
    "no_such_clearance": 404,
    "no_such_invitation": 404,
    "no_such_pool": 404,
    "invitation_over": 404,
    "no_such_course": 404,
    "no_such_lesson": 404,
    "no_such_attempt": 404,
    "no_such_question": 404,
    "attempt_over": 409,
    "too_early": 429,
    "no_such_rule_set": 404,
    "no_such_certificate": 404,
    "no_such_sign_off": 404,
    "not_due": 409,
    "not_withdrawn": 409,
    "replied_already": 409,
    "no_such_scenario": 404,
    "no_such_practice": 404,
    "practice_open": 409,
    "no_such_draft": 404,
    "no_such_edition": 404,
    "draft_open": 409,
    "changed_meanwhile": 409,
    "course_unsound": 409,
    "own_work": 409,
    "not_your_part": 403,
    "too_many_drafts": 409,
    "too_many_editions": 409,
    "no_such_review": 404,
    "nothing_to_review": 409,
    "not_a_mentor": 403,
    "review_taken": 409,
    "too_many_reviews": 409,
    "handed_in": 409,
    "not_in_turn": 409,
    "no_such_code": 404,
    "no_such_chat": 404,
    "no_such_report": 404,
    "handled_already": 409,
    "words_deleted": 409,
    "no_clearance": 403,
    "not_first_chats": 409,
    "already_observed": 409,
    "kept_apart": 403,
    "nobody_attached": 409,
    "whisper_id_reused": 409,
}
_CODE_OF_STATUS: dict[int, ApiCode] = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class ProblemDetails(Struct, frozen=True, omit_defaults=True):
    """The body of every error. `field` says which part of the request; `retry_after_ms` when waiting helps."""

    title: str
    status: int
    code: ProblemCode
    detail: str
    type: str = "about:blank"
    field: str | None = None
    retry_after_ms: int | None = None


class Problem(Exception):
    """An error to be answered as it stands. `detail` is one sentence for people."""

    def __init__(
        self,
        status: int,
        code: ProblemCode,
        detail: str,
        *,
        field: str | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.details = ProblemDetails(
            title=HTTPStatus(status).phrase,
            status=status,
            code=code,
            detail=detail,
            field=field,
            retry_after_ms=retry_after_ms,
        )

    def response(self, headers: dict[str, str] | None = None) -> Response:
        """The answer."""
        details = self.details
        # Errors are of this moment and of this person.
        headers = {"Cache-Control": "no-store", **(headers or {})}
        if details.retry_after_ms is not None:
            headers["Retry-After"] = str(-(-details.retry_after_ms // 1000))
        return Response(
            msgspec.json.encode(details), details.status, headers=headers, media_type="application/problem+json"
        )


def is_for_people(request: Request) -> bool:
    """Does a browser ask for a page to show?"""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def plain_page(status: int, sentence: str) -> Response:
    """A page with one sentence, for where no built page can be shown. It can be read without its style, too."""
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Without this, and with no style, the page would be white in a dark room.
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="/plain.css">'
        '<link rel="icon" href="/favicon.svg"><title>Tealight</title></head>'
        f"<body><main><h1>Tealight</h1><p>{escape(sentence)}</p>"
        '<p><a href="/">To the first page</a></p></main></body></html>'
    )
    return Response(html, status, media_type="text/html", headers={"Cache-Control": "no-store"})


def problem_of(refused: Refused) -> Problem:
    """A refused act as an HTTP error."""
    status = _STATUS_OF.get(refused.code, 422)
    return Problem(status, refused.code, refused.message, retry_after_ms=refused.retry_after_ms)


def on_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own errors as problems; a person's browser gets a page where there is nothing."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    code = _CODE_OF_STATUS.get(status, "bad_request" if status < 500 else "internal_error")
    if status == 404 and is_for_people(request):
        return plain_page(404, "There is nothing at this address.")
    words = {
        404: "There is nothing at this address.",
        405: "This address doesn't take that method.",
        413: "A request has at most 64 KiB.",
    }
    return Problem(status, code, words.get(status, HTTPStatus(status).phrase)).response(headers)


def _on_error(_request: Request, _error: Exception) -> Response:
    return Problem(500, "internal_error", "Something went wrong here; it is in the service's log.").response()


#: For Starlette(exception_handlers=...): whatever isn't answered elsewhere.
EXCEPTION_HANDLERS: dict[Any, Any] = {HTTPException: on_http_exception, Exception: _on_error}
