"""What a process counts, in one place; `/metrics` shows it (docs/operations.md)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

connections = Gauge("tealight_connections", "Live WebSocket connections of this process", ["role"], registry=REGISTRY)
waiting = Gauge("tealight_waiting", "Requests waiting in line", ["language", "age_band"], registry=REGISTRY)
longest_wait = Gauge(
    "tealight_longest_wait_seconds", "Wait of the head of the line", ["language", "age_band"], registry=REGISTRY
)
open_chats = Gauge("tealight_open_chats", "Chats open", ["language", "age_band"], registry=REGISTRY)
open_offers = Gauge("tealight_open_offers", "Offers open", ["language", "age_band"], registry=REGISTRY)
available = Gauge("tealight_listeners_available", "Listeners available", ["language", "age_band"], registry=REGISTRY)
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
waits = Histogram(
    "tealight_wait_seconds",
    "From arrival to listener joined",
    ["language", "age_band"],
    buckets=(5, 15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600),
    registry=REGISTRY,
)
offers = Counter("tealight_offers_total", "Offers by outcome", ["outcome"], registry=REGISTRY)
chats = Counter("tealight_chats_total", "Chats ended", ["by"], registry=REGISTRY)
swept = Counter("tealight_deadlines_total", "Deadlines acted on", registry=REGISTRY)
epochs_renewed = Counter("tealight_epochs_renewed_total", "Logs found behind what was answered", registry=REGISTRY)


def page() -> bytes:
    """The exposition text of this process."""
    return generate_latest(REGISTRY)
