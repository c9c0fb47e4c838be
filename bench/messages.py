"""What a message costs: CPU of server and engine per 1,000 delivered, latency at a fixed rate, memory per connection.

The generator is one Python process on the same machine; with two cores it takes its share of them, so wall-clock
figures (latency, messages a second) are this machine's, and CPU time is what to compare.
"""

import asyncio
import platform
import time
from typing import Any

from bench.person import Person, pair_up
from bench.service import Service, cpu_seconds, rss_kib, running

PAIRS = 100
RATE = 1000
WARM_S = 3.0
MEASURE_S = 10.0
TEXT = "I could not sleep again, and all that I did not say today goes round in my head. Are you still there with me? "


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def at_rate(service: Service, pairs: list[tuple[Person, Person]], rate: int) -> dict[str, Any]:
    """Offer `rate` messages a second, spread over all pairs and both directions."""
    sent_at: dict[str, float] = {}
    lags: list[float] = []
    delivered = 0

    def arrived(at: float, push: dict[str, Any]) -> None:
        nonlocal delivered
        delivered += 1
        begun = sent_at.pop(push["text"], None)
        if begun is not None:
            lags.append((at - begun) * 1000)

    people = [person for pair in pairs for person in pair]
    for person in people:
        person.on_message = arrived
    pids = service.processes()

    async def offer(seconds: float) -> None:
        begun = time.perf_counter()
        number = 0
        while (now := time.perf_counter()) - begun < seconds:
            due = int((now - begun) * rate)
            while number < due:
                text = f"{TEXT}{now}-{number}"
                sent_at[text] = time.perf_counter()
                await people[number % len(people)].say(text)
                number += 1
            await asyncio.sleep(0.002)

    await offer(WARM_S)
    lags.clear()
    delivered = 0
    before = {kind: cpu_seconds(ids) for kind, ids in pids.items()}
    begun = time.perf_counter()
    await offer(MEASURE_S)
    await asyncio.sleep(0.3)
    took = time.perf_counter() - begun
    used = {kind: cpu_seconds(ids) - before[kind] for kind, ids in pids.items()}
    return {
        "offered_per_s": rate,
        "delivered": delivered,
        "delivered_per_s": round(delivered / took),
        "p50_ms": round(_percentile(lags, 0.50), 2),
        "p99_ms": round(_percentile(lags, 0.99), 2),
        "server_cpu_ms_per_1000": round(used["web"] * 1e6 / max(1, delivered), 1),
        "engine_cpu_ms_per_1000": round(used["engine"] * 1e6 / max(1, delivered), 1),
        "refused": sum(person.refused for person in people),
    }


async def idle(service: Service, count: int) -> dict[str, Any]:
    """Memory of the web processes per idle seeker's connection."""
    web = service.processes()["web"]
    before = rss_kib(web)
    people = []
    for _ in range(count // 50):
        people += await asyncio.gather(*[Person.arrive(service.url) for _ in range(50)])
    await asyncio.sleep(1)
    after = rss_kib(web)
    for start in range(0, len(people), 50):
        await asyncio.gather(*[person.leave() for person in people[start : start + 50]])
    return {"connections": count, "kib_per_connection": round((after - before) / count, 1)}


async def _measure(service: Service, cookies: list[str]) -> dict[str, Any]:
    pairs = await pair_up(service.url, cookies)
    figures = {
        "at_1000_per_s": await at_rate(service, pairs, RATE),
        "at_2000_per_s": await at_rate(service, pairs, 2 * RATE),
    }
    for seeker, listener in pairs:
        await asyncio.gather(seeker.leave(), listener.leave())
    figures["idle"] = await idle(service, 2000)
    return figures


def run() -> dict[str, Any]:
    """All figures of the message path."""
    with running(web=2) as service:
        cookies = [service.add_listener(f"bench-{number}", 1) for number in range(PAIRS)]
        figures = asyncio.run(_measure(service, cookies))
    return {"pairs": PAIRS, "web_processes": 2, "python": platform.python_version(), **figures}
