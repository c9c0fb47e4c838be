"""How people of the suite talk: at a mean rate, now and then several messages at once, now and then one said again."""

import asyncio
import uuid
from random import Random

from tests.chaos.client import Client, Frame

FILLER = "and so on and on, as people do when somebody listens to them at night "


def made_id(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def made_text(rng: Random, message: str) -> str:
    """Words of some length that no other message has."""
    return f"{message} {FILLER * 3}"[: 40 + int(rng.expovariate(1 / 60)) % 200]


async def talk(client: Client, chat: str, rng: Random, *, messages: int, per_s: float) -> None:
    """Say so many messages while the chat is open here. Each waits for the answers to those before, bursts apart."""
    said = 0
    while said < messages:
        await asyncio.sleep(min(20.0, rng.expovariate(per_s)))
        log = client.logs.get(chat)
        if log is None or not log.is_open or client.is_over or client.is_leaving:
            return
        burst = 3 if rng.random() < 0.05 else 1
        answers: list[asyncio.Future[Frame]] = []
        for _ in range(min(burst, messages - said)):
            message = made_id(rng)
            answers.append(client.says(chat, message, made_text(rng, message)))
            said += 1
        frames = await asyncio.gather(*answers)
        if any(frame["type"] == "refused" for frame in frames):
            return
        if rng.random() < 0.02 and log.mine:
            again = rng.choice(list(log.mine))
            await client.says(chat, again, log.mine[again])
