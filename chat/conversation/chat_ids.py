"""Ids of chats follow from who asked and which request it was, so that a repeated request finds its own chat."""

import base64
import hashlib


def chat_id_of(person_id: str, age_band: str, request_id: str) -> str:
    """`c` and 20 characters of base 32; the same request of the same person always gets the same one.

    One per age band: a client that uses a request_id in both must not give its listener two chats of one id.
    """
    digest = hashlib.sha256(f"{person_id}|{age_band}|{request_id}".encode()).digest()
    return "c" + base64.b32encode(digest).decode().lower()[:20]
