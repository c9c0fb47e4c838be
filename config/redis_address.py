"""What REDIS_URL says: one server, a master behind Sentinels, or a cluster (docs/redis-link.md)."""

import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, unquote

Kind = Literal["single", "sentinel", "cluster"]

#: The forms, as settings and documentation name them.
FORMS = (
    "redis://host:port/db",
    "rediss://host:port/db",
    "unix:///path",
    "redis+sentinel://host:port,host:port/NAME",
    "rediss+sentinel://host:port,host:port/NAME",
    "redis+cluster://host:port,host:port",
    "rediss+cluster://host:port,host:port",
)
_URL = re.compile(
    r"(?P<scheme>rediss?(\+sentinel|\+cluster)?|unix)://(?P<net>[^/?#]*)(?P<path>[^?#]*)(\?(?P<query>[^#]*))?"
)
_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\[\]:]+)?(:(?P<port>\d{1,5}))?")
_DEFAULT_PORT: dict[Kind, int] = {"single": 6379, "sentinel": 26379, "cluster": 6379}


@dataclass(frozen=True, slots=True)
class Address:
    """Where one server listens, and what it wants to be told first. `path` is a Unix socket, else empty."""

    host: str
    port: int
    path: str = ""
    user: str = ""
    password: str = ""
    database: int = 0
    is_tls: bool = False

    def __repr__(self) -> str:
        # Never the password.
        return f"Address({self.path or f'{self.host}:{self.port}'})"

    @property
    def spot(self) -> tuple[str, int, str]:
        """What tells two servers apart."""
        return self.host, self.port, self.path

    def elsewhere(self, host: str, port: int) -> "Address":
        """Another server of the same installation: same names, same kind of connection."""
        return replace(self, host=host, port=port)

    @classmethod
    def of(cls, url: str) -> "Address":
        """The one server that a URL names. Raises ValueError where it names Sentinels or a cluster."""
        told = EngineUrl.of(url)
        if told.kind != "single":
            raise ValueError("must name one server.")
        return told.addresses[0]


@dataclass(frozen=True, slots=True)
class EngineUrl:
    """`addresses` are the server, the Sentinels, or some nodes of the cluster.

    `master` holds what a master behind Sentinels is told (its host and port are not known yet); `name` is what the
    Sentinels call it.
    """

    kind: Kind
    addresses: tuple[Address, ...]
    name: str = ""
    master: Address | None = None

    @classmethod
    def of(cls, url: str) -> "EngineUrl":
        """Raises ValueError with the rest of a sentence that begins with the setting's name, and never its value."""
        found = _URL.fullmatch(url)
        if found is None:
            raise ValueError(f"must be a URL of one of these forms: {', '.join(FORMS)}.")
        scheme, path, query = found["scheme"], unquote(found["path"]), dict(parse_qsl(found["query"] or ""))
        login, _, hosts = found["net"].rpartition("@")
        user, _, password = login.partition(":")
        if scheme == "unix":
            if not path:
                raise ValueError("names no socket: unix:///path/of/the.sock.")
            plain = Address("127.0.0.1", 6379, path, unquote(user), unquote(password), _database(query.get("db", "")))
            return cls("single", (plain,))
        kind: Kind = "sentinel" if "sentinel" in scheme else "cluster" if "cluster" in scheme else "single"
        login_of = Address("", 0, "", unquote(user), unquote(password), 0, scheme.startswith("rediss"))
        spots = [_spot(text, _DEFAULT_PORT[kind], may_be_empty=kind == "single") for text in hosts.split(",")]
        if kind == "single":
            if len(spots) > 1:
                raise ValueError("names several hosts; that takes redis+sentinel:// or redis+cluster://.")
            return cls(
                "single",
                (replace(login_of.elsewhere(*spots[0]), database=_database(path.strip("/") or query.get("db", ""))),),
            )
        if kind == "cluster":
            if path.strip("/") not in ("", "0") or query.get("db", "0") != "0":
                raise ValueError("names a database, and a cluster has only one.")
            return cls("cluster", tuple(login_of.elsewhere(*spot) for spot in spots))
        name = path.strip("/")
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise ValueError(
                "must end with the name that the Sentinels give to the master: redis+sentinel://host:26379/NAME."
            )
        asked = replace(login_of, user=query.get("sentinel_user", ""), password=query.get("sentinel_password", ""))
        return cls(
            "sentinel",
            tuple(asked.elsewhere(*spot) for spot in spots),
            name,
            replace(login_of, database=_database(query.get("db", ""))),
        )


def _spot(text: str, default_port: int, *, may_be_empty: bool) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if found is None or (found["host"] is None and not may_be_empty):
        raise ValueError("names a host that can't be read; write host:port, and several with commas between.")
    port = int(found["port"] or default_port)
    if not 0 < port < 65536:
        raise ValueError("names a port that is not from 1 to 65535.")
    return (found["host"] or "127.0.0.1").strip("[]"), port


def _database(text: str) -> int:
    if not text:
        return 0
    if not text.isdecimal():
        raise ValueError("names a database that is no number.")
    return int(text)
