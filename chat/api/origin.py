"""Does a request that changes something come from our own pages? Pure."""

from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_own_origin(origin: str | None, *, scheme: str, host: str, public_url: str) -> bool:
    """Is `Origin` absent (a program, not a page) or exactly our own scheme, host and port, or that of PUBLIC_URL?

    `scheme` and `host` are the request's own; `host` is its Host header.
    """
    if origin is None:
        return True
    theirs = _parts(origin)
    return theirs is not None and theirs in (_parts(f"{scheme}://{host}"), _parts(public_url))


def _parts(url: str) -> tuple[str, str, int] | None:
    try:
        split = urlsplit(url)
        port = split.port or _DEFAULT_PORTS.get(split.scheme)
    except ValueError:
        return None
    if not split.hostname or port is None:
        return None
    return split.scheme, split.hostname, port
