"""The routing part of docs/performance.md, written from the figures so that the two can't drift apart."""

import json
from pathlib import Path
from typing import Any

from bench.page import replace_part, table

#: Runs on other machines that are kept beside the newest one: `routing.<machine>.json`.
KEPT = Path(__file__).parents[1] / "results"

#: Beyond so many busy processes on average the wall-clock figures tell of other work, too.
QUIET_LOAD = 0.5


def publish(figures: dict[str, Any]) -> None:
    """Write the tables into the page."""
    replace_part("routing", "\n\n".join(text(figures)))


def text(figures: dict[str, Any]) -> list[str]:
    """The paragraphs and tables, in order."""
    return [
        _where(figures),
        "### Demanded and reached",
        _demanded(figures["demanded"], _kept()),
        "### What a call costs",
        "CPU of the engine's main thread in microseconds per call; of the largest size the time inside the engine by "
        "the clock, too, and the CPU of calls made one by one (reading and answering included, waiting for a core "
        "not).",
        _calls(figures["sizes"]),
        _lives(figures["sizes"]),
        _at_each_size("deadlines", "deadline that passed", figures["sizes"]),
        _at_each_size("views", "what pages ask again and again", figures["sizes"]),
        "### Many at once",
        _many(figures),
        "### Beside the usual designs",
        _evening(figures),
        _heads(figures),
        _workers(figures["usual designs"]["two workers at once"]),
        "How each was rebuilt, and what it leaves out:",
        _rebuilt(figures["usual designs"]["evening"]),
    ]


