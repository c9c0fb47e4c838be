"""What a frame may be, how much one person may send, and what hostile frames can't do."""

import asyncio
import json
import random
import uuid
from collections.abc import Callable
from typing import Any

import msgpack
import pytest

from tests.helpers.service import Service
from tests.helpers.wire import JSON, MSGPACK, Codec, Frame, Wire, WireClosed
from tests.helpers.world import World

FRAME_BYTES = 64 * 1024
MALFORMED = 3000


async def test_a_frame_of_64_kib_is_read_and_a_larger_one_closes(service: Service) -> None:
    for codec in (JSON, MSGPACK):
        wire = await Wire.open(service.url, codec)
        assert (await wire.ask("hello"))["type"] == "done"
        empty = len(codec.pack({"type": "no_such_command", "ref": "exact", "pad": "x" * 60_000})) - 60_000
        padding = "x" * (FRAME_BYTES - empty)
        assert len(codec.pack({"type": "no_such_command", "ref": "exact", "pad": padding})) == FRAME_BYTES
        assert (await wire.ask("no_such_command", ref="exact", pad=padding))["code"] == "unknown_type"
        with pytest.raises(WireClosed):
            await wire.ask("no_such_command", ref="large", pad=padding + "x")
        assert await wire.closes() == 1009


async def test_a_burst_of_forty_and_twenty_a_second_are_not_refused(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()

    async def send(count: int) -> list[Frame]:
        asked = [
            seeker.wire.ask_soon(
                "send_message", chat_id=chat_id, message_id=str(uuid.uuid4()), text=seeker.types("quick")
            )
            for _ in range(count)
        ]
        for frame, _ in asked:
            await seeker.wire.send_raw(seeker.codec.pack(frame))
        return [await reply for _, reply in asked]

    replies = await send(40)
    for _ in range(20):  # 2 s of 20 a second
        _, more = await asyncio.gather(asyncio.sleep(0.1), send(2))
        replies += more
    assert [reply["type"] for reply in replies] == ["done"] * 80
    assert [reply["seq"] for reply in replies] == list(range(1, 81))
    await world.everyone_agrees()
    assert listener.logs[chat_id].seq == 80


async def test_who_is_too_fast_is_told_when_to_go_on(world: World) -> None:
    seeker, listener, chat_id = await world.they_talk()
    asked = [seeker.wire.ask_soon("catch_up", chat_id=chat_id, epoch="", seq=0) for _ in range(400)]
    for frame, _ in asked:
        await seeker.wire.send_raw(seeker.codec.pack(frame))
    replies = [await reply for _, reply in asked]
    refused = [reply for reply in replies if reply["type"] == "refused"]
    assert all(reply["code"] == "too_fast" and reply["retry_after_ms"] > 0 for reply in refused)
    await seeker.says(chat_id, "slower")
    await listener.says(chat_id, "good")
    await world.everyone_agrees()


async def test_many_handshakes_from_one_machine_are_let_in(service: Service) -> None:
    wires = await asyncio.gather(*[Wire.open(service.url) for _ in range(60)])
    replies = await asyncio.gather(*[wire.ask("hello") for wire in wires])
    assert all(reply["type"] == "done" for reply in replies)
    await asyncio.gather(*[wire.close() for wire in wires])


async def test_numbers_and_depth_beyond_the_bounds_are_refused(world: World) -> None:
    seeker = await world.visitor()
    raw = '{"type":"catch_up","ref":"deep","chat_id":"c","epoch":"e","seq":0,"x":' + "[" * 20_000 + "]" * 20_000 + "}"
    await seeker.wire.send_raw(raw)
    await seeker.wire.send_raw('{"type":"catch_up","ref":"huge","chat_id":"c","epoch":"e","seq":' + "9" * 400 + "}")
    await seeker.wire.send_raw('{"type":"catch_up","ref":"nan","chat_id":"c","epoch":"e","seq":NaN}')
    for ref in ("huge", "nan"):
        assert (await seeker.wire.sees("refused", ref=ref))["code"] == "bad_frame"
    await seeker.wire.sees("refused", code="bad_frame")
    packed = msgpack.packb({"type": "catch_up", "ref": "deep", "x": 1})[:-1] + b"\x91" * 30_000 + b"\x90"
    other = await world.visitor(codec=MSGPACK)
    await other.wire.send_raw(packed)
    await other.wire.sees("refused", code="bad_frame")
    for person in (seeker, other):
        assert (await person.wire.ask("leave_line", request_id="none"))["code"] == "no_such_request"


async def test_the_other_kind_of_frame_is_refused_and_harms_nothing(service: Service) -> None:
    for codec, raw in ((JSON, b"\x81\xa4type\xa5hello"), (MSGPACK, '{"type":"hello","ref":"1"}')):
        wire = await Wire.open(service.url, codec)
        await wire.send_raw(raw)
        await wire.sees("refused", code="bad_frame")
        assert (await wire.ask("hello"))["type"] == "done"
        await wire.close()


class Mutations:
    """Frames that are almost commands, from a seed."""

    def __init__(self, seed: int, valid: list[Frame]) -> None:
        self.chance = random.Random(seed)
        self.valid = valid
        self.kinds: list[Callable[[], str | bytes]] = [
            self._one_field_wrong,
            self._one_field_wrong,
            self._one_field_gone,
            self._cut,
            self._bytes_flipped,
            self._nested,
            self._noise,
            self._wrong_root,
        ]

    def next(self) -> str | bytes:
        return self.chance.choice(self.kinds)()

    def _frame(self) -> Frame:
        return dict(self.chance.choice(self.valid))

    def _strange(self) -> Any:
        return self.chance.choice(
            [
                None,
                True,
                -1,
                2**53,
                2**63,
                2**64 - 1,
                -(2**63),
                1.5,
                1e308,
                "",
                "x" * 65,
                "x" * 5000,
                "\0",
                "\ud800",
                "\u202e",
                "{a:main}:",
                "a\nb",
                "../../etc/passwd",
                "*",
                "%s%n",
                "' or 1=1 --",
                [],
                {},
                [None] * 50,
                {"": {"": ""}},
                b"\xff\xfe",
                "c" * 64 + "|l",
                str(uuid.UUID(int=self.chance.getrandbits(128))),
            ]
        )

    def _pack(self, frame: Any) -> str | bytes:
        raise NotImplementedError

    def _one_field_wrong(self) -> str | bytes:
        frame = self._frame()
        frame[self.chance.choice([*frame, "extra"])] = self._strange()
        return self._pack(frame)

    def _one_field_gone(self) -> str | bytes:
        frame = self._frame()
        del frame[self.chance.choice(list(frame))]
        return self._pack(frame)

    def _cut(self) -> str | bytes:
        raw = self._pack(self._frame())
        return raw[: self.chance.randrange(len(raw))]

    def _bytes_flipped(self) -> str | bytes:
        raw = self._pack(self._frame())
        at = self.chance.randrange(len(raw))
        if isinstance(raw, str):
            return raw[:at] + chr(self.chance.randrange(1, 0xD7FF)) + raw[at + 1 :]
        return raw[:at] + bytes([self.chance.randrange(256)]) + raw[at + 1 :]

    def _nested(self) -> str | bytes:
        frame = self._frame()
        deep: Any = self._strange()
        for _ in range(self.chance.choice([5, 17, 40, 400])):
            deep = [deep] if self.chance.random() < 0.5 else {"k": deep}
        frame[self.chance.choice([*frame, "extra"])] = deep
        return self._pack(frame)

    def _noise(self) -> str | bytes:
        if self.chance.random() < 0.5:
            return self.chance.randbytes(self.chance.randrange(200))
        return "".join(chr(self.chance.randrange(1, 0xD7FF)) for _ in range(self.chance.randrange(100)))

    def _wrong_root(self) -> str | bytes:
        return self._pack(
            self.chance.choice([None, 1, "hello", [], [self._frame()], {}, {"type": 5}, {"type": "ping"}])
        )


class JsonMutations(Mutations):
    def _pack(self, frame: Any) -> str:
        return json.dumps(frame, default=lambda raw: raw.decode("latin-1"))


class PackedMutations(Mutations):
    def _pack(self, frame: Any) -> bytes:
        packed: bytes = msgpack.packb(frame, unicode_errors="surrogatepass")
        return packed


def every_command(chat_id: str, request_id: str, offer_id: str) -> list[Frame]:
    """A valid frame of each kind about somebody else's chat, request and offer."""
    chat = {"ref": "r", "chat_id": chat_id}
    return [
        {"type": "hello", "ref": "r", "recover": [{"chat_id": chat_id, "epoch": "e", "seq": 1}], "token": "t"},
        {"type": "catch_up", **chat, "epoch": "e", "seq": 0},
        {"type": "leave_line", "ref": "r", "request_id": request_id},
        {"type": "confirm_here", "request_id": request_id},
        {"type": "send_message", **chat, "message_id": "m", "text": "t"},
        {"type": "set_typing", "chat_id": chat_id, "typing": True},
        {"type": "mark_read", "chat_id": chat_id, "seq": 1},
        {"type": "end_chat", **chat, "reason": "x"},
        {"type": "give_feedback", **chat, "rating": 1, "comment": "c"},
        {"type": "report", **chat, "reason": "r", "block": True, "comment": "c"},
        {"type": "answer_offer", "ref": "r", "offer_id": offer_id, "accept": True},
        {"type": "take_next", "ref": "r"},
        {"type": "finish_wrap_up", **chat, "note": "n"},
        {"type": "watch_load", "ref": "r"},
        {"type": "request_chat", "ref": "r", "request_id": "q", "language": "xx", "topics": ["grief"]},
    ]


async def test_three_thousand_malformed_frames_touch_nobody(world: World) -> None:
    """The chat beside goes on; those who send nonsense are answered or closed, and may come back."""
    seeker, listener, chat_id = await world.they_talk()
    is_over = False

    async def talk() -> int:
        count = 0
        while not is_over:
            for person in (seeker, listener):
                heard = await person.says(chat_id, "undisturbed")
                await (listener if person is seeker else seeker).has_heard(heard["text"], chat_id)
                count += 1
            await asyncio.sleep(0.02)
        return count

    async def attack(seed: int, codec: Codec, cookie: str | None) -> tuple[int, int]:
        valid = every_command(chat_id, seeker.request_id, f"{chat_id}.1")
        mutations = (JsonMutations if codec is JSON else PackedMutations)(seed, valid)
        read, answers = 0, 0
        while read < MALFORMED // 4:
            wire = await Wire.open(world.service.url, codec, cookie=cookie)
            if seed % 2:
                assert (await wire.ask("hello", ref="first"))["type"] == "done"
            try:
                for _ in range(6):  # a new connection may send a burst again: more than the limiter's answer is tried
                    for _ in range(10):
                        await wire.send_raw(mutations.next())
                    # Answered after them all: so they were read, and the connection works on.
                    await wire.ask("leave_line", request_id="none", ref=f"after-{read}")
                    read += 10
            except WireClosed as closed:
                assert closed.code == 4508, closed.code
            await wire.close()
            answers += sum(frame["type"] == "refused" for frame in wire.frames)
            # Mutations keep the ref of the frame they came from, so only those of our own are to be answered once.
            assert not [wrong for wrong in wire.wrongs if "two replies to after-" in wrong], wire.wrongs[:3]
        return read, answers

    other = await world.staff_signs_in("supervisor")
    talking = asyncio.create_task(talk())
    results = await asyncio.gather(
        attack(0, JSON, None), attack(1, JSON, None), attack(2, MSGPACK, None), attack(3, MSGPACK, other.cookie)
    )
    is_over = True
    exchanged = await talking
    assert sum(read for read, _ in results) >= MALFORMED
    assert sum(answers for _, answers in results) > MALFORMED // 2
    assert exchanged >= 10
    await world.everyone_agrees()
    tab = await world.same_person(seeker)
    assert tab.welcome["snapshot"]["chats"][0]["state"] == "open"
    world.service.check_log()
