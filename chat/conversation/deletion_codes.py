"""The code by which a seeker can delete their chat. Pure: the secret is an argument (docs/archive.md).

It follows from the chat, so that nothing has to be kept to show it. Its hash is kept, by which the chat is found.
"""

import base64
import hashlib
import hmac

_PURPOSE = b"tealight deletion code 1"
#: 80 bits in groups that can be read out: guessing one of a million chats takes 10^18 tries.
CODE_LETTERS = 16
_GROUP = 4
#: What people type for letters that the code doesn't have (RFC 4648: A-Z 2-7).
_MEANT = str.maketrans({"0": "O", "1": "I", "8": "B"})


def code_of(secret: str, chat_id: str) -> str:
    """Sixteen letters in groups of four, such as `ABCD-EFGH-IJKL-MNOP`; the same chat always gets the same."""
    key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    letters = base64.b32encode(hmac.digest(key, chat_id.encode(), hashlib.sha256)).decode()[:CODE_LETTERS]
    return "-".join(letters[at : at + _GROUP] for at in range(0, CODE_LETTERS, _GROUP))


def code_hash_of(secret: str, chat_id: str) -> bytes:
    """What is kept of a chat's code."""
    return hash_of(code_of(secret, chat_id))


def hash_of(code: str) -> bytes:
    """What is kept of a code, however it was typed: small letters, spaces and hyphens make no difference."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum()).translate(_MEANT)
    return hashlib.sha256(_PURPOSE + letters.encode()).digest()
