"""The field types that commands and pushes share."""

from typing import Annotated, Literal

from msgspec import Meta

#: Printable ASCII without spaces: safe in keys, logs and lines. Clients send UUIDs; the wire promises "opaque, at most
#: 64". In a pattern `$` stands before a newline at the end, too.
Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[!-~]+$(?!\n)")]
Ref = Annotated[str, Meta(min_length=1, max_length=64)]
#: JSON numbers are exact below 2**53 everywhere, in old browsers too.
Seq = Annotated[int, Meta(ge=0, lt=2**53)]
Scale = Annotated[int, Meta(ge=1, le=5)]
#: Chats at once; the personal maximum is another question.
Capacity = Annotated[int, Meta(ge=1, lt=2**53)]
LanguageTag = Annotated[str, Meta(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$(?!\n)")]
Epoch = Annotated[str, Meta(max_length=64)]
#: The pattern of what may reach the database as text: PostgreSQL has no place for a NUL.
NO_NUL = r"^[^\x00]*$"
#: Free words that are not a chat message: a reason, which ends in a chat's facts; notes and comments, which are sealed.
Reason = Annotated[str, Meta(max_length=64, pattern=NO_NUL)]
Comment = Annotated[str, Meta(max_length=4000)]
#: Opaque to clients.
TicketText = Annotated[str, Meta(max_length=1024)]
#: How long a seeker may wait for one listener alone.
HoldSeconds = Annotated[int, Meta(ge=0, le=900)]

AgeBand = Literal["teen", "adult"]
Availability = Literal["available", "paused", "off_duty"]
RequestState = Literal["waiting", "parked", "offered", "connected", "ended"]
ChatState = Literal["waiting", "open", "ended"]
Role = Literal["seeker", "listener", "supervisor", "admin"]

#: Characters in one ChatMessage.
TEXT_MAX = 4000
#: Bytes in one frame; a larger one closes the connection with 1009.
FRAME_MAX = 64 * 1024
SUBPROTOCOL_JSON = "tealight.v1.json"
SUBPROTOCOL_MSGPACK = "tealight.v1.msgpack"

TOPICS = (
    "anxiety",
    "depression",
    "grief",
    "loneliness",
    "relationships",
    "family",
    "school_work",
    "sleep",
    "self_harm",
    "suicide",
    "other",
)
