"""Ids of people, clearances, invitations, pools and reviews; codes and cookies."""

import base64
import hashlib
import secrets


def base32_id(prefix: str, random_bytes: bytes) -> str:
    """`prefix` and 20 characters of lowercase base32: 100 random bits of at least 13 bytes."""
    return prefix + base64.b32encode(random_bytes)[:20].decode().lower()


def new_id(prefix: str) -> str:
    """A fresh id. `prefix`: one letter for each kind of thing, so that an id in a log says what it is of."""
    return base32_id(prefix, secrets.token_bytes(13))


def new_secret() -> str:
    """256 random bits for a cookie or an invitation."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What the database keeps of a secret. A plain hash is enough: nobody can try 256 random bits through."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
