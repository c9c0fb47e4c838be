"""What the HTTP API is made of; the composition root fills it in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from chat.accounts.directory import Directory
from chat.accounts.passwords import Passwords
from chat.accounts.pools import PoolBook
from chat.accounts.sign_in import SignIn
from chat.conversation.data_keys import DataKeys
from chat.conversation.forgetting import ForgetChats
from chat.supervision.public_status import PublicStatus
from config.clock import now_ms
from config.database import Database
from config.durability import Promised
from config.settings import Settings
from routing.actions.lines import Lines

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"


def no_lines() -> Lines | None:
    """Where no engine is at hand."""
    return None


@dataclass(frozen=True)
class ApiDeps:
    """Everything the API calls. `engines` says which engines answer; `metrics` is Prometheus text.

    `lines`: the shards, None until their engine was reached once.
    """

    settings: Settings
    database: Database
    keys: DataKeys
    directory: Directory
    pools: PoolBook
    version: str
    durability: Callable[[], Awaitable[Promised]]
    engines: Callable[[], Awaitable[dict[str, bool]]]
    metrics: Callable[[], Awaitable[bytes]]
    lines: Callable[[], Lines | None] = no_lines
    #: What other houses keep about a chat, to go with it when its seeker has it deleted.
    forgotten_with_chat: tuple[ForgetChats, ...] = ()
    clock: Callable[[], int] = now_ms
    passwords: Passwords = field(default_factory=Passwords)
    #: Where `make web` puts the pages.
    dist: Path = DIST
    door: SignIn = field(init=False)
    status: PublicStatus = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "door", SignIn(self.database, self.passwords, self.clock))
        object.__setattr__(self, "status", PublicStatus(self.database, self.pools, self.lines))

    def close(self) -> None:
        """End the threads that check passwords."""
        self.passwords.close()
