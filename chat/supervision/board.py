"""The load of all pools, sampled by each process that has somebody watching (docs/supervision.md)."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily

from chat.accounts.pools import PoolBook
from chat.protocol.fields import AgeBand
from chat.protocol.pushes import ListenersOnDuty, LoadChanged, PoolLoad
from routing.actions.lines import Lines


class Board:
    """`n` counts this process's load pushes: it rises by one from each to the next."""

    def __init__(self, lines: Lines, pools: PoolBook) -> None:
        self._lines = lines
        self._pools = pools
        self._n = 0
        self._last: dict[tuple[str, str], PoolLoad] = {}
        #: the head's arrival by pool: a wait that only grew older is no change
        self._heads: dict[tuple[str, str], int] = {}

    async def sample(self) -> tuple[int, dict[tuple[str, str], PoolLoad], dict[tuple[str, str], int]]:
        """Now in ms, the load of every pool, the arrival of each line's head (0: nobody waits)."""
        loads: dict[tuple[str, str], PoolLoad] = {}
        heads: dict[tuple[str, str], int] = {}
        now = 0
        for band in self._lines.shards:
            languages = [p.language for p in self._pools.all() if p.age_band == band]
            if not languages:
                continue
            stamp, *rows = await self._lines.call(band, "load", ",".join(languages))
            now = max(now, int(stamp))
            for raw_language, *numbers in rows:
                language = raw_language.decode()
                waiting, arrived, available, paused, in_chat, chats, offers, missed, alone, urgent, urgent_from = (
                    int(float(number)) for number in numbers
                )
                age_band: AgeBand = "teen" if band == "teen" else "adult"
                heads[(language, band)] = arrived
                loads[(language, band)] = PoolLoad(
                    language=language,
                    age_band=age_band,
                    waiting=waiting,
                    longest_wait_ms=max(0, int(stamp) - arrived) if arrived else 0,
                    available=available,
                    paused=paused,
                    in_chat=in_chat,
                    open_chats=chats,
                    open_offers=offers,
                    offers_missed_1h=missed,
                    without_listener=alone,
                    urgent_waiting=urgent,
                    urgent_longest_wait_ms=max(0, int(stamp) - urgent_from) if urgent_from else 0,
                )
        return now, loads, heads

    async def whole(self) -> LoadChanged:
        """Every pool, numbered like the last push, so that the next push follows it. Raises RedisAway, RedisRefused."""
        now, loads, heads = await self.sample()
        if not self._last:
            self._last, self._heads = loads, heads
        return LoadChanged(n=self._n, at_ms=now, pools=list(loads.values()), listeners=await self._listeners())

    async def change(self) -> LoadChanged | None:
        """The pools that changed since the last push, or None."""
        now, loads, heads = await self.sample()
        changed = [
            load
            for pool, load in loads.items()
            if pool not in self._last
            or heads[pool] != self._heads.get(pool)
            or _numbers(load) != _numbers(self._last[pool])
        ]
        if not changed:
            return None
        self._last, self._heads = loads, heads
        listeners = await self._listeners()
        self._n += 1
        return LoadChanged(n=self._n, at_ms=now, pools=changed, listeners=listeners)

    async def _listeners(self) -> ListenersOnDuty:
        """People on duty, each once, however many pools and age bands they serve.

        A shard with more than 5,000 of a kind says only how many: then whoever serves several pools counts in each.
        """
        found: tuple[set[bytes], set[bytes], set[bytes]] = (set(), set(), set())
        many = [0, 0, 0]
        for band in self._lines.shards:
            languages = ",".join(p.language for p in self._pools.all() if p.age_band == band)
            for kind, people in enumerate(await self._lines.call(band, "people_on_duty", languages)):
                if isinstance(people, int):
                    many[kind] += people
                else:
                    found[kind].update(people)
        available, paused, in_chat = (len(found[kind]) + many[kind] for kind in range(3))
        return ListenersOnDuty(available=available, paused=paused, in_chat=in_chat)


def _numbers(load: PoolLoad) -> tuple[int, ...]:
    """What counts as a change: everything but the wait, which grows by itself."""
    return (
        load.waiting,
        load.available,
        load.paused,
        load.in_chat,
        load.open_chats,
        load.open_offers,
        load.offers_missed_1h,
        load.without_listener,
        load.urgent_waiting,
    )


def gauges_of(loads: Iterable[PoolLoad]) -> list[GaugeMetricFamily]:
    """The same numbers for Prometheus."""
    families = {
        "waiting": GaugeMetricFamily("tealight_waiting", "Requests waiting in line", labels=_LABELS),
        "longest_wait_ms": GaugeMetricFamily(
            "tealight_longest_wait_seconds", "Wait of the head of the line", labels=_LABELS
        ),
        "available": GaugeMetricFamily("tealight_listeners_available", "Listeners available", labels=_LABELS),
        "paused": GaugeMetricFamily("tealight_listeners_paused", "Listeners paused", labels=_LABELS),
        "open_chats": GaugeMetricFamily("tealight_open_chats", "Chats open", labels=_LABELS),
        "open_offers": GaugeMetricFamily("tealight_open_offers", "Offers open", labels=_LABELS),
    }
    for load in loads:
        for name, family in families.items():
            value = getattr(load, name)
            family.add_metric([load.language, load.age_band], value / 1000 if name == "longest_wait_ms" else value)
    return list(families.values())


_LABELS = ["language", "age_band"]
