"""Logs: one JSON object a line on standard output, ids only, never what people wrote (docs/operations.md).

`log = get_logger("edge")`, then `log.info("chat_opened", chat_id=...)`. What libraries log through `logging` takes the
same way. Traces name the kind of error and the places it went through; the error's own words appear only for kinds
that can't quote a person.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

type_of_trace = tuple[type[BaseException], BaseException, TracebackType | None]

# Their messages name types, names, files and addresses of engines; a ValueError or KeyError may quote a frame.
SPEAKING_ERRORS = (OSError, TypeError, AttributeError, NameError, ImportError, AssertionError, NotImplementedError)
TRACE_FRAMES = 12
# A library's line is its own template filled in with whatever it holds; longer ones are cut.
LINE_CHARS = 400


def describe_error(error: BaseException) -> dict[str, Any]:
    """The kind of an error and the places it went through, innermost last; its message only where it can't quote."""
    frames = traceback.extract_tb(error.__traceback__)[-TRACE_FRAMES:]
    described: dict[str, Any] = {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, SPEAKING_ERRORS):
        described["message"] = str(error)[:LINE_CHARS]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        described["after"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return described


def _error_as_fields(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error: BaseException | None = None
    if isinstance(given, BaseException):
        error = given
    elif isinstance(given, tuple):
        error = cast(type_of_trace, given)[1]
    elif given:
        error = sys.exc_info()[1]
    if error is not None:
        event["error"] = describe_error(error)
    return event


def _short(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["event"] = str(event["event"]).strip()[:LINE_CHARS]
    return event


class _WithoutPeopleAndAddresses(logging.Filter):
    """Drops lines of libraries that would say who connected, or that any stranger can cause at will."""

    _DROPPED = ("Invalid UTF-8 sequence", "Invalid HTTP request", "Unsupported upgrade request", '%s - "WebSocket')

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(self._DROPPED)


def set_up(level: str = "info", *, process: str = "", stream: TextIO | None = None) -> None:
    """Send all logs of this process, ours and those of libraries, to `stream` (standard output) as JSON lines.

    `process` names the kind of process in each line. Calling it again replaces what was set up before.
    """
    shared = _shared_processors(process)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _short,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(_WithoutPeopleAndAddresses())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    number = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(number)
    _hush_libraries(number)
    logging.captureWarnings(True)


def _shared_processors(process: str) -> list[structlog.typing.Processor]:
    """What our lines and those of libraries go through alike."""

    def stamp(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if process:
            event["process"] = process
        return event

    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        stamp,
        _error_as_fields,
    ]


def _hush_libraries(number: int) -> None:
    """Below warning these would write addresses (uvicorn), frames (websockets), statements with values (SQLAlchemy)."""
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "websockets",
        "sqlalchemy",
        "aiosqlite",
        "httpx",
        "httpcore",
    ):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(max(number, logging.WARNING))
    for name in ("asyncio", "alembic"):
        logging.getLogger(name).setLevel(max(number, logging.INFO))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one part of the house, by its name."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
