"""Who doesn't read is cut off, not waited for; and holds everything after coming back."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.helpers.wire import JSON
from tests.helpers.world import World

CANDLE = "\U0001f56f"


async def test_a_reader_who_stands_still_is_cut_off_and_recovers(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    for number in range(40):  # some 640 kB
        await seeker.says(chat_id, f"{number} {CANDLE * 3900}")
    async with connect(
        world.service.url,
        subprotocols=[Subprotocol(JSON.subprotocol)],
        compression=None,
        proxy=None,
        max_queue=1,
        max_size=None,
        close_timeout=0.1,
    ) as stuck:
        await stuck.send(JSON.pack({"type": "hello", "ref": "h", "token": seeker.token}))
        asked = {"type": "catch_up", "chat_id": chat_id, "epoch": "", "seq": 0}
        with pytest.raises(ConnectionClosed):
            for number in range(400):
                await stuck.send(JSON.pack({**asked, "ref": f"{number}"}))
                await asyncio.sleep(0.05)
                taking = world.service.taking()
                message = await listener.says(chat_id, "meanwhile")
                await seeker.has_heard(message["text"], chat_id)
                assert taking.seconds() < 5
        assert (stuck.close_code or 1006) in (4001, 1006)
    tab = await world.same_person(seeker)
    assert tab.logs[chat_id].seq == listener.logs[chat_id].seq
    await world.everyone_agrees()
