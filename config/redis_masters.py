"""Which server is the master of a shard now: asked of Sentinels, or of a cluster's nodes."""

import asyncio
import binascii
from dataclasses import dataclass
from typing import Any, Protocol

from config.redis_address import Address, EngineUrl
from config.redis_wire import RedisAway, RedisRefused, ask

SLOTS = 16384


def slot_of(tag: str) -> int:
    """The cluster slot of all keys that begin with this tag, such as `{a:main}:` (CRC16-XMODEM of what is braced)."""
    return binascii.crc_hqx(tag[tag.index("{") + 1 : tag.index("}")].encode(), 0) % SLOTS


class Masters(Protocol):
    """Both raise RedisAway where nobody knows."""

    async def of(self, tag: str, refusal: str = "") -> Address:
        """The master of this tag's keys. `refusal` are the words with which the last one declined."""


@dataclass(slots=True)
class Sentinels:
    """All Sentinels are asked at once, and the newest word counts: one that was cut off tells of yesterday."""

    url: EngineUrl

    async def of(self, tag: str, refusal: str = "") -> Address:
        told = await asyncio.gather(*[self._told_by(sentinel) for sentinel in self.url.addresses])
        newest = max((one for one in told if one is not None), default=None)
        if newest is None or self.url.master is None:
            raise RedisAway(f"sentinel {self.url.name}")
        _, host, port = newest
        return self.url.master.elsewhere(host, port)

    async def _told_by(self, sentinel: Address) -> tuple[int, str, int] | None:
        """(epoch, host, port), or None from one that is away or knows no such master."""
        try:
            [flat, [host, port]] = await ask(
                sentinel,
                ("SENTINEL", "MASTER", self.url.name),
                # While a failover goes on this names the promoted one earlier than the other does.
                ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.url.name),
            )
        except (RedisAway, RedisRefused, TypeError):
            return None
        told = dict(zip(flat[::2], flat[1::2], strict=True))
        return int(told.get(b"config-epoch", b"0")), host.decode(), int(port)


@dataclass(frozen=True, slots=True)
class _Owner:
    """A node that claims a slot, with the number of the claim: of two claims the higher one counts."""

    epoch: int
    address: Address


class ClusterNodes:
    """Any node can be asked; those that were named in the URL and those that were met since are tried in turn."""

    def __init__(self, url: EngineUrl) -> None:
        self._seeds = url.addresses
        self._known = list(url.addresses)
        self._owners: dict[int, _Owner] = {}

    async def of(self, tag: str, refusal: str = "") -> Address:
        slot = slot_of(tag)
        older: list[_Owner] = []
        for node in self._in_turn(refusal):
            try:
                slots, nodes = await ask(node, ("CLUSTER", "SLOTS"), ("CLUSTER", "NODES"))
            except (RedisAway, RedisRefused):
                self._put_last(node)
                continue
            owner = self._note(node, slot, slots, _epochs(nodes))
            known = self._owners.get(slot)
            if owner is not None and (known is None or owner.epoch >= known.epoch):
                self._owners[slot] = owner
                return owner.address
            older += [owner] if owner is not None else []
            self._put_last(node)
        if not older:
            raise RedisAway(f"slot {slot}")
        # Nobody who answers remembers what was known here: the cluster was made anew.
        newest = self._owners[slot] = max(older, key=lambda owner: owner.epoch)
        return newest.address

    def _in_turn(self, refusal: str) -> list[Address]:
        words = refusal.split()
        if len(words) == 3 and words[0] == "MOVED":
            host, _, port = words[2].rpartition(":")
            if host and port.isdecimal():
                return [self._seeds[0].elsewhere(host.strip("[]"), int(port)), *self._known]
        return list(self._known)

    def _put_last(self, node: Address) -> None:
        if node in self._known:
            self._known.remove(node)
            self._known.append(node)

    def _note(self, asked: Address, slot: int, slots: list[Any], epochs: dict[str, int]) -> _Owner | None:
        """Learn of nodes, and who owns the slot as this one sees it; None where it knows nobody."""
        found: _Owner | None = None
        met: list[Address] = []
        for first, last, *nodes in slots:
            addresses = [_endpoint(asked, node) for node in nodes]
            met += [address for address in addresses if address is not None]
            if first <= slot <= last and nodes and addresses[0] is not None:
                found = _Owner(epochs.get(nodes[0][2].decode(), 0), addresses[0])
        self._known = [*dict.fromkeys([asked, *met, *self._seeds])]
        return found


def _endpoint(asked: Address, node: list[Any]) -> Address | None:
    """Where a node of CLUSTER SLOTS is reached; an empty host is the one that was asked, `?` is nobody's."""
    host = (node[0] or b"").decode()
    if host == "?":
        return None
    return asked.elsewhere(host or asked.host, int(node[1]))


def _epochs(nodes: bytes) -> dict[str, int]:
    """Node id -> configuration epoch, from CLUSTER NODES."""
    fields = [line.split() for line in nodes.decode().splitlines()]
    return {field[0]: int(field[6]) for field in fields if len(field) > 7}
