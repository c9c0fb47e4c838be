"""Who is cut off when a process of ours dies in a made-up day, and when they are back. Chance is drawn by person."""

from collections.abc import Iterable
from random import Random

from routing.simulation.scenario import ProcessLoss


class Away:
    """Who has no connection just now, and until when. Times in ms."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._until: dict[tuple[str, int], int] = {}

    def cut_off(self, now_ms: int, loss: ProcessLoss, kind: str, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """(number, back at) of those of this kind whom the process held, by number: the same under every policy."""
        found = []
        for number in sorted(numbers):
            chance = Random(f"{self._seed}.cut off.{kind}.{number}")  # noqa: S311
            if chance.random() < loss.share:
                back_ms = now_ms + round(1000 * chance.uniform(*loss.back_after_s))
                self._until[kind, number] = back_ms
                found.append((number, back_ms))
        return found

    def until(self, now_ms: int, kind: str, number: int) -> int | None:
        """When this person is back; None: they are here."""
        back_ms = self._until.get((kind, number), now_ms)
        return back_ms if back_ms > now_ms else None
