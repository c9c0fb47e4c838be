"""Web processes that died without a word: found long before their leases end (docs/edge.md, "Presence and leases")."""

from dataclasses import dataclass, field

from config.process_identity import is_gone, is_of_this_machine
from config.redis_link import RedisRefused
from routing.actions.lines import Lines
from routing.store.shard import Shard

#: A link that was lost comes back within a second or so; who is away for longer serves nobody.
AWAY_S = 2.5


@dataclass(slots=True)
class Links:
    """Which processes' links to one shard's master were seen, and since when they are not there any more. Pure."""

    seen: set[str] = field(default_factory=set)
    away_since_s: dict[str, float] = field(default_factory=dict)

    def away(self, processes: set[str], linked: set[str], now_s: float) -> list[str]:
        """Those of `processes` that had a link and have had none for `AWAY_S`.

        Who was never seen with one says nothing: another release may call its links otherwise.
        """
        self.seen = (self.seen | linked) & (processes | linked)
        lost = (processes & self.seen) - linked
        self.away_since_s = {name: self.away_since_s.get(name, now_s) for name in lost}
        return sorted(name for name, since_s in self.away_since_s.items() if now_s - since_s >= AWAY_S)


def link_name(door_name: str, process: str) -> str:
    """What the engine's list of clients calls a process's link for commands."""
    return f"{door_name}/{process}"


@dataclass(slots=True)
class Burial:
    """Says goodbye for processes that can't. A process of this machine is looked up in the process table; the kernel of
    another one closes the links of a process that dies, and the engine knows who has one."""

    lines: Lines
    door_name: str
    #: band -> the processes that lived at the last look, which an engine that is restored may not have heard of
    living: dict[str, set[str]] = field(default_factory=dict)
    _links: dict[str, Links] = field(default_factory=dict)

    async def look(self, now_s: float) -> None:
        """In every shard. Raises RedisAway, RedisRefused."""

        async def look_in(band: str) -> None:
            shard = self.lines.shards[band]
            named = await shard.functions.link.send("ZRANGE", shard.key("processes"), 0, -1)
            processes = {name.decode() for name in named}
            gone = {name for name in processes if is_gone(name)}
            elsewhere = {name for name in processes if not is_of_this_machine(name)}
            if elsewhere:
                links = self._links.setdefault(band, Links())
                gone.update(links.away(elsewhere, await self._linked(shard), now_s))
            self.living[band] = processes - gone
            for name in sorted(gone):
                await shard.call("bye", name)

        await self.lines.everywhere(look_in)

    async def _linked(self, shard: Shard) -> set[str]:
        """The processes whose links this shard's master has. Who may not ask knows of none, and leases must do."""
        try:
            listed = await shard.functions.link.at(shard.tag).send("CLIENT", "LIST", "TYPE", "normal")
        except RedisRefused:
            return set()
        begin = f" name={link_name(self.door_name, '')}"
        lines = listed.decode(errors="replace").splitlines()
        return {line.partition(begin)[2].partition(" ")[0] for line in lines if begin in line}
