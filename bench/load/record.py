"""What each side of each chat was shown and was answered, and whether the two sides agree. Pure.

One line per side and chat: it can cross from one generator process to the one that judges.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Side:
    """One person's view of one chat. `ids`: seq -> message id."""

    epoch: str
    seq: int = 0
    ids: dict[int, str] = field(default_factory=dict)
    answered: dict[int, str] = field(default_factory=dict)
    altered: int = 0


class Record:
    """All sides that one generator plays."""

    def __init__(self) -> None:
        self._sides: dict[str, dict[str, _Side]] = {}

    def follow(self, person_id: str, chat_id: str, epoch: str) -> None:
        """A chat was opened: from now on this side must be shown all of it."""
        self._side(person_id, chat_id, epoch)

    def hold(self, person_id: str, chat_id: str, epoch: str, seq: int, message_id: str) -> bool:
        """Shown to this person. Is it new to them?"""
        side = self._side(person_id, chat_id, epoch)
        known = side.ids.get(seq)
        if known is not None:
            side.altered += known != message_id
            return False
        side.ids[seq] = message_id
        while side.seq + 1 in side.ids:
            side.seq += 1
        return True

    def answered(self, person_id: str, chat_id: str, epoch: str, seq: int, message_id: str) -> None:
        """Their own message was answered `done`."""
        self.hold(person_id, chat_id, epoch, seq, message_id)
        self._sides[person_id][chat_id].answered[seq] = message_id

    def has_gap(self, person_id: str, chat_id: str) -> bool:
        side = self._sides[person_id][chat_id]
        return len(side.ids) > side.seq

    def reach(self, person_id: str, chat_id: str) -> int:
        """The highest seq up to which this person holds everything."""
        return self._sides[person_id][chat_id].seq

    def positions(self, person_id: str) -> list[dict[str, Any]]:
        """For `recover`."""
        sides = self._sides.get(person_id, {})
        return [{"chat_id": chat_id, "epoch": side.epoch, "seq": side.seq} for chat_id, side in sides.items()]

    def close(self, person_id: str, chat_id: str, *, is_whole: bool) -> dict[str, Any] | None:
        """This side is over; forget it and answer its line. `is_whole`: they were there to the end."""
        side = self._sides.get(person_id, {}).pop(chat_id, None)
        if not self._sides.get(person_id):
            self._sides.pop(person_id, None)
        if side is None:
            return None
        return {
            "chat_id": chat_id,
            "person_id": person_id,
            "epoch": side.epoch,
            "ids": [side.ids.get(seq, "") for seq in range(1, max(side.ids, default=0) + 1)],
            "answered": sorted(side.answered.items()),
            "altered": side.altered,
            "is_whole": is_whole,
        }

    def close_all(self, whole: Collection[tuple[str, str]] | None = None) -> list[dict[str, Any]]:
        """All that is still open; `whole`: those (person, chat) who were told that they hold everything."""
        open_sides = [(person, chat) for person, sides in self._sides.items() for chat in sides]
        lines = [self.close(*side, is_whole=whole is None or side in whole) for side in open_sides]
        return [line for line in lines if line is not None]

    def _side(self, person_id: str, chat_id: str, epoch: str) -> _Side:
        sides = self._sides.setdefault(person_id, {})
        side = sides.get(chat_id)
        if side is None or side.epoch != epoch:
            side = sides[chat_id] = _Side(epoch)
        return side


@dataclass(slots=True)
class Verdict:
    """All but the first three are 0 when the service kept its promise."""

    chats: int = 0
    answered: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0
    misordered: int = 0
    altered: int = 0
    #: chats in which more than two people were shown something, or of which only one side is known
    crowded: int = 0
    alone: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misordered or self.altered or self.crowded)


class Judge:
    """Takes the lines of all sides, in any order, and compares those of each chat at the end.

    A chat may have more than two sides: a listener who was away for too long loses it to another one.
    """

    def __init__(self) -> None:
        self._lines: dict[str, list[dict[str, Any]]] = {}

    def take(self, lines: Iterable[dict[str, Any]]) -> None:
        for line in lines:
            self._lines.setdefault(line["chat_id"], []).append(line)

    def end(self) -> Verdict:
        """No line comes any more."""
        verdict = Verdict(chats=len(self._lines))
        for lines in self._lines.values():
            for line in lines:
                _judge_own(verdict, line)
            fullest = max(lines, key=lambda line: len(line["ids"]))
            for line in lines:
                _judge_beside(verdict, line, fullest)
            # Somebody who comes back within the hour is shown all of it again: another line of the same person.
            verdict.crowded += len({line["person_id"] for line in lines if line["is_whole"]}) > 2
            verdict.alone += len({line["person_id"] for line in lines}) == 1
        return verdict


def _judge_own(verdict: Verdict, line: dict[str, Any]) -> None:
    """Is what this side was shown whole, each message once, and what it was answered where it was answered?"""
    ids = line["ids"]
    held = [message_id for message_id in ids if message_id]
    verdict.shown += len(held)
    verdict.lost += len(ids) - len(held)
    verdict.doubled += len(held) - len(set(held))
    verdict.altered += line["altered"]
    for seq, message_id in line["answered"]:
        verdict.answered += 1
        verdict.misordered += ids[seq - 1] != message_id


def _judge_beside(verdict: Verdict, line: dict[str, Any], fullest: dict[str, Any]) -> None:
    """Does this side show the same as the one that was shown most, as far as it was there?"""
    for mine, theirs in zip(line["ids"], fullest["ids"], strict=False):
        verdict.misordered += bool(mine and theirs and mine != theirs)
    if line["is_whole"]:
        verdict.lost += len(fullest["ids"]) - len(line["ids"])
