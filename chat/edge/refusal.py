"""How a command ends without its effect, on the way from wherever that was found to the reply."""

from typing import Any

from chat.protocol.codes import Code


class CommandRefused(Exception):
    """Becomes `refused`. `fields` are further fields of the reply (retry_after_ms, request_id, ...)."""

    def __init__(self, code: Code, **fields: Any) -> None:
        super().__init__(code)
        self.code: Code = code
        self.fields = fields
