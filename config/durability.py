"""How much an engine may forget when its machine is lost: the durability level (docs/operations.md)."""

from collections.abc import Mapping
from typing import Literal

Level = Literal["always", "everysec", "none", "unknown"]

#: What each level means for what people were told was `done`.
MEANING: dict[Level, str] = {
    "always": "every write is on disk before it is answered; a crash of the machine loses nothing",
    "everysec": "a crash of the machine may lose the last second; a crash of the engine alone loses nothing",
    "none": "whatever stands in memory is lost when the engine stops",
    "unknown": "this engine does not tell its settings; its operator knows the level",
}


def level_of(conf: Mapping[str, str]) -> Level:
    """The level of an engine from what CONFIG GET told (`appendonly`, `appendfsync`); empty where it told nothing."""
    if "appendonly" not in conf:
        return "unknown"
    if conf["appendonly"] != "yes":
        return "none"
    match conf.get("appendfsync"):
        case "always":
            return "always"
        case "everysec":
            return "everysec"
        case _:
            # `no` leaves the moment to the operating system, which promises none.
            return "none"
