"""A training record to take along: JSON or PDF, for the person, for supervisors and admins."""

import asyncio

import msgspec
from starlette.routing import Route

from chat.api.deps import ApiDeps
from chat.api.endpoint import STAFF, SUPERVISORS, Asked
from chat.api.files import File, file_route
from chat.api.problems import Problem
from listener_training.certification.standing import Rulebook
from listener_training.certification_api.own import record_shown
from listener_training.certification_api.pdf import UnwritableError, record_pdf
from listener_training.certification_api.shown import Record

_OWN = "me"


def export_routes(deps: ApiDeps, book: Rulebook) -> list[Route]:
    """`/api/certification/records/<person or me>.json` and `.pdf`."""

    async def read(asked: Asked) -> Record:
        person_id = asked.part("person_id")
        if person_id in (_OWN, asked.by.person_id):
            person_id = asked.by.person_id
        elif asked.by.role not in SUPERVISORS:
            raise Problem(403, "not_allowed", "Your role may not do that.")
        async with deps.database.read() as session:
            return await record_shown(session, book, person_id, asked.now_ms)

    async def as_json(asked: Asked) -> File:
        written = msgspec.json.format(msgspec.json.encode(await read(asked)), indent=2)
        return File(written, "application/json", "training-record.json")

    async def as_pdf(asked: Asked) -> File:
        record = await read(asked)
        try:
            # A thread: drawing takes a while, and this process holds chats.
            written = await asyncio.to_thread(record_pdf, record, deps.settings.public_url)
        except UnwritableError as error:
            raise Problem(422, "bad_request", str(error)) from None
        return File(written, "application/pdf", "training-record.pdf")

    path = "/api/certification/records/{person_id}"
    return [file_route(deps, f"{path}.json", STAFF, as_json), file_route(deps, f"{path}.pdf", STAFF, as_pdf)]
