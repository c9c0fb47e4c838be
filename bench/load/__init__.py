"""Load: idle connections, storms of reconnecting clients, days replayed faster than life, soaks (docs/load.md)."""

import os
from typing import Any


def run() -> dict[str, Any]:
    """All but the soak, which is a command of its own: about twenty minutes."""
    # Imported here: every generator process is a module of this package, and starts with nothing that it doesn't need.
    from bench.load.idle import idle
    from bench.load.replay import Stretch, replay
    from bench.load.storm import Storm, storm

    load_before = os.getloadavg()[0]
    figures: dict[str, Any] = {
        "storms": {
            "all processes killed": storm(Storm()),
            "the only process killed": storm(Storm(web=1, kills=1)),
        },
        "idle": {
            "idle, 10,000": idle("idle", 10_000),
            "idle, 20,000": idle("idle", 20_000),
            "in line, 10,000": idle("seeker", 10_000),
        },
        "replays": {
            "5,500 a day": replay(Stretch(chats_a_day=5_500)),
            "18,600 a day": replay(Stretch(chats_a_day=18_600)),
        },
    }
    return figures | {"load_before": load_before, "load_after": os.getloadavg()[0], "cores": os.cpu_count()}


def publish(figures: dict[str, Any]) -> None:
    """Write the part of docs/load.md."""
    from bench.load import page

    page.publish(figures)