def _where(figures: dict[str, Any]) -> str:
    machine, before, after = figures["machine"], figures["load before (1 min)"], figures["load after (1 min)"]
    is_quiet = before <= QUIET_LOAD
    before_us, after_us = figures["yardstick before (us)"], figures["yardstick after (us)"]
    chat_us = next(iter(figures["sizes"].values()))["life_cpu_us"]
    return (
        f"{machine['cores']} cores of {machine['cpu']}, {machine['engine']} without a log of writes, Python "
        f"{machine['python']}. Load (1 min) before the run {before}, after it {after}"
        f"{'' if is_quiet else ': the machine had other work, which makes every figure worse'}. "
        f"The run took {figures['took_s']} s. One field written from a script, the yardstick of this machine at this "
        f"hour, cost {before_us} us before it and {after_us} after it: a whole chat is as much as "
        f"{chat_us / before_us:.0f} of them at the smallest size, which fits into the processor's caches, too."
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 or value == int(value) else f"{value:g}"


def _kept() -> dict[str, dict[str, Any]]:
    """What was reached on other machines, by their processor's name."""
    runs = [json.loads(path.read_text()) for path in sorted(KEPT.glob("routing.*.json"))]
    return {run["machine"]["cpu"]: run["demanded"] for run in runs}


def _reached(row: dict[str, Any]) -> str:
    return _number(row["reached"]) if row["is_met"] else f"**{_number(row['reached'])}**"


def _demanded(rows: dict[str, dict[str, Any]], elsewhere: dict[str, dict[str, Any]]) -> str:
    told = [
        (
            name,
            row["demanded"],
            _number(row["reached"]),
            "yes" if row["is_met"] else "**no**",
            *(_reached(other[name]) if name in other else "" for other in elsewhere.values()),
        )
        for name, row in rows.items()
    ]
    causes: dict[str, list[str]] = {}
    for name, row in rows.items():
        if not row["is_met"]:
            causes.setdefault(row["cause"], []).append(name)
    listed = "\n".join(f"- {'; '.join(names)}: {cause}" for cause, names in causes.items())
    missed = f"\n\nWhere it is not met, as far as the cause is known:\n\n{listed}" if causes else ""
    return table(("quantity", "demanded", "reached", "met", *(f"on {cpu}" for cpu in elsewhere)), told) + missed


def _calls(sizes: dict[str, Any]) -> str:
    names = list(dict.fromkeys(name for size in sizes.values() for name in size["calls"]))
    largest = list(sizes.values())[-1]["calls"]
    rows = []
    for name in names:
        costs = [str(size["calls"].get(name, {}).get("cpu_us", "")) for size in sizes.values()]
        times = largest.get(name, {})
        clock = " / ".join(str(times[part]) for part in ("p50", "p99", "p99.9") if part in times)
        alone = " / ".join(str(times["alone"][part]) for part in ("p50", "p99", "longest") if part in times["alone"])
        rows.append((name, *costs, clock, alone))
    heads = (f"CPU at {int(size):,}" for size in sizes)
    return table(("call", *heads, "p50 / p99 / p99.9 by the clock", "CPU alone: p50 / p99 / longest"), rows)


def _lives(sizes: dict[str, Any]) -> str:
    told = ", ".join(f"{size['life_cpu_us']} at {int(name):,}" for name, size in sizes.items())
    asked = ", ".join(f"{size['life_with_asking_cpu_us']}" for size in sizes.values())
    largest = list(sizes.values())[-1]
    return (
        f"A whole chat (a request that waits, the match that a finished wrap-up makes, accepted, ended) costs {told} "
        f"us of CPU; where the seeker is asked first whether they are there, {asked}. At the largest size "
        f"{largest['chats']:,} chats are open."
    )


def _at_each_size(part: str, head: str, sizes: dict[str, Any]) -> str:
    """What each row of this part took, at one size after another."""
    rows = [
        (f"{what}, {int(name):,}", str(row["cpu_us_each"]), str(row["longest_call_us"]))
        for name, size in sizes.items()
        for what, row in size[part].items()
    ]
    return table((f"{head}, people", "CPU each (us)", "longest call (us)"), rows)


def _many(figures: dict[str, Any]) -> str:
    memory, drain, dead, heads = (figures[name] for name in ("memory", "drain", "dead process", "incompatible heads"))
    rebuilt, again = figures["rebuild"], figures["forgotten"]
    each = heads["wrap-up done, next one offered"]
    rows = [
        ("bytes of a waiting seeker, Connection included", _number(memory["bytes_waiting_seeker"])),
        ("bytes of an idle listener", _number(memory["bytes_idle_listener"])),
        ("bytes of a busy listener and the chat", _number(memory["bytes_busy_listener"])),
        ("bytes that an ended chat keeps for an hour, beyond the open one", _number(memory["bytes_ended_chat"])),
        (f"MB of {memory['people']:,} people", f"{memory['total_mb']} ({memory['resident_mb']} resident)"),
        (
            f"a line of {drain['in_line']:,}, all offered as wrap-ups end",
            f"{drain['offered']:,} offers, {drain['cpu_s']} s of CPU, {drain['matches_a_second_wall']:,} a second",
        ),
        (
            f"match behind {heads['in_front']:,} whom nobody there may serve",
            f"{each['cpu_us']} us of CPU, p99 {each['p99']} us; {heads['matched']:,} of {heads['freed']:,} matched",
        ),
        (
            f"all that is derived of {rebuilt['entities']:,} people and chats thrown away and made again",
            f"{rebuilt['wall_s']} s, {rebuilt['engine_cpu_s']} s of CPU, the longest call "
            f"{_number(rebuilt['longest_call_us'])} us; {'' if rebuilt['is_the_same_again'] else 'not '}the same again",
        ),
        (
            f"{again['requests']:,} requests (half of them open chats) said again to an engine that lost all",
            f"{again['wall_s']} s, {again['engine_cpu_s']} s of CPU, {again['cpu_us_each']} us each with the people's "
            f"Connections; {again['resumed']:,} are back, {'' if again['is_the_same_again'] else 'not '}as they stood",
        ),
        (
            f"a dead process with {dead['people']:,} people",
            f"{dead['wall_s']} s in {dead['calls']:,} calls, {dead['cpu_us_each']} us of CPU each, the longest call "
            f"{_number(dead['longest_call_us'])} us",
        ),
        (
            f"first touch of a huge page, of which the engine has taken {_number(memory['huge_mb'])} MB",
            f"p50 {_number(figures['fresh huge page']['p50'])} us of CPU, longest "
            f"{_number(figures['fresh huge page']['longest'])} us",
        ),
    ]
    for rate, row in figures["another process"].items():
        offer = row["offer_ms"]
        rows.append(
            (
                f"request to offer seen in another process, {rate}",
                f"p50 {offer['p50']} ms, p99 {offer['p99']} ms; {row['seen']:,} of {row['asked']:,} seen",
            )
        )
    return table(("what", "figure"), rows)


def _evening(figures: dict[str, Any]) -> str:
    usual = figures["usual designs"]
    own = usual["evening"]["this service"]["engine_cpu_us_per_match"]
    rows = []
    for name, row in usual["evening"].items():
        pace = row.get("matches_a_second_and_queue")
        cost = row["engine_cpu_us_per_match"]
        rows.append(
            (
                name,
                f"{row['matches']:,}",
                str(cost),
                f"{cost / own:.1f}x",
                f"{pace:g}" if pace else "no limit of its own",
                f"{row['idle_beside_compatible']:,}",
            )
        )
    told = (
        f"{usual['waiting']:,} seekers wait, {usual['listening']:,} listeners come on duty, {usual['seconds']} s pass. "
        "Chatwoot's matches when a conversation opens and not when somebody becomes free, so there everybody arrives "
        "after the listeners, and then every second listener is done with their chats."
    )
    heads = ("design", "matches", "engine CPU us per match", "ratio", "matches/s per queue", "idle beside compatible")
    return f"{told}\n\n{table(heads, rows)}"


def _heads(figures: dict[str, Any]) -> str:
    own = figures["incompatible heads"]
    cost = own["wrap-up done, next one offered"]["cpu_us"]
    rows = [("this service", f"{own['matched']:,} of {own['freed']:,}", str(cost), "1x")]
    for name, row in figures["usual designs"]["incompatible heads"].items():
        rows.append(
            (name, f"{row['matched']:,} of {row['freed']:,}", _number(row["cpu_us"]), f"{row['cpu_us'] / cost:,.1f}x")
        )
    return f"Behind {own['in_front']:,} whom nobody there may serve:\n\n" + table(
        ("design", "matched", "engine CPU us per call", "ratio"), rows
    )


def _workers(found: dict[str, Any]) -> str:
    rows = [(name, f"{row['matches']:,}", f"{row['over_capacity']:,}") for name, row in found.items()]
    return "Two workers at the same time:\n\n" + table(("design", "chats", "chats beyond a listener's capacity"), rows)


def _rebuilt(evening: dict[str, Any]) -> str:
    return "\n".join(f"- **{name}**: {row['rebuilt']}" for name, row in evening.items() if "rebuilt" in row)
