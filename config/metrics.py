"""What the processes count, in one place; `/metrics` shows all of them together (docs/operations.md).

With PROMETHEUS_MULTIPROC_DIR (`tealight up` sets it) counters live in files that every process of this machine writes
and any of them can add up, so that it doesn't matter which one answers; without it a process tells of itself only.
"""

import contextlib
import os
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config.metrics_folder import DIRECTORY

REGISTRY = CollectorRegistry()

connections = Gauge(
    "tealight_connections",
    "Live WebSocket connections",
    ["role"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
commands = Counter("tealight_commands_total", "Commands by type and outcome", ["type", "outcome"], registry=REGISTRY)
messages = Counter("tealight_messages_total", "Messages answered done", ["role"], registry=REGISTRY)
deliveries = Counter("tealight_deliveries_total", "message_added frames sent", registry=REGISTRY)
delivery_lag = Histogram(
    "tealight_delivery_lag_seconds",
    "From the log to the socket, as far as this process sees it",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    registry=REGISTRY,
)
fills = Counter("tealight_log_reads_total", "Times a gap or a recovery was read from a log", registry=REGISTRY)
too_slow = Counter("tealight_too_slow_total", "Connections closed with 4001", registry=REGISTRY)
bad_frames = Counter("tealight_bad_frames_total", "Frames that were no command", registry=REGISTRY)
redis_errors = Counter("tealight_redis_errors_total", "Engine refusals and lost links", ["kind"], registry=REGISTRY)
resumed = Counter(
    "tealight_resumed_total",
    "Requests that were brought back, or not, after the engine knew less",
    ["answer"],
    registry=REGISTRY,
)
waits = Histogram(
    "tealight_wait_seconds",
    "From arrival to listener joined",
    ["language", "age_band", "risk"],
    buckets=(5, 15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600),
    registry=REGISTRY,
)
wait_promise = Counter(
    "tealight_wait_promise_total",
    "Waits that were announced: did a listener join by the upper end that was announced first",
    ["kept"],
    registry=REGISTRY,
)
offers = Counter("tealight_offers_total", "Offers by outcome", ["outcome"], registry=REGISTRY)
chats = Counter("tealight_chats_total", "Chats ended, by role", ["by"], registry=REGISTRY)
abandoned = Counter(
    "tealight_requests_unanswered_total",
    "Requests that ended before a listener joined, by role",
    ["by"],
    registry=REGISTRY,
)
swept = Counter("tealight_deadlines_total", "Deadlines acted on", registry=REGISTRY)
index_mismatches = Counter(
    "tealight_index_mismatches_total",
    "Members of derived keys found out of step with the truth, and mended",
    ["key"],
    registry=REGISTRY,
)
index_checked = Gauge(
    "tealight_index_checked_timestamp_seconds",
    "When all that is derived was last compared with the truth",
    registry=REGISTRY,
    multiprocess_mode="max",
)
written_back = Counter("tealight_logs_written_back_total", "Logs that an engine came back without", registry=REGISTRY)
epochs_renewed = Counter("tealight_epochs_renewed_total", "Logs found behind what was answered", registry=REGISTRY)

archived = Counter(
    "tealight_archived_total", "Logs of ended chats, by what became of them", ["outcome"], registry=REGISTRY
)
set_aside = Gauge(
    "tealight_chats_set_aside",
    "Ended chats that could not be archived and wait for somebody to look",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
replica_waits_in_vain = Counter(
    "tealight_replica_waits_in_vain_total", "Waits for replicas that ended without enough of them", registry=REGISTRY
)
replicas_missing = Gauge(
    "tealight_replicas_missing",
    "Links whose answers are given without a replica that should have them",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)


class Uncounted:
    """Stands in for this module where nothing may be counted, as in practice chats: whatever is asked of it, it does
    nothing."""

    def __getattr__(self, name: str) -> "Uncounted":
        return self

    def __call__(self, *_: object) -> "Uncounted":
        return self


def page(*more: GaugeMetricFamily) -> bytes:
    """The exposition text: what was counted, and `more`, gauges that were read for this answer."""
    folder = os.environ.get(DIRECTORY)
    shown = REGISTRY
    if folder:
        _forget_the_dead(Path(folder))
        shown = CollectorRegistry()
        MultiProcessCollector(shown, path=folder)  # type: ignore[no-untyped-call]
    text = generate_latest(shown)
    if more:
        now = CollectorRegistry()
        now.register(_Read(more))
        text += generate_latest(now)
    return text


class _Read(Collector):
    def __init__(self, families: tuple[GaugeMetricFamily, ...]) -> None:
        self._families = families

    def collect(self) -> tuple[GaugeMetricFamily, ...]:
        return self._families


def _forget_the_dead(folder: Path) -> None:
    """A killed process can't take its connections off the gauge itself."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            with contextlib.suppress(OSError):
                path.unlink()
