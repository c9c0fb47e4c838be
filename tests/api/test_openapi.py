"""The API does what its own description says, for requests that follow it and for requests that don't."""

import asyncio
import json
import re
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args
from urllib.parse import unquote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from chat.accounts.directory import cookie_name
from chat.accounts.refusal import Why
from chat.accounts.sign_in import open_sign_in
from chat.api.openapi import describe
from chat.api.routes import ENDPOINTS, http_app
from config.database import Database, migrate
from listener_training.certification.standing import Rulebook
from listener_training.certification_api import certification_endpoints
from listener_training.clearance_api import ENDPOINTS as CLEARANCE_ENDPOINTS
from listener_training.learning_api import learning_endpoints
from tests.helpers.api import ORIGIN, Api, make_api, problem
from tests.helpers.databases import Clock
from tests.helpers.staff import add
from tests.training.small_course import course
from tests.training.small_rules import RULES

T = TypeVar("T")
BOOK = Rulebook({"small": RULES}, {"small": course()})
MORE = (
    *CLEARANCE_ENDPOINTS,
    *learning_endpoints({"small": course()}),
    *certification_endpoints(BOOK),
)
#: What asks the engine about a chat has stories of its own (tests/stories/test_observing.py): there is none here.
WITHOUT_ENGINE = [endpoint for endpoint in ENDPOINTS if "{chat_id}" not in endpoint.path]
description = json.loads(describe([*WITHOUT_ENGINE, *MORE], "0.0.test"))
for by_method in description["paths"].values():
    for operation in by_method.values():
        # Every call below is signed in as an admin; who may do what has tests of its own.
        operation.pop("security", None)
schema = schemathesis.openapi.from_dict(description)
GOOD_ID = re.compile(r"[!-.0-~]{1,100}")
#: What rules refuse although its form is right: a clearance for no known topic, an adult pool for children.
BY_RULE = {code for code in get_args(Why) if code.startswith("bad_")}


class Service:
    """The API on a loop in a thread of its own: generated tests are not coroutines."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.run(self._open(folder))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def _open(self, folder: Path) -> None:
        url = f"sqlite:///{folder}/tealight.db"
        migrate(url)
        self.database = Database(url)
        self.api: Api = await make_api(self.database, Clock(), folder / "dist")
        self.api.app = http_app(self.api.deps, more=MORE)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.api.app), base_url=ORIGIN)
        self.admin = (await add(self.database, "linden", "admin")).person_id
        self.person = (await add(self.database, "wren")).person_id
        self.pool = self.api.deps.pools.all()[0].pool_id

    async def call(self, case: schemathesis.Case) -> httpx.Response:
        # A sign-in of its own for each call: some of them sign out.
        async with self.database.write() as session:
            cookie = await open_sign_in(session, self.admin, self.api.clock())
        sent = case.as_transport_kwargs(base_url=ORIGIN)
        sent.pop("cookies", None)
        headers = {**sent.pop("headers", {}), "cookie": f"{cookie_name}={cookie}"}
        content = sent.pop("data", None)
        if isinstance(content, str):
            content = content.encode(errors="surrogatepass")
        answer = await self.client.request(headers=headers, content=content, **sent)
        self.client.cookies.clear()
        return answer

    async def _close(self) -> None:
        await self.client.aclose()
        await self.api.close()
        await self.database.close()

    def close(self) -> None:
        self.run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("openapi"))
    yield service
    service.close()


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_the_api_does_what_it_says(case: schemathesis.Case, service: Service) -> None:
    # Ids that are there, or most calls would end at 404. A bad id stays: it may be all that is wrong with the call.
    for name, real in (
        ("person_id", service.person),
        ("pool_id", service.pool),
        ("course_id", "small"),
        ("lesson_id", "hearing"),
    ):
        made_up = (case.path_parameters or {}).get(name, "")
        if len(made_up) % 2 and GOOD_ID.fullmatch(unquote(made_up)):
            case.path_parameters[name] = real
    answer = service.run(service.call(case))
    assert answer.status_code < 500
    is_refused_by_rule = answer.status_code >= 400 and problem(answer)[1] in BY_RULE
    case.validate_response(answer, excluded_checks=[positive_data_acceptance] if is_refused_by_rule else [])


def test_the_description_names_every_operation_once() -> None:
    ids = [operation["operationId"] for path in schema.raw_schema["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids)) == len(WITHOUT_ENGINE) + len(MORE)
