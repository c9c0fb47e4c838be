"""What `done` promises with the engine as it is set up (docs/operations.md, "Durability")."""

from config.redis_link import RedisLink, RedisRefused

UNKNOWN = "unknown"


async def durability_of(link: RedisLink) -> str:
    """`always`: on the disk before `done`; `everysec`: at most a second behind; `none`: in memory only.

    `unknown` where the engine doesn't tell (managed services often refuse CONFIG). Raises RedisAway.
    """
    try:
        is_on = await link.send("CONFIG", "GET", "appendonly")
        policy = await link.send("CONFIG", "GET", "appendfsync")
    except RedisRefused:
        return UNKNOWN
    if not is_on or is_on[1] != b"yes":
        return "none"
    return "always" if policy[1] == b"always" else "everysec" if policy[1] == b"everysec" else "none"
