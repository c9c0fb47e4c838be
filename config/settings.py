"""Settings come from the environment, are read once, here, and are checked at the start (docs/settings.md)."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.durability import Wanted
from config.redis_address import EngineUrl


class SettingsError(Exception):
    """A setting is missing or bad. The message is one sentence that says how to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Times in seconds. Empty `redis_url` and `database_url`: `up` starts embedded engines."""

    host: str
    port: int
    public_url: str
    web_url: str
    redis_url: str
    durability: Wanted
    replica_ack: int
    replica_ack_ms: int
    database_url: str
    secret_key: str
    master_key: str
    retention_days: int
    facts_days: int
    data_dir: Path
    default_locale: str
    region: str
    offer_s: float
    confirm_s: float
    wrap_up_s: float
    start_gap_s: float
    urgent_offer_s: float
    second_language_s: float
    commands_per_s: float
    log_level: str

    def __repr__(self) -> str:
        return f"Settings(host={self.host!r}, port={self.port}, region={self.region!r})"

    @property
    def is_loopback(self) -> bool:
        """Does the service listen on this machine only?"""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def shards(self) -> dict[str, str]:
        """Age band -> the hash tag under which all keys of that band in this region stand."""
        return {"adult": f"{{a:{self.region}}}:", "teen": f"{{t:{self.region}}}:"}

    @property
    def practice_shards(self) -> dict[str, str]:
        """The same for practice chats. Never beside `shards`: whatever walks those is about real people."""
        return {"adult": f"{{pa:{self.region}}}:", "teen": f"{{pt:{self.region}}}:"}


def _public_url(env: Mapping[str, str]) -> str:
    """Scheme, host and port as browsers write them into `Origin`, which is compared with it."""
    given = _url(env, "PUBLIC_URL", ("http", "https")).rstrip("/").lower()
    parts = urlsplit(given)
    if given and (not parts.hostname or given != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc):
        raise SettingsError(
            "PUBLIC_URL must be a scheme, a host and perhaps a port, such as https://talk.example.org: "
            "the pages stand at the root of a host of their own."
        )
    return given


def _web_url(env: Mapping[str, str], host: str, port: int) -> str:
    given = _url(env, "WEB_URL", ("http", "https")).rstrip("/")
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - called, not bound
    return given or f"http://{f'[{named}]' if ':' in named else named}:{port}"


def _number(env: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    raw = env.get(name, "")
    if raw == "":
        return default
    try:
        value = float(raw)
    except ValueError:
        raise SettingsError(f"{name} must be a number from {low:g} to {high:g}, not {raw!r}.") from None
    if not low <= value <= high:
        raise SettingsError(f"{name} must be a number from {low:g} to {high:g}, not {raw!r}.")
    return value


def _whole_number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = _number(env, name, default, low, high)
    if value != int(value):
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {env[name]!r}.")
    return int(value)


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    raw = env.get(name, "")
    if raw == "":
        return ""
    try:
        parts = urlsplit(raw)
        scheme, _ = parts.scheme, parts.port  # reading the port checks it
    except ValueError:
        scheme = ""
    if scheme not in schemes:
        # Never the value itself: it may hold a password.
        raise SettingsError(f"{name} must be a URL that starts with one of {', '.join(s + '://' for s in schemes)}.")
    return raw


def _check_proxies(env: Mapping[str, str]) -> None:
    """The HTTP server reads them itself, and takes what it can't read for a name that no proxy ever has."""
    named = env.get("FORWARDED_ALLOW_IPS", "")
    if named in ("", "*"):
        return
    for one in (part.strip() for part in named.split(",")):
        try:
            ipaddress.ip_network(one)
        except ValueError:
            raise SettingsError(
                f"FORWARDED_ALLOW_IPS must be addresses or networks such as 10.0.0.5,10.1.0.0/16, not {one!r}."
            ) from None


def _engine_url(env: Mapping[str, str]) -> str:
    raw = env.get("REDIS_URL", "")
    if raw:
        try:
            EngineUrl.of(raw)
        except ValueError as error:
            raise SettingsError(f"REDIS_URL {error}") from None
    return raw


