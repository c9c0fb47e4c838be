"""Frames of one connection: one command at a time, in the order sent, and never more held than a few."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from chat.edge.connection import Connection
from chat.edge.dispatch import Dispatch
from chat.edge.frames import Frames
from chat.edge.intake import WAITING_MAX, Intake
from chat.edge.limits import TokenBucket
from chat.protocol.codec import JSON


class Peer:
    """The other end of the socket, as far as reading from it goes."""

    is_read = True

    def pause_frames(self) -> None:
        self.is_read = False

    def resume_frames(self) -> None:
        self.is_read = True


class Slow:
    """Carries out what it is told to end, when it is told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.end: Callable[[], None] = lambda: None

    def begin(self, _connection: Connection, command: Any, ended: Callable[[], None]) -> bool:
        self.begun.append(command.seq)
        self.end = ended
        return False


def read(seq: int) -> str:
    return f'{{"type": "mark_read", "chat_id": "c", "seq": {seq}}}'


def intake_of(peer: Peer, slow: Slow) -> Intake:
    connection = Connection(1, b"", TokenBucket(30, 60))
    return Intake(connection, JSON, cast(Frames, peer), cast(Dispatch, slow), lambda *_: False)


def test_the_next_command_begins_when_the_one_before_ended() -> None:
    peer, slow = Peer(), Slow()
    intake = intake_of(peer, slow)
    for seq in range(5):
        intake.take(read(seq))
    assert slow.begun == [0]
    for _ in range(5):
        slow.end()
    assert slow.begun == [0, 1, 2, 3, 4]


def test_who_sends_faster_than_is_carried_out_is_read_from_no_more() -> None:
    peer, slow = Peer(), Slow()
    intake = intake_of(peer, slow)
    sent = 0
    while peer.is_read:
        intake.take(read(sent))
        sent += 1
        assert sent < 1000
    assert sent == WAITING_MAX + 1
    slow.end()
    assert peer.is_read, "there is room again"
    for _ in range(sent):
        slow.end()
    assert slow.begun == list(range(sent))


async def test_what_was_sent_before_the_end_still_takes_effect() -> None:
    peer, slow = Peer(), Slow()
    intake = intake_of(peer, slow)
    intake.take(read(0))
    intake.take(read(1))
    over = asyncio.create_task(intake.ended())
    await asyncio.sleep(0)
    slow.end()
    assert not over.done()
    slow.end()
    await asyncio.wait_for(over, 1)
    assert slow.begun == [0, 1]
