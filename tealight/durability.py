"""What `done` promises with the engine as it is set up, asked of the engine itself."""

from config.durability import KeptLevel, level_of, weakest
from config.redis_engine import Link
from config.redis_link import RedisLink, RedisRefused


async def durability_of(link: Link) -> KeptLevel:
    """The level of the weakest master that holds a shard. Raises RedisAway."""
    return weakest([await _of_one(node) for node in link.nodes()])


async def _of_one(node: RedisLink) -> KeptLevel:
    """`unknown` where the engine doesn't tell (managed services often refuse CONFIG)."""
    told: dict[str, str] = {}
    try:
        for name in ("appendonly", "appendfsync"):
            answer = await node.send("CONFIG", "GET", name)
            if len(answer) == 2:
                told[name] = answer[1].decode()
    except RedisRefused:
        return "unknown"
    return level_of(told)