def _durability(env: Mapping[str, str]) -> tuple[Wanted, int]:
    """The level that is wanted, and how many replicas must have a step before it is answered."""
    replicas = _whole_number(env, "REPLICA_ACK", 0, 0, 5)
    match (env.get("DURABILITY") or "").lower():
        case "":
            # The embedded engine is ours to set up; of an engine that is somebody else's nothing is demanded.
            wanted: Wanted = "replica" if replicas else "any" if env.get("REDIS_URL") else "always"
        case "always":
            wanted = "always"
        case "everysec":
            wanted = "everysec"
        case "replica":
            wanted, replicas = "replica", max(1, replicas)
        case _:
            raise SettingsError(f"DURABILITY must be always, everysec or replica, not {env['DURABILITY']!r}.")
    if replicas and not env.get("REDIS_URL"):
        name = "REPLICA_ACK" if env.get("REPLICA_ACK") else "DURABILITY=replica"
        raise SettingsError(f"{name} needs a REDIS_URL: the embedded engine has no replicas.")
    return wanted, replicas


def load(env: Mapping[str, str] | None = None, *, needs: tuple[str, ...] = ()) -> Settings:
    """Read and check the settings.

    `needs` names the settings that this command can't do without (`REDIS_URL`, `DATABASE_URL`, `SECRET_KEY`).
    Raises SettingsError.
    """
    env = os.environ if env is None else env
    for name in needs:
        if not env.get(name):
            raise SettingsError(f"{name} is not set; this command needs it (`tealight up` sets it up by itself).")
    region = env.get("REGION") or "main"
    if not re.fullmatch(r"[a-z0-9_-]{1,16}", region):
        raise SettingsError(f"REGION must be 1 to 16 of a-z 0-9 _ -, not {region!r}.")
    locale = env.get("DEFAULT_LOCALE") or "en"
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", locale):
        raise SettingsError(f"DEFAULT_LOCALE must be a language tag such as en or pt-BR, not {locale!r}.")
    secret = env.get("SECRET_KEY", "")
    if secret and len(secret) < 32:
        raise SettingsError("SECRET_KEY must have at least 32 characters; `openssl rand -hex 32` makes one.")
    master = env.get("MASTER_KEY", "")
    if master and not re.fullmatch(r"[0-9a-f]{64}(,[0-9a-f]{64})*", master, re.IGNORECASE):
        raise SettingsError("MASTER_KEY must be 64 hexadecimal digits (`openssl rand -hex 32`), or several by commas.")
    _check_proxies(env)
    level = (env.get("LOG_LEVEL") or "info").lower()
    if level not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"LOG_LEVEL must be debug, info, warning or error, not {level!r}.")
    durability, replica_ack = _durability(env)
    database_url = _url(
        env, "DATABASE_URL", ("postgresql", "postgres", "postgresql+asyncpg", "sqlite", "sqlite+aiosqlite")
    )
    if database_url.startswith("sqlite") and not urlsplit(database_url).path.startswith("//"):
        # Where else a command is called, it would be another file, and so an empty service.
        raise SettingsError(
            "DATABASE_URL must name the file from the root: sqlite:////srv/tealight.db, with four slashes."
        )
    host, port = env.get("HOST") or "127.0.0.1", _whole_number(env, "PORT", 8000, 0, 65535)
    return Settings(
        host=host,
        port=port,
        public_url=_public_url(env),
        web_url=_web_url(env, host, port),
        redis_url=_engine_url(env),
        durability=durability,
        replica_ack=replica_ack,
        replica_ack_ms=_whole_number(env, "REPLICA_ACK_MS", 200, 10, 2000),
        database_url=database_url,
        secret_key=secret,
        master_key=master.lower(),
        retention_days=_whole_number(env, "RETENTION_DAYS", 30, 1, 3650),
        facts_days=_whole_number(env, "FACTS_DAYS", 400, 1, 3650),
        data_dir=Path(env.get("DATA_DIR") or "data").expanduser().resolve(),
        default_locale=locale,
        region=region,
        offer_s=_number(env, "OFFER_S", 25, 0.2, 600),
        confirm_s=_number(env, "CONFIRM_S", 15, 0.2, 600),
        wrap_up_s=_number(env, "WRAP_UP_S", 60, 0, 3600),
        start_gap_s=_number(env, "START_GAP_S", 20, 0, 3600),
        urgent_offer_s=_number(env, "URGENT_OFFER_S", 8, 0.2, 600),
        second_language_s=_number(env, "SECOND_LANGUAGE_S", 300, 0, 3600),
        commands_per_s=_number(env, "COMMANDS_PER_S", 30, 20, 1_000_000),
        log_level=level,
    )
