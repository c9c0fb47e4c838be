"""People of a story: each is a client that holds what a client should hold, and says so when the server is wrong."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from websockets.exceptions import InvalidHandshake

from tests.helpers.promises import Log, check_shape
from tests.helpers.service import Service
from tests.helpers.wire import JSON, Codec, Frame, Wire, WireClosed

T = TypeVar("T")
#: What is to come may come late on a busy machine. Who waits for what must not come waits for seconds of their own.
PATIENCE_S = 30.0
GIVES_UP_S = 60.0
#: Refusals that pass by themselves.
PASSING = ("try_again", "too_fast", "going_away", "full")


class Person:
    """One program of one person. A second device of theirs is another Person with the same token or cookie."""

    #: behind the service's address; practice chats have a door of their own
    door = ""

    def __init__(self, service: Service, name: str, *, codec: Codec = JSON, cookie: str | None = None) -> None:
        self.service = service
        self.name = name
        self.codec = codec
        self.cookie = cookie
        self.token: str | None = None
        self.as_: str | None = None
        #: does this program show chats along which a supervisor reads?
        self.is_observing = False
        self.person_id = ""
        self.role = ""
        self.welcome: Frame = {}
        self.logs: dict[str, Log] = {}
        self.unseen: list[Frame] = []
        self.wrongs: list[str] = []
        self.typed: dict[tuple[str, str], tuple[str, int]] = {}
        self.comings = 0
        #: how the socket is opened, where it isn't opened in the usual way
        self.options: Callable[[], dict[str, Any]] = dict
        self._wire: Wire | None = None
        self._life: asyncio.Task[None] | None = None
        self._is_greeted = asyncio.Event()
        self._known_here: set[str] = set()

    # ---- coming and going ----

    @property
    def wire(self) -> Wire:
        """The connection of the moment."""
        assert self._wire is not None, f"{self.name} is not connected"
        return self._wire

    async def comes(self, **hello: Any) -> "Person":
        """Connect and say hello; what was held before is named in `recover`."""
        self.comings += 1
        self._known_here = set()
        wire = self._wire = await Wire.open(
            self.service.url + self.door, self.codec, cookie=self.cookie, on_push=self._pushed, **self.options()
        )
        if "recover" not in hello:
            hello["recover"] = [
                {"chat_id": chat_id, "epoch": log.epoch, "seq": log.seq, **log.newest}
                for chat_id, log in self.logs.items()
            ]
        if self.token is not None:
            hello.setdefault("token", self.token)
        if self.as_ is not None:
            hello.setdefault("as", self.as_)
        if self.is_observing:
            hello.setdefault("observes", True)
        reply = await wire.ask("hello", **hello)
        if reply["type"] != "done":
            await wire.close()
            raise WireClosed(1013, reply)
        for chat in _chats_in(self.welcome):
            held = self.logs[chat["chat_id"]]
            assert held.seq >= chat["seq"], f"{self.name} was told to be caught up at {held.seq} of {chat['seq']}"
        self._is_greeted.set()
        return self

    async def leaves(self) -> None:
        """Close the page."""
        self._is_greeted.clear()
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
            self._life = None
        if self._wire is not None:
            await self._wire.close()
            self.wrongs += self._wire.wrongs

    async def vanishes(self) -> None:
        """Lose the connection without a goodbye."""
        self._is_greeted.clear()
        await self.wire.vanish()

    def keeps_coming_back(self) -> None:
        """From now on reconnect whenever the connection is lost, as the close codes say."""
        self._life = asyncio.create_task(self._live())

    async def _live(self) -> None:
        while True:
            code = await self.wire.closes(within_s=600)
            self._is_greeted.clear()
            self.wrongs += self.wire.wrongs
            if code == 1000 or 4500 <= code <= 4999:
                return
            pause_s = 0.05
            while not self._is_greeted.is_set():
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, 1.0)
                try:
                    await self.comes()
                except (OSError, InvalidHandshake, WireClosed, TimeoutError):
                    continue
                except AssertionError as error:
                    self.wrongs.append(repr(error))

    # ---- what the server says ----

    def _pushed(self, push: Frame) -> None:
        kind = push["type"]
        if kind == "welcome":
            self._welcomed(push)
        check_shape(push, self.role)
        if kind in ("chat_opened", "observing_began"):
            self._holds(push["chat_id"], push["epoch"])
        elif kind == "message_added":
            assert push["chat_id"] in self._known_here, f"{self.name}: words of a chat that was not opened here"
            log = self.logs[push["chat_id"]]
            assert push["epoch"] == log.epoch, f"{self.name}: another epoch without a new hello"
            assert log.seq >= push["seq"] - 1, f"{self.name}: {push['seq']} came with {log.seq} held"
            log.take(push)
        elif kind == "observing_ended":
            del self.logs[push["chat_id"]]
            self._known_here.discard(push["chat_id"])
        elif kind == "chat_ended" and push["by"] == "system" and push["reason"] == "listener_lost":
            self.logs[push["chat_id"]].is_left = True
        self.unseen.append(push)

    def _welcomed(self, push: Frame) -> None:
        if push["person_id"] != self.person_id:
            self.logs.clear()
        self.welcome, self.person_id, self.role = push, push["person_id"], push["role"]
        self.token = push.get("token") or self.token
        seen = {chat["chat_id"] for chat in _chats_in(push)}
        for chat in _chats_in(push):
            self._holds(chat["chat_id"], chat["epoch"])
        for chat_id, log in self.logs.items():
            log.is_left = chat_id not in seen

    def _holds(self, chat_id: str, epoch: str) -> None:
        self._known_here.add(chat_id)
        log = self.logs.get(chat_id)
        if log is None or log.epoch != epoch:
            self.logs[chat_id] = Log(epoch)
        else:
            log.is_left = False

    async def _until(self, find: Callable[[], T | None], within_s: float, what: str) -> T:
        try:
            async with asyncio.timeout(within_s):
                while (found := find()) is None:
                    try:
                        await self.wire.news()
                    except WireClosed:
                        if self._life is None:
                            raise
                        await asyncio.sleep(0.05)
                return found
        except TimeoutError:
            unseen = [f["type"] for f in self.unseen if f["type"] != "heartbeat"]
            raise AssertionError(f"{self.name} saw no {what} within {within_s:g} s; unseen: {unseen}") from None

    async def sees(self, kind: str, within_s: float = PATIENCE_S, **where: Any) -> Frame:
        """The first such push that no story asked for yet; it counts as seen from then on."""

        def find() -> Frame | None:
            for frame in self.unseen:
                if frame["type"] == kind and all(frame.get(name) == value for name, value in where.items()):
                    self.unseen.remove(frame)
                    return frame
            return None

        return await self._until(find, within_s, f"{kind} {where or ''}")

    async def sees_no(self, kind: str, for_s: float = 0.5, **where: Any) -> None:
        """For so long no such push comes (one that came before and was not looked at counts, too)."""
        try:
            found = await self.sees(kind, for_s, **where)
        except AssertionError:
            return
        raise AssertionError(f"{self.name} saw {found}")

    def forgets(self, kind: str) -> None:
        """Count what came so far of this kind as seen."""
        self.unseen = [frame for frame in self.unseen if frame["type"] != kind]

    # ---- what the person does ----

    async def asks(self, kind: str, **fields: Any) -> Frame:
        """A command that must be `done`."""
        reply = await self.wire.ask(kind, **fields)
        assert reply["type"] == "done", f"{self.name}: {kind}: {reply}"
        return reply

    async def is_refused(self, code: str, kind: str, **fields: Any) -> Frame:
        """A command that must be `refused` with this code."""
        reply = await self.wire.ask(kind, **fields)
        assert (reply["type"], reply.get("code")) == ("refused", code), f"{self.name}: {kind}: {reply}"
        assert isinstance(reply["message"], str) and reply["message"]
        return reply

    async def tells(self, kind: str, **fields: Any) -> None:
        """A command without `ref`."""
        await self.wire.tell(kind, **fields)

    async def does(self, kind: str, **fields: Any) -> Frame:
        """A command that is sent again, over as many connections as it takes, until it is `done`."""
        try:
            async with asyncio.timeout(GIVES_UP_S):
                return await self._does(kind, fields)
        except TimeoutError:
            where = f"{self.comings} connections, greeted: {self._is_greeted.is_set()}, said: {self.wrongs}"
            raise AssertionError(f"{self.name}: {kind} was not done within {GIVES_UP_S:g} s; {where}") from None

    async def _does(self, kind: str, fields: Frame) -> Frame:
        while True:
            await self._is_greeted.wait()
            try:
                reply = await self.wire.ask(kind, **fields)
            except WireClosed:
                await asyncio.sleep(0.02)
                continue
            if reply["type"] == "done":
                return reply
            assert reply["code"] in PASSING, f"{self.name}: {kind}: {reply}"
            await asyncio.sleep(reply.get("retry_after_ms", 200) / 1000)

    def types(self, text: str) -> str:
        """Words that the log must not hold: the text with something unique at its end."""
        text = f"{text} {uuid.uuid4().hex}"
        self.service.typed.add(text)
        return text

    async def says(self, chat_id: str, text: str = "hello", *, message_id: str | None = None) -> Frame:
        """Send a message until it is `done`; hold it. Returns the message as held."""
        words = self.types(text)
        message_id = message_id or str(uuid.uuid4())
        done = await self.does("send_message", chat_id=chat_id, message_id=message_id, text=words)
        message = {"seq": done["seq"], "message_id": message_id, "from_id": self.person_id, "text": words}
        self.typed[chat_id, message_id] = (words, done["seq"])
        log = self.logs[chat_id]
        if log.epoch == done["epoch"]:
            log.take(message)
        return message

    async def has_heard(self, text: str, chat_id: str, within_s: float = PATIENCE_S) -> Frame:
        """The message with this text, once it is held."""

        def find() -> Frame | None:
            return next((m for m in self.logs[chat_id].messages.values() if m["text"] == text), None)

        return await self._until(find, within_s, "message with that text")


def _chats_in(welcome: Frame) -> list[Frame]:
    """All chats whose words follow."""
    return [*welcome["snapshot"]["chats"], *(welcome["snapshot"]["observed"] or ())]


class Seeker(Person):
    """Somebody who came to be heard."""

    request_id = ""
    asked: Frame

    async def asks_for_chat(self, language: str, **fields: Any) -> Frame:
        """`request_chat` for an adult unless told otherwise; keeps the answer."""
        self.request_id = fields.pop("request_id", None) or str(uuid.uuid4())
        fields.setdefault("age_band", "adult")
        fields.setdefault("topics", ["loneliness"])
        self.asked = await self.does("request_chat", request_id=self.request_id, language=language, **fields)
        return self.asked

    async def is_connected(self, within_s: float = PATIENCE_S) -> str:
        """Wait for the chat to open; its id."""
        opened = await self.sees("chat_opened", within_s)
        return str(opened["chat_id"])


class Listener(Person):
    """Somebody who listens."""

    capacity = 1

    async def becomes(self, availability: str = "available", **fields: Any) -> Frame:
        """`set_availability`."""
        return await self.does("set_availability", availability=availability, **fields)

    async def sees_offer(self, within_s: float = PATIENCE_S, **where: Any) -> Frame:
        """The next offer."""
        return await self.sees("offer_made", within_s, **where)

    async def accepts(self, offer: Frame) -> Frame:
        """Take the chat."""
        return await self.does("answer_offer", offer_id=offer["offer_id"], accept=True)

    async def declines(self, offer: Frame) -> Frame:
        """Leave it to others."""
        return await self.does("answer_offer", offer_id=offer["offer_id"], accept=False)


async def goodbye(people: list[Person]) -> None:
    """Leave nobody in line, nobody on duty, no chat open, no connection."""

    async def go(person: Person) -> None:
        with contextlib.suppress(WireClosed, AssertionError, TimeoutError):
            if person._wire is not None and person._wire.code is None and person.role != "seeker":
                await person.wire.ask("set_availability", within_s=5, availability="off_duty")
            if person._wire is not None and person._wire.code is None and isinstance(person, Seeker):
                await person.wire.ask("leave_line", within_s=5, request_id=person.request_id or "none")
        await person.leaves()

    await asyncio.gather(*[go(person) for person in people])
