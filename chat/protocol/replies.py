"""Replies: `done` or `refused`, one to each command that carries a `ref`."""

from msgspec import UNSET, Struct, UnsetType

from chat.protocol.codes import Code
from chat.protocol.fields import Availability
from chat.protocol.pushes import ListenersOnDuty, LoadChanged, PoolLoad


class Done(Struct, frozen=True, tag_field="type", tag="done"):
    """What was asked is done. Which further fields are set depends on the command (docs/protocol.md)."""

    ref: str
    # request_chat
    request_id: str | UnsetType = UNSET
    place: int | UnsetType | None = UNSET
    wait_low_s: int | UnsetType | None = UNSET
    wait_high_s: int | UnsetType | None = UNSET
    is_anyone_there: bool | UnsetType = UNSET
    # send_message
    epoch: str | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    # set_availability, take_next
    availability: Availability | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    max_capacity: int | UnsetType = UNSET
    # watch_load: the whole load, both as fields of the reply and as the push that it stands for
    n: int | UnsetType = UNSET
    at_ms: int | UnsetType = UNSET
    pools: list[PoolLoad] | UnsetType = UNSET
    listeners: ListenersOnDuty | UnsetType | None = UNSET
    load_changed: LoadChanged | UnsetType = UNSET


class Refused(Struct, frozen=True, tag_field="type", tag="refused"):
    """What was asked was not done, and why. `ref` is absent when the frame had none that could be read."""

    code: Code
    message: str
    ref: str | None = None
    retry_after_ms: int | UnsetType = UNSET
    #: already_open: the request or chat that is open
    request_id: str | UnsetType = UNSET
    chat_id: str | UnsetType = UNSET
    max_capacity: int | UnsetType = UNSET


Reply = Done | Refused
