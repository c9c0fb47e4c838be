"""Reading along, as a program does it: what HTTP is asked for, and what everybody was ever told."""

import json
import uuid
from typing import Any

import httpx

from tests.helpers.person import PATIENCE_S, Listener, Person
from tests.helpers.world import World


async def asks_http(person: Person, method: str, path: str, body: Any = None) -> httpx.Response:
    """One call as this person of the staff."""
    headers = {"Cookie": person.cookie or ""}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{person.service.port}", timeout=PATIENCE_S) as browser:
        return await browser.request(method, path, json=body, headers=headers)


async def attaches(supervisor: Person, chat_id: str, method: str = "PUT") -> tuple[int, str]:
    """Attach (or with DELETE detach) oneself: the status, and the code of a refusal."""
    answer = await asks_http(supervisor, method, f"/api/supervise/chats/{chat_id}/observer")
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def whispers(person: Person, chat_id: str, text: str, whisper_id: str = "") -> tuple[int, str]:
    """Write to the other one of the two."""
    body = {"whisper_id": whisper_id or str(uuid.uuid4()), "text": text}
    answer = await asks_http(person, "POST", f"/api/chats/{chat_id}/whispers", body)
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def thread(person: Person, chat_id: str) -> list[tuple[bool, str]]:
    """(is it one's own, what) of all whispers that this person sees."""
    answer = await asks_http(person, "GET", f"/api/chats/{chat_id}/whispers")
    assert answer.status_code == 200, answer.text
    return [(one["is_mine"], one["text"]) for one in answer.json()["whispers"]]


async def supervisor_of(world: World, role: str = "supervisor", **person: Any) -> Listener:
    """Somebody whose page shows the chats along which they read."""
    supervisor = await world.staff_signs_in(role, **person)
    await supervisor.leaves()
    supervisor.is_observing = True
    await supervisor.comes()
    return supervisor


def ever_told(person: Person) -> str:
    """All frames of the connection of now, as text."""
    return json.dumps(person.wire.frames)
