"""The peers' part of docs/performance.md."""

from typing import Any

from bench.page import replace_part, table

#: The most that a delivered message may cost, as a share of what it costs there.
SHARES = {"socketio-redis": 0.75, "python-socketio": 0.2, "channels-pubsub/uvicorn": 0.2}
LATENCY_SHARE = 1.5
FLAT_WITHIN = 0.10
IDLE_KIB = 30
CAPACITY_WITHIN = 0.10


def demands(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """What is demanded, how much, what was reached, and whether that is enough."""
    unit = "kinstr" if figures["has_instructions"] else "cpu_us"
    peers, rows = figures["peers"], []
    own = peers.get("tealight")
    for name, share in SHARES.items():
        if own and name in peers:
            ratio = own[unit] / peers[name][unit]
            rows.append((f"a message, saturated, beside {name}", f"at most {share}x", f"{ratio:.2f}x", ratio <= share))
    if own and "socketio-redis" in peers:
        ratio = own["p99_ms"] / peers["socketio-redis"]["p99_ms"]
        rows.append(
            ("p99 at 1,000/s beside socketio-redis", f"at most {LATENCY_SHARE}x", f"{ratio:.2f}x", ratio <= 1.5)
        )
    costs = [at[unit] for at in figures["processes"].values() if at]
    if len(costs) > 1:
        growth = costs[-1] / costs[0] - 1
        rows.append(
            ("growth from 1 to 4 processes", f"at most {FLAT_WITHIN:.0%}", f"{growth:+.0%}", growth <= FLAT_WITHIN)
        )
    over = figures["twice_the_capacity"]
    if over:
        kept = over["delivered_per_s"] / over["saturated_per_s"]
        rows.append(
            ("delivered at twice the capacity", "at least 90%", f"{kept:.0%}", kept >= 1 - CAPACITY_WITHIN),
        )
    kib = figures["idle"]["kib_per_greeted_seeker"]
    rows.append(("an idle connection", f"at most {IDLE_KIB} KiB", f"{kib} KiB", kib <= IDLE_KIB))
    return rows


def publish(figures: dict[str, Any]) -> None:
    """Write it."""
    own = figures["peers"].get("tealight")
    unit = "kinstr" if figures["has_instructions"] else "cpu_us"
    counted = (
        "Instructions were counted by the processor."
        if figures["has_instructions"]
        else "This machine hides the processor's counters, so CPU time of all server processes is compared."
    )
    rows = []
    for name, peer in figures["peers"].items():
        ratio = own[unit] / peer[unit] if own else float("nan")
        figures_of = (peer["per_s"], peer["cpu_us"], peer["cpu_us_at_1000"], peer["p50_ms"], peer["p99_ms"])
        shown = [f"{figures_of[0]:,.0f}", *(f"{value:.1f}" for value in figures_of[1:3])]
        shown += [f"{value:.2f}" for value in figures_of[3:]]
        shown.append("{:.1f}, {:.2f}, {:.2f}".format(*peer["at_4000"]) if peer["at_4000"] else "")
        rows.append([name, *shown, f"{peer['engine_cpu_us']:.1f}", f"{ratio:.2f}x", str(peer["visits"])])
    heads = ["server", "messages/s", "CPU us", "CPU us at 1,000/s", "p50 ms", "p99 ms", "the three at 4,000/s"]
    heads += ["engine CPU us", "ours", "runs"]
    met = [[what, wanted, got, "yes" if is_met else "**no**"] for what, wanted, got, is_met in demands(figures)]
    processes = [
        [procs, f"{at['cpu_us']:.1f}", f"{at['engine_cpu_us']:.1f}"] for procs, at in figures["processes"].items() if at
    ]
    over, held = figures["twice_the_capacity"], figures["idle"]
    parts = [
        f"{figures['pairs']} pairs, 2 server processes on one core, engine and generator on the other, Python "
        f"{figures['python']}. {counted} Medians. Load (1 min) before the run: {figures['load_before']}; "
        "a machine that has other work, or two hardware threads on one core, makes every figure worse, and not every "
        "server's alike.",
        table(["demanded", "how much", "reached", "met"], met),
        table(heads, rows),
        "`ours` is the cost of a message here divided by the cost there, saturated.",
        table(["web processes", "CPU us, saturated", "engine CPU us"], processes),
    ]
    if over:
        parts.append(
            f"Offered {over['offered_per_s']:,} a second, twice of what it delivers: {over['delivered_per_s']:,.0f} "
            f"delivered (saturated: {over['saturated_per_s']:,.0f} before, {over['saturated_again_per_s']:,.0f} "
            f"after), p50 {over['p50_ms']:.0f} ms, p99 {over['p99_ms']:.0f} ms of those taken. Refused: "
            f"{over['refused']:,}; held back by the senders' own sockets: {over['held_back']:,}; connections lost: "
            f"{over['dead']}."
        )
    parts.append(
        f"{held['connections']:,} idle connections: {held['kib_per_greeted_seeker']} KiB each, "
        f"{held['kib_per_person_in_a_chat']} KiB for somebody in an open chat; they take "
        f"{held['cpu_percent_of_one_core']}% of a core."
    )
    replace_part("peers", "\n\n".join(parts))
