"""`tealight up`: every process of the service on one machine, in the foreground (docs/operations.md).

It binds the socket and passes it on, so that connections wait while a web process is started again. It holds the lock
of the data folder, brings the engines up first and ends them last.
"""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from config import log as logs
from config import metrics_folder, secret_key
from config.database import url_of
from config.disk import fullness
from config.engines.parent_death import dies_with_parent
from config.engines.valkey import EmbeddedValkey, stop
from config.master_keys import MasterKeys
from config.redis_address import Address, EngineUrl
from config.settings import Settings, SettingsError
from tealight import forked, long_process
from tealight.children import Bell, Child, Process, end, keep
from tealight.password_check import refuse_wrong_password
from tealight.server import PortTakenError, bind

# An `up` that was killed leaves children that drain and an engine that writes out what it holds.
LEFTOVERS_S = 12.0
# Reading a large log of writes in takes seconds; a small service's takes milliseconds.
ENGINE_START_S = 120.0
ENGINE_STOP_S = 2.5
READY_LOOK_S = 0.2
READY_LATE_S = 30.0
# An engine at REDIS_URL that nobody reaches is named at once, and again.
ENGINE_AWAY_EVERY_S = 10.0


class StopWantedError(BaseException):
    """A signal came before the service was up."""


@dataclass
class FolderLock:
    """One `up` per data folder. The file says who holds it; the kernel's lock on it is what counts."""

    path: Path
    descriptor: int
    was_left_behind: bool

    @classmethod
    def take(cls, data_dir: Path) -> "FolderLock":
        """Raises SettingsError with the holder's pid and the time since when."""
        path = data_dir / "up.lock"
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SettingsError(f"The data folder {data_dir} can't be written to: {error.strerror}.") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(f"{cls._holder(path)} already runs on {data_dir}; stop it first.") from None
        left_behind = path.stat().st_size > 0
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "since": time.time()}).encode(), 0)
        return cls(path, descriptor, left_behind)

    @staticmethod
    def _holder(path: Path) -> str:
        try:
            held = json.loads(path.read_text())
            since = datetime.fromtimestamp(held["since"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
            return f"`tealight up` with pid {int(held['pid'])} (since {since})"
        except (OSError, ValueError, KeyError, TypeError):
            return "Another `tealight up`"

    def release(self) -> None:
        """Give it free; an empty file says that all ended well."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


@dataclass
class Service:
    """What stands while the service is up."""

    settings: Settings
    sock: socket.socket
    engine: EmbeddedValkey | None
    env: dict[str, str] = field(repr=False)
    #: descriptors of the keeper alone: a lock that a child held, too, would outlive a killed keeper
    own: tuple[int, ...] = ()

    @property
    def port(self) -> int:
        """The port that was really opened (PORT may be 0)."""
        return int(self.sock.getsockname()[1])

    def start(self, name: str) -> Process:
        """Start one of the processes that go on; it ends when this one does."""
        fd = self.sock.fileno()
        if not forked.CAN_FORK:
            return self.spawn(name, *(("--fd", str(fd)) if name == "web" else ()), pass_fds=(fd,))
        if name == "web":
            return forked.fork(name, fd, env=self.env, without=self.own)
        return forked.fork(name, env=self.env, without=(*self.own, fd))

    def spawn(self, *words: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        """Run one of our own commands afresh; it ends when this process does."""
        return subprocess.Popen(
            [sys.executable, "-m", "tealight", *words],
            stdin=subprocess.DEVNULL,
            env=self.env,
            pass_fds=pass_fds,
            preexec_fn=dies_with_parent(),
            process_group=0,  # Ctrl-C must reach the keeper only, which then ends the others in order
        )

    def run_once(self, *words: str, meanwhile: Callable[[], object]) -> None:
        """Run one of our own commands to its end. When it fails it has said why itself, and this process ends, too."""
        process = self.spawn(*words)
        try:
            meanwhile()
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if code != 0:
            raise SystemExit(code)

    def is_answering(self) -> bool:
        """Does a web process answer?"""
        host = str(self.sock.getsockname()[0])
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not bound
        connection = http.client.HTTPConnection(host, self.port, timeout=READY_LOOK_S)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False


def _environment(settings: Settings, port: int, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "HOST": settings.host,
        "PORT": str(port),
        "DATA_DIR": str(settings.data_dir),
        "REDIS_URL": redis_url,
        "DURABILITY": "" if settings.durability == "any" else settings.durability,
        "DATABASE_URL": url_of(settings),
        "SECRET_KEY": settings.secret_key or secret_key.read_or_make(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
        metrics_folder.DIRECTORY: str(metrics_folder.make_folder(settings.data_dir)),
    }


def _bind(settings: Settings, patience_s: float) -> socket.socket:
    until = time.monotonic() + patience_s
    while True:
        try:
            return bind(settings.host, settings.port)
        except PortTakenError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


PAGES = (("To talk", "/"), ("Listeners", "/listen"), ("Supervisors", "/supervise"), ("Admins", "/admin"))


def addresses(settings: Settings, port: int) -> str:
    """What the person who started the service reads: where it is, and what is still missing."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"http://{host}:{port}"
    lines = ["", "Tealight is up:", ""]
    lines += [f"  {what:<12} {base}{path}" for what, path in PAGES]
    if not settings.is_loopback and not settings.public_url.startswith("https://"):
        lines += [
            "",
            "Staff can't sign in from other machines yet: browsers keep the sign-in cookie only under TLS.",
            "Put a proxy with a certificate (Caddy, nginx) in front and set PUBLIC_URL=https://your.name",
        ]
    return "\n".join([*lines, "", f"Everything is kept in {settings.data_dir}. Ctrl-C ends it.", ""])


def _is_reached(address: Address) -> bool:
    family = socket.AF_UNIX if address.path else socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family) as line:
        line.settimeout(READY_LOOK_S)
        line.connect(address.path or (address.host, address.port))
        return True
    return False


class Announcement:
    """Says where the service is as soon as it answers, or that it is late, and which engine it waits for."""

    def __init__(self, service: Service, hints: str) -> None:
        self._service = service
        self._hints = hints
        self._late_at = time.monotonic() + READY_LATE_S
        self._look_for_engine_at = 0.0
        self._is_done = False

    def tick(self) -> float | None:
        """For `keep`: look again in so many seconds, or never."""
        if self._is_done:
            return None
        if self._service.is_answering():
            self._is_done = True
            with contextlib.suppress(OSError):  # whoever started us may have closed our output; the service goes on
                print(addresses(self._service.settings, self._service.port) + self._hints, flush=True)
            return None
        if time.monotonic() > self._look_for_engine_at:
            self._look_for_engine_at = time.monotonic() + ENGINE_AWAY_EVERY_S
            self._look_for_engine()
        if time.monotonic() > self._late_at:
            print("The service does not answer yet; the lines above should say why.", file=sys.stderr, flush=True)
            self._late_at = float("inf")
        return READY_LOOK_S

    def _look_for_engine(self) -> None:
        url = self._service.settings.redis_url
        addresses = EngineUrl.of(url).addresses if url else ()
        if addresses and not any(_is_reached(address) for address in addresses):
            # Never the URL itself, which may hold a password.
            where = ", ".join(one.path or f"{one.host}:{one.port}" for one in addresses)
            print(f"Waiting for the engine (REDIS_URL): nobody answers at {where}.", file=sys.stderr, flush=True)


def _embedded(settings: Settings) -> EmbeddedValkey:
    return EmbeddedValkey(settings.data_dir, "everysec" if settings.durability == "everysec" else "always")


def _prepare(service: Service) -> None:
    if service.engine is not None:
        service.engine.wait_ready(ENGINE_START_S)
    service.run_once("migrate", meanwhile=_import_all)


def _import_all() -> None:
    """What is forked later has its modules from here on."""
    if forked.CAN_FORK:
        long_process.imported(*long_process.NAMES)


def _stop_wanted(*_: object) -> None:
    for number in _stop_signals():
        signal.signal(number, signal.SIG_IGN)  # what is taken down from here on is taken down once
    raise StopWantedError


def _stop_signals() -> list[signal.Signals]:
    # Under nohup a closed terminal is no reason to stop.
    hang_up = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    return [signal.SIGTERM, signal.SIGINT, *hang_up]


def run(settings: Settings, *, web_count: int, is_demo: bool = False) -> int:
    """Bring everything up, keep it so until a signal, end it in order. Returns the exit code.

    Raises SettingsError and EngineError when it can't begin.
    """
    stop_signals = _stop_signals()
    with contextlib.ExitStack() as last_of_all, contextlib.suppress(StopWantedError):
        for number in stop_signals:
            signal.signal(number, _stop_wanted)
        logs.set_up(settings.log_level, process="up")
        os.umask(0o077)  # the database and the engine's files are nobody else's to read
        lock = FolderLock.take(settings.data_dir)
        last_of_all.callback(lock.release)
        patience_s = LEFTOVERS_S if lock.was_left_behind else 0.0
        sock = last_of_all.enter_context(_bind(settings, patience_s))
        engine = None if settings.redis_url else _embedded(settings)
        if settings.redis_url:
            refuse_wrong_password(settings)
        MasterKeys.of(settings)  # made, or refused, here: else each process would end of it, again and again
        last_of_all.callback(metrics_folder.remove_folder, settings.data_dir)
        env = _environment(settings, sock.getsockname()[1], settings.redis_url or (engine.url if engine else ""))
        os.environ[metrics_folder.DIRECTORY] = env[metrics_folder.DIRECTORY]  # before what counts is imported
        service = Service(settings, sock, engine, env)
        children = []
        if engine is not None:
            engine.lock(patience_s)
            last_of_all.callback(engine.release)
            keeper_of_engine = Child("valkey", engine.start, lambda: fullness(settings.data_dir))
            last_of_all.callback(lambda: stop(engine.process, ENGINE_STOP_S) if engine.process else None)
            keeper_of_engine.adopt(engine.start())
            children.append(keeper_of_engine)
        _prepare(service)
        hints = demo_hints(service) if is_demo else ""
        bell = Bell(stop_signals)
        service.own = (lock.descriptor, *bell.descriptors, *(engine.descriptors if engine else ()))
        names = ["web"] * web_count + [name for name in long_process.NAMES if name != "web"]
        others = [Child(name, partial(service.start, name)) for name in names]
        keep([*children, *others], bell, Announcement(service, hints).tick)
        end(others, bell)
    return 0


def demo_hints(service: Service) -> str:
    """Make the demo people and return what `tealight demo prepare` says about how to sign in."""
    done = subprocess.run(
        [sys.executable, "-m", "tealight", "demo", "prepare"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=service.env,
        check=False,
        preexec_fn=dies_with_parent(),
    )
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    return "\n" + done.stdout.decode()
