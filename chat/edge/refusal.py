"""How a command ends without its effect, on the way from wherever that was found to the reply."""

from typing import Any

from chat.protocol.codes import Code

#: What an engine says that forgot, or doesn't know yet what processes are just saying again: not the last word.
PERHAPS_FORGOTTEN: frozenset[Code] = frozenset(
    {
        "no_such_chat",
        "no_such_request",
        "no_such_offer",
        "offer_gone",
        "not_participant",
        "chat_ended",
        "chat_not_open",
        "already_open",
        "not_available",
        "no_wrap_up",
    }
)


class CommandRefused(Exception):
    """Becomes `refused`. `fields` are further fields of the reply (retry_after_ms, request_id, ...)."""

    def __init__(self, code: Code, **fields: Any) -> None:
        super().__init__(code)
        self.code: Code = code
        self.fields = fields
