"""docs/load.md: tables from the figures that the commands left."""

from pathlib import Path
from typing import Any

from bench.page import replace_part, table

PAGE = Path(__file__).parents[2] / "docs" / "load.md"
_CLEAN = ("lost", "doubled", "misordered", "altered", "crowded")


def publish(figures: dict[str, Any]) -> None:
    """The part of `python -m bench load`."""
    machine = (
        f"{figures['cores']} cores, on which the clients run, too. Load of the machine (1 min) before the run "
        f"{figures['load_before']:.1f}; its other work makes every time longer."
    )
    parts = [machine, "### Storms", _storms(figures["storms"]), "### Idle", _idle(figures["idle"]), "### Replays"]
    replace_part("load", "\n\n".join([*parts, _replays(figures["replays"])]), PAGE)


def publish_soak(figures: dict[str, Any]) -> None:
    """The part of `make soak`."""
    replace_part("soak", _soak(figures), PAGE)


def _verdict(figures: dict[str, Any]) -> str:
    wrong = {name: figures["verdict"][name] for name in _CLEAN if figures["verdict"][name]}
    return "0 lost, doubled, misordered" if not wrong else ", ".join(f"{count} {name}" for name, count in wrong.items())


def _storms(storms: dict[str, Any]) -> str:
    heads = (
        "storm",
        "lost their process",
        "recovered in p50 / p95 / all",
        "within 10 s",
        "CPU s: web, engine, clients",
    )
    rows = []
    for name, told in storms.items():
        after, cpu = told["recovered_s"], told["cpu_s"]
        rows.append(
            (
                f"{name} ({told['web_processes']} web, {told['chats_open']:,} chats open, "
                f"{told['waiting_in_line']:,} in line)",
                f"{told['lost_their_process']:,}",
                f"{after['p50']:.1f} / {after['p95']:.1f} / {after['max']:.1f} s"
                + (f"; {told['not_recovered']:,} not within {told['took_s']:.0f} s" if told["not_recovered"] else ""),
                f"{told['within_10_s']:,}",
                f"{cpu['web']:.1f}, {cpu['engine']:.1f}, {cpu['generator']:.1f}",
            )
        )
    said = "; ".join(
        f"{name}: {told['verdict']['answered']:,} messages answered, {_verdict(told)}" for name, told in storms.items()
    )
    return f"{table(heads, rows)}\n\n{said[0].upper()}{said[1:]}."


def _idle(idles: dict[str, Any]) -> str:
    heads = (
        "connections",
        "KiB of web each",
        "KiB of engine each",
        "CPU ms to come",
        "% of a core: web, engine",
        "lost",
    )
    rows = [
        (
            name,
            f"{told['web_kib_each']:.1f}",
            f"{told['engine_kib_each']:.2f}",
            f"{told['connect_cpu_ms']['web']:.2f} web, {told['connect_cpu_ms']['valkey']:.2f} engine",
            f"{told['cpu_percent_of_a_core']['web']:.1f}, {told['cpu_percent_of_a_core']['valkey']:.1f}",
            f"{told['lost']['reconnects']:,}",
        )
        for name, told in idles.items()
    ]
    return table(heads, rows)


def _replays(replays: dict[str, Any]) -> str:
    heads = (
        *("day", "chats, messages", "most at once: chats, people", "wait p50 / p90", "delivery p50 / p99 / p99.9"),
        *("CPU s: web, engine, router, archiver", "verdict"),
    )
    rows = []
    for name, told in replays.items():
        wait, way, cpu = told["wait_s"], told["delivered_s"], told["cpu_s"]
        refused = sum(told["refused"].values())
        rows.append(
            (
                f"{name}, {told['pace']:g} times faster, {told['seconds']} s",
                f"{told['chats']:,}, {told['messages']:,} ({told['messages_per_s']:g} a second)",
                f"{told['most']['open_chats']:,}, {told['most']['people']:,}",
                f"{wait['p50']:.2f} / {wait['p90']:.2f} s",
                f"{1000 * way['p50']:.0f} / {1000 * way['p99']:.0f} / {1000 * way['p99.9']:.0f} ms",
                f"{cpu['web']:.1f}, {cpu['valkey']:.1f}, {cpu['router']:.1f}, {cpu['archiver']:.1f}",
                _verdict(told) + (f"; {refused:,} refused" if refused else ""),
            )
        )
    return table(heads, rows)


def _soak(told: dict[str, Any]) -> str:
    head = (
        f"{told['chats_a_day']:,} chats a day, {told['pace']:g} times faster, {told['seconds'] / 60:.1f} minutes: "
        f"{told['chats']:,} chats, {told['messages']:,} messages, {_verdict(told)}. Load of the machine at the end "
        f"{told['load_1_min']:.1f} on {told['cores']} cores. Judged from minute {told['warm_up_minutes']:g} on."
    )
    rows = [
        (
            name,
            f"{one['at_end']:,}",
            f"{one['per_minute']:+,.1f} \u00b1 {one['error']:,.1f}",
            "yes" if one["is_rising"] else "no",
        )
        for name, one in told["growth"].items()
    ]
    left = told["after"]
    after = (
        f"{told['after_s']:g} s after everybody had left: {left['engine_keys']:,} keys in the engine "
        f"({left['engine_keys_per_chat']:g} a chat of the last hour), {left['engine_kib']:,} KiB "
        f"({left['engine_kib_per_chat']:g} a chat), web processes {left['rss_kib']['web']:,} KiB and "
        f"{left['files']['web']} open files."
    )
    return f"{head}\n\n{table(('what', 'at the end', 'a minute', 'rising'), rows)}\n\n{after}"
