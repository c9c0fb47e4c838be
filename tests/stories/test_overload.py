"""An engine that stands still: nobody waits long for an answer, and nothing is lost or doubled by it."""

import asyncio
import os
import signal
import uuid

from tests.helpers.world import World

#: The seeker and the listener may be at two processes. Each sends commands of its own every 1.1 s, of which the oldest
#: may wait 1 s before new ones are refused; and it is less than what cuts the link.
STANDS_STILL_S = 2.5


async def test_while_the_engine_stands_still_new_commands_are_refused_at_once(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    engine = world.service.children("valkey")[0]
    os.kill(engine, signal.SIGSTOP)
    try:
        first = asyncio.create_task(seeker.says(chat_id, "asked before anybody knew"))
        await asyncio.sleep(STANDS_STILL_S)
        message_id = str(uuid.uuid4())
        taking = world.service.taking()
        refused = await listener.wire.ask("send_message", chat_id=chat_id, message_id=message_id, text="meanwhile")
        assert taking.seconds() < 1.0
        assert (refused["type"], refused["code"]) == ("refused", "try_again")
        assert refused["retry_after_ms"] > 0
        assert not first.done(), "what was taken before is carried out"
    finally:
        os.kill(engine, signal.SIGCONT)
    assert (await first)["seq"] == 1
    await asyncio.sleep(refused["retry_after_ms"] / 1000)
    assert (await listener.says(chat_id, "again", message_id=message_id))["seq"] == 2
    await world.everyone_agrees()
