"""Somebody who practises: a listener at the door of practice chats, and the calls of the learning page."""

import asyncio
from typing import Any

import httpx

from tests.helpers.person import PATIENCE_S, Listener
from tests.helpers.wire import MSGPACK, Frame
from tests.helpers.world import World

__all__ = ["Trainee", "trainee"]

#: So many times as quick as in life: a reply is over after 0.15 s, a silence after 4.5 s.
PACE = 40


class Trainee(Listener):
    """A listener who practises."""

    door = "/practice"
    chat_id = ""
    practice_id = ""

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.service.port}", headers={"cookie": self.cookie or ""}, timeout=PATIENCE_S
        )

    async def calls(self, method: str, path: str = "", body: Any = None, *, status: int = 200) -> Any:
        """A call on one's practice chats."""
        async with self.browser() as browser:
            answer = await browser.request(method, f"/api/learning/practice{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def begins(self, scenario: str, pace: int = PACE) -> str:
        """Choose a scenario, connect and become available; the practice chat's id."""
        line = await self.calls("POST", body={"scenario": scenario, "pace": pace}, status=201)
        self.practice_id = line["practice_id"]
        await self.comes()
        await self.becomes("available")
        return self.practice_id

    async def meets(self) -> str:
        """Accept the offer that comes; the chat's id."""
        offer = await self.sees_offer()
        await self.accepts(offer)
        opened = await self.sees("chat_opened")
        assert opened["is_practice"] is True
        self.chat_id = opened["chat_id"]
        return self.chat_id

    async def hears(self, name: str, within_s: float = PATIENCE_S) -> Frame:
        """What the partner said under this name, `<turn>.<line>`."""

        def find() -> Frame | None:
            log = self.logs[self.chat_id].messages.values()
            return next((message for message in log if message["message_id"] == name), None)

        return await self._until(find, within_s, f"line {name}")

    async def replies(self, turn: int, text: str) -> Frame:
        """Write exactly this and hear the first line of the answer. No word of it may stand in the log."""
        self.service.typed.add(text)
        await self.does("send_message", chat_id=self.chat_id, message_id=f"reply-{turn}", text=text)
        return await self.hears(f"{turn}.0")

    async def follows(self, script: list[str], first: int = 1) -> None:
        """Write what stands in the script, as answers to answers."""
        for turn, text in enumerate(script, first):
            await self.replies(turn, text)

    async def debrief(self, within_s: float = PATIENCE_S) -> Any:
        """What the learning page shows when it is over."""
        shown: Any = {}
        async with self.browser() as browser:
            for _ in range(int(within_s * 10)):
                answer = await browser.get(f"/api/learning/practice/{self.practice_id}")
                assert answer.status_code == 200, answer.text
                shown = answer.json()
                if shown["practice"]["ended_at_ms"] is not None:
                    return shown
                await asyncio.sleep(0.1)
        raise AssertionError(f"no debrief: {shown['practice']}")


async def trainee(world: World, *, is_cleared: bool = False, **person: Any) -> Trainee:
    """A member of staff with an account and, unless told otherwise, without a clearance; not at any door yet."""
    real = await world.staff_signs_in(is_cleared=is_cleared, **person)
    await real.leaves()
    one = Trainee(world.service, real.name, codec=MSGPACK, cookie=real.cookie)
    world.people.append(one)
    return one
