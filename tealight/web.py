"""`tealight web`: one process that serves pages, HTTP and WebSockets."""

from config.settings import Settings
from tealight.app import RETRY_ON, App
from tealight.server import listening_socket, run_web


def main(settings: Settings, fd: int | None) -> int:
    """Serve until SIGTERM; the exit code."""
    app = App(settings)
    return run_web(
        app,
        sock=listening_socket(settings.host, settings.port, fd),
        on_start=app.start,
        on_drain=app.drain,
        on_stop=app.stop,
        retry_on=RETRY_ON,
    )
