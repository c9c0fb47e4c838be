"""Why a command was refused, and why a connection was closed. Codes are stable; the words are composed here, last."""

from enum import IntEnum
from typing import Literal, get_args

Code = Literal[
    "bad_frame",
    "unknown_type",
    "bad_text",
    "hello_first",
    "already_greeted",
    "not_allowed",
    "too_fast",
    "try_again",
    "going_away",
    "age_band_missing",
    "language_not_offered",
    "pool_closed",
    "already_open",
    "no_such_request",
    "no_such_chat",
    "not_participant",
    "chat_ended",
    "chat_not_open",
    "message_id_reused",
    "no_such_offer",
    "offer_gone",
    "no_clearance",
    "not_available",
    "capacity_over_maximum",
    "no_wrap_up",
    "too_late",
    "too_many_requests",
    "full",
]
CODES: tuple[Code, ...] = get_args(Code)

WORDS: dict[Code, str] = {
    "bad_frame": "That frame could not be read.",
    "unknown_type": "There is no command of that type.",
    "bad_text": "A message holds 1 to 4,000 characters, without NUL and lone surrogates.",
    "hello_first": "The first frame must be hello.",
    "already_greeted": "This connection said hello as somebody else already.",
    "not_allowed": "Your role may not do that.",
    "too_fast": "That was a lot at once. Wait a moment, then send again.",
    "try_again": "That could not be done right now. Send it again in a moment.",
    "going_away": "This server is stopping. Connect again, then send it again.",
    "age_band_missing": "Say whether you are under 18 or older before you ask for a chat.",
    "language_not_offered": "No line is open in that language here.",
    "pool_closed": "This line is closed at this hour.",
    "already_open": "You already have a request or a chat open.",
    "no_such_request": "There is no such request of yours.",
    "no_such_chat": "There is no such chat of yours.",
    "not_participant": "You are not in that chat any more.",
    "chat_ended": "That chat has ended.",
    "chat_not_open": "That chat is not open yet.",
    "message_id_reused": "That message_id was used for another text.",
    "no_such_offer": "There is no such offer of yours.",
    "offer_gone": "That offer is gone.",
    "no_clearance": "You hold no valid clearance for that.",
    "not_available": "You are not available. Become available first.",
    "capacity_over_maximum": "That is more chats at once than your personal maximum.",
    "no_wrap_up": "There is no wrap-up open for that chat.",
    "too_late": "That chat ended too long ago for this.",
    "too_many_requests": "Too many requests are open from your address.",
    "full": "The service is full right now. Try again in a moment.",
}


class Close(IntEnum):
    """WebSocket close codes. 1000 and 4500-4999: don't come back; every other one: come back with back-off."""

    NORMAL = 1000
    TOO_BIG = 1009
    DRAIN = 4000
    TOO_SLOW = 4001
    RESYNC = 4002
    SIGNED_OUT = 4500
    NO_CLEARANCE = 4501
    ABUSE = 4508
