"""The engine as one process reaches it: one server, a master behind Sentinels, or a cluster with a link a shard."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from config.log import get_logger
from config.redis_address import EngineUrl
from config.redis_link import Argument, RedisAway, RedisLink, RedisRefused
from config.redis_masters import ClusterNodes, Masters, Sentinels
from config.replica_ack import ReplicaAck

log = get_logger("engine")

#: Whether the masters are still the same is asked this often; most changes are noticed earlier, by a refusal or a
#: lost connection, but a master that hangs says nothing.
LOOK_S = 3.0

#: Told the tags whose keys this connection serves.
OnUp = Callable[[tuple[str, ...]], Awaitable[None]]


class Link(Protocol):
    """What callers need of a RedisLink or of several."""

    name: str

    @property
    def is_up(self) -> bool: ...

    @property
    def is_partly_up(self) -> bool: ...

    @property
    def is_degraded(self) -> bool: ...

    def is_crowded(self, depth: int, wait_s: float) -> bool: ...

    def start(self) -> None: ...

    async def wait_up(self, timeout_s: float) -> bool: ...

    async def close(self) -> None: ...

    def send(self, *command: Argument) -> asyncio.Future[Any]: ...

    def at(self, key: str) -> RedisLink: ...

    def nodes(self) -> list[RedisLink]: ...


class ShardLinks:
    """A cluster: one link for each tag, which follows the tag's slot. Order is kept within a shard."""

    def __init__(self, name: str, links: dict[str, RedisLink]) -> None:
        self.name = name
        self._links = links

    @property
    def is_up(self) -> bool:
        return all(link.is_up for link in self._links.values())

    @property
    def is_partly_up(self) -> bool:
        """Is any shard reached?"""
        return any(link.is_up for link in self._links.values())

    @property
    def is_degraded(self) -> bool:
        return any(link.is_degraded for link in self._links.values())

    def is_crowded(self, depth: int, wait_s: float) -> bool:
        """Are all of them? One shard whose server hangs keeps nobody of another one waiting."""
        return all(link.is_crowded(depth, wait_s) for link in self._links.values())

    def start(self) -> None:
        for link in self._links.values():
            link.start()

    async def wait_up(self, timeout_s: float) -> bool:
        """Are all of them up within this time?"""
        return all(await asyncio.gather(*[link.wait_up(timeout_s) for link in self._links.values()]))

    async def close(self) -> None:
        await asyncio.gather(*[link.close() for link in self._links.values()])

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        """A command whose first argument is its key. As RedisLink.send; KeyError for a key of no shard."""
        return self.at(str(command[1])).send(*command)

    def at(self, key: str) -> RedisLink:
        """The connection that serves this key."""
        return self._links[key[: key.index("}") + 2]]

    def nodes(self) -> list[RedisLink]:
        return list(self._links.values())


class Engine:
    """Opens the links of a process, and lets them follow their masters. `tags` are those of all shards."""

    def __init__(self, url: str, tags: Iterable[str], *, ack: ReplicaAck | None = None) -> None:
        told = EngineUrl.of(url)
        self._url = url
        self.tags = tuple(tags)
        self._ack = ack
        self.kind = told.kind
        self._masters: Masters | None = None
        if told.kind == "sentinel":
            self._masters = Sentinels(told)
        elif told.kind == "cluster":
            self._masters = ClusterNodes(told)
        self._following: list[tuple[str, RedisLink]] = []

    def commands(self, name: str, *, on_up: OnUp) -> Link:
        """Links for commands; with an `ack`, answers of calls wait for replicas."""
        return self._open(name, on_up, None, self._ack)

    def pushes(self, name: str, *, on_push: Callable[[bytes, bytes], None], on_up: OnUp) -> Link:
        """Links for channels. `on_up` says for which tags pushes may have been missed: subscribe again there."""
        return self._open(name, on_up, on_push, None)

    def _open(
        self, name: str, on_up: OnUp, on_push: Callable[[bytes, bytes], None] | None, ack: ReplicaAck | None
    ) -> Link:
        def link(tags: tuple[str, ...]) -> RedisLink:
            async def up() -> None:
                await on_up(tags)

            async def locate(refusal: str) -> Any:
                assert self._masters is not None
                return await self._masters.of(tags[0], refusal)

            where = self._url if self._masters is None else locate
            opened = RedisLink(where, name=name, on_push=on_push, on_up=up, ack=ack)
            self._following.append((tags[0], opened))
            return opened

        if self.kind == "cluster":
            return ShardLinks(name, {tag: link((tag,)) for tag in self.tags})
        return link(self.tags)

    async def follow(self) -> None:
        """For as long as the process lives: cut the links that lead to somebody who is no longer the master."""
        while self._masters is not None:
            await asyncio.sleep(LOOK_S)
            with contextlib.suppress(RedisAway, RedisRefused):
                await self.look()

    async def look(self) -> None:
        """Once. Raises RedisAway where nobody knows the masters."""
        if self._masters is None:
            return
        for tag in dict.fromkeys(tag for tag, _ in self._following):
            master = await self._masters.of(tag)
            for of_tag, link in self._following:
                is_elsewhere = link.address is not None and link.address.spot != master.spot
                if of_tag == tag and link.is_up and is_elsewhere:
                    log.warning("master_changed", link=link.name)
                    link.cut()
