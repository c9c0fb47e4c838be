"""What `done` promises with the engine as it is set up, asked of the engine itself."""

from config.durability import Level, level_of
from config.redis_link import RedisLink, RedisRefused


async def durability_of(link: RedisLink) -> Level:
    """The level; `unknown` where the engine doesn't tell (managed services often refuse CONFIG). Raises RedisAway."""
    told: dict[str, str] = {}
    try:
        for name in ("appendonly", "appendfsync"):
            answer = await link.send("CONFIG", "GET", name)
            if len(answer) == 2:
                told[name] = answer[1].decode()
    except RedisRefused:
        return "unknown"
    return level_of(told)
