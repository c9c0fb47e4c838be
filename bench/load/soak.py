"""Soak: a day of a large service, so many times faster than life, and what grows meanwhile: `make soak`."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from bench.load.gauges import Sample
from bench.load.page import publish_soak
from bench.load.replay import Stretch, replay
from bench.load.slope import slope_of

#: The first part of the run fills caches and pools; what rises after it may be a leak.
WARM_UP = 0.3
#: An ended chat stays in the engine for an hour that isn't played faster: a run that is long enough is judged after it.
KEPT_MINUTES, JUDGED_MINUTES = 61.0, 20.0
#: After everybody left, the connections of the last ones are let go within this time.
AFTER_S = 45.0


def warm_up_minutes(samples: list[Sample]) -> float:
    """How many minutes are not judged: a share of the run, or where it goes on long enough, the hour of ended chats."""
    minutes = (samples[-1].at_s - samples[0].at_s) / 60
    return KEPT_MINUTES if minutes >= KEPT_MINUTES + JUDGED_MINUTES else WARM_UP * minutes


def judge_growth(samples: list[Sample]) -> dict[str, Any]:
    """The slopes after the warm-up, by minute."""
    warm = [s for s in samples if s.at_s >= samples[0].at_s + 60 * warm_up_minutes(samples)]
    series = {f"{kind} RSS, KiB": [(s.at_s / 60, float(s.rss_kib[kind])) for s in warm] for kind in warm[0].rss_kib}
    series |= {f"{kind} open files": [(s.at_s / 60, float(s.files[kind])) for s in warm] for kind in warm[0].files}
    series["engine memory, KiB"] = [(s.at_s / 60, float(s.engine_kib)) for s in warm]
    series["engine keys"] = [(s.at_s / 60, float(s.engine_keys)) for s in warm]
    series["database, KiB"] = [(s.at_s / 60, float(s.database_kib)) for s in warm]
    found = {}
    for name, points in series.items():
        slope = slope_of(points)
        found[name] = {
            "at_end": round(points[-1][1]),
            "per_minute": round(slope.per_x, 2),
            "error": round(slope.error, 2),
            "is_rising": slope.is_rising,
        }
    return found


def soak(chats_a_day: int, minutes: float, log: Path | None = None) -> dict[str, Any]:
    """A stretch that is a whole day in 24 minutes at pace 60, without a spike, from four in the afternoon on."""
    samples: list[Sample] = []
    stretch = Stretch(chats_a_day=chats_a_day, minutes=minutes, begins_at=16.0, spike=1.0)
    found = replay(stretch, samples.append, log, AFTER_S)
    left = samples.pop()
    found["growth"], found["warm_up_minutes"] = judge_growth(samples), round(warm_up_minutes(samples), 1)
    found["load_1_min"], found["cores"], found["after_s"] = os.getloadavg()[0], os.cpu_count(), AFTER_S
    found["after"] = {
        "rss_kib": left.rss_kib,
        "files": left.files,
        "engine_kib": left.engine_kib,
        "engine_keys": left.engine_keys,
        "engine_keys_per_chat": round(left.engine_keys / max(1, found["chats"]), 1),
        "engine_kib_per_chat": round(left.engine_kib / max(1, found["chats"]), 2),
    }
    found["samples"] = [
        {"at_s": round(s.at_s - samples[0].at_s), "rss_kib": s.rss_kib, "engine_kib": s.engine_kib}
        for s in samples[::6]
    ]
    return found


if __name__ == "__main__":
    words = argparse.ArgumentParser(prog="python -m bench.load.soak", description=__doc__)
    words.add_argument("--minutes", type=float, default=24.0)
    words.add_argument("--chats-a-day", type=int, default=5_500)
    words.add_argument("--log", type=Path)
    words.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "results" / "soak.json")
    given = words.parse_args()
    told = soak(given.chats_a_day, given.minutes, given.log)
    told["command"] = (
        f"make soak (python -m bench.load.soak --minutes {given.minutes:g} --chats-a-day {given.chats_a_day})"
    )
    given.out.write_text(json.dumps(told, indent=2) + "\n")
    publish_soak(told)
    print(json.dumps({name: value for name, value in told.items() if name != "samples"}, indent=1))
