"""A blocking connection to an engine: enough for tests that call one thing after the other."""

import socket
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

Argument = bytes | str | int | float


class EngineRefused(Exception):
    """The engine answered with an error."""


class Wire:
    """One command, one answer."""

    def __init__(self, url: str) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(60)
        self._line.connect(unquote(urlsplit(url).path))
        self._reader = hiredis.Reader()

    def send(self, *command: Argument) -> Any:
        """The answer. Raises EngineRefused."""
        self._line.sendall(hiredis.pack_command(command))
        return self.next()

    def next(self) -> Any:
        """What the engine says next: another answer, or what was published. Raises EngineRefused."""
        while (answer := self._reader.gets()) is False:
            chunk = self._line.recv(65536)
            if not chunk:
                raise ConnectionError("the engine closed the connection")
            self._reader.feed(chunk)
        if isinstance(answer, hiredis.ReplyError):
            raise EngineRefused(str(answer))
        return answer

    def close(self) -> None:
        self._line.close()
