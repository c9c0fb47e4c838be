"""Through which door somebody came: the service's own, or one of practice chats, apart from all that is real."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from chat.accounts.pools import PoolBook
from chat.accounts.staff import StaffMember
from chat.conversation import aftermath, blocks
from chat.conversation.data_keys import DataKeys
from chat.conversation.sealing import ChatKey
from chat.edge.refusal import CommandRefused
from chat.protocol.fields import Role
from config import metrics
from config.database import Database
from config.metrics import Uncounted
from routing.actions.counting import counting
from routing.actions.lines import Lines


class Door:
    """The real door. Another one differs in its shards, in who comes in as whom, and in what is kept and counted."""

    is_practice = False
    #: what the engine's list of clients calls the links for commands and for pushes
    link_names = ("tealight-web", "tealight-push")
    #: what is counted here; `Uncounted` where nothing may be
    counts: ModuleType | Uncounted = metrics

    def __init__(self, shards: Mapping[str, str], pools: PoolBook, database: Database, keys: DataKeys) -> None:
        self.shards = dict(shards)
        self.pools = pools
        self.database = database
        self.keys = keys

    def on_fact(self, band: str) -> Callable[[str], None]:
        """A subscriber for what happens in one band's shard."""
        return counting(band)

    async def member(self, staff: StaffMember) -> StaffMember | None:
        """As whom a member of staff stands here; None: there is nothing here for them."""
        return staff

    def guest(self, token: str | None) -> str | None:
        """Who a seeker's token is at a door that doesn't let everybody in; None: nobody."""
        return None

    async def tidy(self, lines: Lines) -> None:
        """What has to be swept now and then, where no archiver does it."""

    async def key_of(self, chat_id: str) -> ChatKey:
        """With what words about this chat are sealed. Raises CommandRefused where it was deleted, KeysAwayError."""
        key = await self.keys.of(chat_id)
        if key is None:
            raise CommandRefused("no_such_chat")
        return key

    async def save_note(self, chat_id: str, listener_id: str, note: str) -> None:
        """Keep a listener's wrap-up note."""
        await aftermath.save_note(self.database, await self.key_of(chat_id), listener_id, note)

    async def save_comment(self, chat_id: str, comment: str) -> None:
        """Keep what a seeker wrote about a chat."""
        await aftermath.save_comment(self.database, await self.key_of(chat_id), comment)

    async def save_review_consent(self, chat_id: str, *, may_review: bool) -> None:
        """Keep a seeker's yes to a mentor's reading of the chat, or take it back."""
        await aftermath.save_review_consent(self.database, chat_id, may_review=may_review)

    async def save_report(
        self,
        *,
        chat_id: str,
        person_id: str,
        role: Role,
        about_id: str | None,
        reason: str,
        comment: str | None,
        block: bool,
    ) -> None:
        """Keep one participant's report of the other one. Without a comment it needs no key: it must not fail.

        `about_id`: whom a seeker reports.
        """
        sealed = None
        if comment:
            sealed = (await self.key_of(chat_id)).seal_note(aftermath.REPORT, person_id, comment)
        await aftermath.save_report(
            self.database,
            chat_id=chat_id,
            person_id=person_id,
            role=role,
            about_id=about_id,
            reason=reason,
            sealed=sealed,
            block=block,
        )

    async def save_block(self, seeker_id: str, listener_id: str) -> None:
        """Keep that these two shall not meet again, for an engine that forgets it."""
        await blocks.save_block(self.database, seeker_id, listener_id)

    async def blocks(self) -> Sequence[tuple[str, str, int]]:
        """Who shall not meet: seeker, listener, and when the seeker's token was last seen in use."""
        return await blocks.all_blocks(self.database)
