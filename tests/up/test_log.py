"""Logs: JSON lines, ids only. Nothing a person wrote gets into them by way of an error or of a library."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from config import log

SECRET = "what a person wrote"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, object]]]]:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    stream = io.StringIO()
    log.set_up("info", process="test", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:], level = before
    root.setLevel(level)


def test_our_lines_carry_their_fields(lines: Callable[[], list[dict[str, object]]]) -> None:
    log.get_logger("edge").info("chat_opened", chat_id="c1")
    log.get_logger("edge").debug("too_much")
    [line] = lines()
    assert {"event": "chat_opened", "chat_id": "c1", "level": "info", "logger": "edge", "process": "test"}.items() <= (
        line.items()
    )
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, UnicodeError])
def test_an_error_tells_its_kind_and_place_and_not_its_words(
    lines: Callable[[], list[dict[str, object]]], kind: type[Exception]
) -> None:
    try:
        raise kind(SECRET)
    except kind as error:
        log.get_logger("edge").exception("failed")
        logging.getLogger("some.library").error("failed", exc_info=error)
    ours, theirs = lines()
    for line in (ours, theirs):
        assert line["error"]["kind"].endswith(kind.__name__)  # type: ignore[index]
        assert "test_log.py" in line["error"]["at"][-1]  # type: ignore[index]
    assert SECRET not in json.dumps([ours, theirs])


def test_an_error_of_the_system_says_what_it_says(lines: Callable[[], list[dict[str, object]]]) -> None:
    try:
        raise ConnectionRefusedError(111, "Connection refused")
    except ConnectionRefusedError:
        log.get_logger("edge").exception("failed")
    assert "Connection refused" in json.dumps(lines())


@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_that_would_log_frames_addresses_or_values_are_quiet_at_every_level(level: str) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = list(root.handlers), root.level
    try:
        log.set_up(level, stream=stream)
        logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', "203.0.113.9:1", "/ws")
        logging.getLogger("uvicorn.error").debug("< TEXT %s", SECRET)
        logging.getLogger("websockets.client").debug("< TEXT %s", SECRET)
        logging.getLogger("sqlalchemy.engine.Engine").info("INSERT %s", SECRET)
        logging.getLogger("httpx").info("GET http://203.0.113.9/")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        logging.captureWarnings(False)
    assert stream.getvalue() == ""
