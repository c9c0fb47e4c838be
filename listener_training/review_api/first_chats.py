"""For supervisors: new listeners on duty, who have their first chats before them (docs/review.md)."""

from chat.accounts.staff import StaffMember
from chat.api.endpoint import SUPERVISORS, Asked, Endpoint
from chat.supervision.observing import may_observe
from listener_training.review.first_chats import chats_so_far
from listener_training.review.rubric import shipped_rules
from listener_training.review_api.shown import FirstChat, FirstChatsLine, FirstChatsShown
from routing.actions.lines import Lines

#: In a young service everybody is new, and each line of this list costs a look into every shard.
MOST_SHOWN = 50


class FirstChats:
    async def now(self, asked: Asked) -> FirstChatsShown:
        """Who is on duty and new, those in a chat first. Empty while the engine was not reached yet."""
        first_chats = shipped_rules().first_chats
        lines = asked.deps.lines()
        if lines is None:
            return FirstChatsShown(first_chats, [])
        on_duty, in_chat = await _people(lines, [(pool.language, pool.age_band) for pool in asked.deps.pools.all()])
        members = [one for one in await asked.deps.directory.everyone() if one.person_id in on_duty]
        async with asked.deps.database.read() as session:
            so_far = await chats_so_far(session, [one.person_id for one in members])
        new = [one for one in members if so_far[one.person_id] < first_chats]
        new.sort(key=lambda one: (one.person_id not in in_chat, so_far[one.person_id]))
        return FirstChatsShown(
            first_chats,
            [
                FirstChatsLine(
                    person_id=one.person_id,
                    display_name=one.display_name,
                    is_in_chat=one.person_id in in_chat,
                    number=so_far[one.person_id] + 1,
                    age_bands=list(one.age_bands),
                    chats=await _open_chats(lines, one.person_id, asked.by) if one.person_id in in_chat else [],
                )
                for one in new[:MOST_SHOWN]
            ],
        )

    def endpoints(self) -> tuple[Endpoint, ...]:
        return (
            Endpoint(
                method="GET",
                path="/api/supervise/first-chats",
                act=self.now,
                answer=FirstChatsShown,
                who=SUPERVISORS,
                summary="New listeners on duty, with which of their first chats is next or goes on.",
            ),
        )


async def _open_chats(lines: Lines, listener_id: str, by: StaffMember) -> list[FirstChat]:
    """The chats that this listener is in. Raises RedisAway, RedisRefused."""
    records = await lines.snapshots(listener_id, lines.shards)
    return [
        FirstChat(
            chat_id=chat.chat_id,
            opened_at_ms=chat.opened_at_ms,
            observer_name=chat.observer_name or None,
            is_mine=chat.observer == by.person_id,
            may_attach=may_observe(by, band),
        )
        for band, record in records.items()
        for chat in record.chats.values()
        if chat.state == "A" and chat.listener == listener_id
    ]


async def _people(lines: Lines, pools: list[tuple[str, str]]) -> tuple[set[str], set[str]]:
    """Who is available or in a chat, and who is in a chat. Raises RedisAway, RedisRefused.

    A shard with thousands on duty says only how many: such a service has no use for a list of new ones on one board.
    """
    on_duty: set[str] = set()
    in_chat: set[str] = set()
    for band in lines.shards:
        languages = ",".join(language for language, age_band in pools if age_band == band)
        available, _paused, busy = await lines.call(band, "people_on_duty", languages)
        for people, found in ((available, on_duty), (busy, on_duty), (busy, in_chat)):
            if not isinstance(people, int):
                found.update(person.decode() for person in people)
    return on_duty, in_chat
