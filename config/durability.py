"""How much an engine may forget when its machine is lost: the durability level (docs/durability.md)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

#: What an engine is set up for.
KeptLevel = Literal["always", "everysec", "none", "unknown"]
#: The same, or better: with REPLICA_ACK replicas have a step before it is answered, or should have.
Level = Literal["replica", "degraded", "always", "everysec", "none", "unknown"]
#: What DURABILITY asks for; `any` demands nothing of an engine that somebody else set up.
Wanted = Literal["always", "everysec", "replica", "any"]


@dataclass(frozen=True, slots=True)
class Promised:
    """What `done` is worth right now, and whether that is what was asked for (`wanted` None: nothing was)."""

    level: Level
    wanted: str | None
    is_met: bool


#: What each level means for what people were told was `done`.
MEANING: dict[Level, str] = {
    "replica": "replicas have every step before it is answered; the loss of a machine loses nothing",
    "degraded": "replicas that should have every step do not answer; until they do, the engine's own files are all",
    "always": "every write is on disk before it is answered; a crash of the machine loses nothing",
    "everysec": "a crash of the machine may lose the last second; a crash of the engine alone loses nothing",
    "none": "whatever stands in memory is lost when the engine stops",
    "unknown": "this engine does not tell its settings; its operator knows the level",
}
_FROM_WEAKEST: tuple[KeptLevel, ...] = ("none", "unknown", "everysec", "always")


def level_of(conf: Mapping[str, str]) -> KeptLevel:
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


def weakest(levels: Iterable[KeptLevel]) -> KeptLevel:
    """Of several masters the one that promises least; `unknown` without any."""
    return min(levels, key=_FROM_WEAKEST.index, default="unknown")


def is_weaker(level: Level, kept: KeptLevel, wanted: Wanted) -> bool:
    """Does the service promise less than was asked for? `kept` is what the weakest master's own files promise.

    An engine that doesn't tell is believed: nothing that is known speaks against it.
    """
    match wanted:
        case "any":
            return kept == "none"
        case "everysec":
            return kept == "none"
        case "always":
            return kept not in ("always", "unknown")
        case "replica":
            return level != "replica" or kept == "none"
