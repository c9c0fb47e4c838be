"""The order of a whole run, and what stays together when several processes share it."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

#: Each with its own service and its own Chromium would be twice the work.
TOGETHER = "tests/browser/"
#: What starts services and waits comes first; the many short tests then fill up whatever time is left on each process.
LONG = (TOGETHER, "tests/stories/", "tests/edge/", "tests/cluster/", "tests/chaos/", "tests/demo/", "tests/up/")


def _rank(nodeid: str) -> int:
    return next((rank for rank, folder in enumerate(LONG) if nodeid.startswith(folder)), len(LONG))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long ones first; within a folder nothing changes."""
    items.sort(key=lambda item: _rank(item.nodeid))


class Together(LoadFileScheduling):
    """A file stays on one process, since its stories share a service; and so does the whole browser."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None
