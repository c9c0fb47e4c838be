"""A password that the engine refuses ends the start: waiting mends nothing, and looks like an engine that is away."""

import asyncio

from config.redis_address import EngineUrl
from config.redis_wire import RedisRefused, ask
from config.settings import Settings, SettingsError


def refuse_wrong_password(settings: Settings) -> None:
    """Ask the servers of REDIS_URL once; who is away is waited for later. Raises SettingsError."""
    told = EngineUrl.of(settings.redis_url)
    if told.kind == "sentinel":
        return  # those named there are asked for the master with a password of their own

    async def all_asked() -> list[list[object] | BaseException]:
        answers: list[list[object] | BaseException]
        answers = await asyncio.gather(*[ask(one, ("PING",)) for one in told.addresses], return_exceptions=True)
        return answers

    for answer in asyncio.run(all_asked()):
        if isinstance(answer, RedisRefused) and answer.is_about_password:
            raise SettingsError(
                f"The engine at REDIS_URL refuses the user or the password ({answer}); "
                "`/`, `?`, `#`, `@` and `%` in them are percent-encoded."
            )
