"""What a partner has been told of its one practice chat. Pure: pushes in, times are arguments."""

from dataclasses import dataclass, field
from typing import Any

#: The trainee's page says again every few seconds that somebody types; without that they stopped.
TYPING_LASTS_S = 8.0


@dataclass(slots=True)
class Heard:
    """One practice chat as the protocol tells it. Times are seconds of any steady clock."""

    practice_id: str
    person_id: str = ""
    chat_id: str = ""
    epoch: str = ""
    #: waiting, open, ended; empty: nothing is known of it
    state: str = ""
    listener_id: str = ""
    must_confirm: bool = False
    #: what the trainee wrote, and the ids of what was said to them
    replies: dict[int, str] = field(default_factory=dict, repr=False)
    said: set[str] = field(default_factory=set)
    types_until_s: float = 0.0
    last_act_s: float = 0.0

    def take(self, push: dict[str, Any], now_s: float) -> None:
        """One push."""
        kind = push["type"]
        if kind == "welcome":
            self._welcomed(push, now_s)
        elif kind == "confirm_wanted":
            self.must_confirm = True
        elif kind == "request_changed" and push["request_id"] == self.practice_id:
            self._request(push["state"])
        elif kind in ("chat_opened", "participants_changed"):
            self._opened(push, now_s)
        elif kind == "message_added":
            self._message(push, now_s)
        elif kind == "typing_changed":
            self.types_until_s = now_s + TYPING_LASTS_S if push["typing"] else 0.0
            self.last_act_s = now_s
        elif kind == "chat_ended":
            self.state = "ended"

    def _welcomed(self, push: dict[str, Any], now_s: float) -> None:
        self.person_id = push["person_id"]
        snapshot = push["snapshot"]
        self.state, self.must_confirm, self.types_until_s = "", False, 0.0
        request = snapshot.get("request")
        if request is not None:
            self._request(request["state"])
            self.must_confirm = request.get("confirm_deadline_ms") is not None
        for chat in snapshot["chats"]:
            self._opened(chat, now_s)
            self.state = chat["state"]

    def _request(self, state: str) -> None:
        if state == "ended":
            self.state = "ended"
        elif state != "connected":
            self.state, self.listener_id = "waiting", ""

    def _opened(self, chat: dict[str, Any], now_s: float) -> None:
        if chat.get("epoch", self.epoch) != self.epoch:
            # An older log came back: what stands in it is read anew.
            self.epoch = chat["epoch"]
            self.replies.clear()
            self.said.clear()
        there = [one["person_id"] for one in chat["participants"] if one["role"] != "seeker"]
        self.chat_id, self.listener_id = chat["chat_id"], there[0] if there else ""
        if chat.get("type") == "chat_opened":
            self.state = "open"
        self.last_act_s = now_s

    def _message(self, push: dict[str, Any], now_s: float) -> None:
        self.last_act_s = now_s
        if push["from_id"] == self.person_id:
            self.said.add(push["message_id"])
        else:
            self.replies[push["seq"]] = push["text"]
            self.types_until_s = 0.0

    @property
    def is_with_somebody(self) -> bool:
        """Is the chat open, and is there a trainee in it?"""
        return self.state == "open" and self.listener_id != ""

    def is_quiet(self, now_s: float, for_s: float) -> bool:
        """Has the trainee neither written nor typed for so long?"""
        return now_s >= self.types_until_s and now_s - self.last_act_s >= for_s
