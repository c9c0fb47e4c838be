"""What happened in the shards, as counters. A fact is what a script notes: `offer:made`, `joined:en:12000`."""

from collections.abc import Callable

from config import metrics


def counting(band: str) -> Callable[[str], None]:
    """A subscriber for the facts of one age band's shard."""

    def count(fact: str) -> None:
        kind, _, rest = fact.partition(":")
        if kind == "offer":
            metrics.offers.labels(rest).inc()
        elif kind == "joined":
            language, risk, wait_ms = rest.split(":")
            metrics.waits.labels(language, band, risk).observe(int(wait_ms) / 1000)
        elif kind == "chat":
            metrics.chats.labels(rest.partition(":")[0]).inc()
        elif kind == "request":
            metrics.abandoned.labels(rest.partition(":")[0]).inc()

    return count
