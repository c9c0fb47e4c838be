"""Messages that another life of the engine lacks, written back as they stood (docs/edge.md, "Epochs").

Each process has what was published to it. It goes into the log before anything new is taken, at the place that it had;
what doesn't fit yet, since only another process has what came before, waits until that one has written.
"""

import asyncio
import secrets
from collections.abc import Mapping

from chat.edge.hub import Hub
from chat.edge.recent import RecentLog
from config.log import get_logger
from config.redis_link import Argument

logger = get_logger("edge")

#: chat -> what is kept of its log
Logs = Mapping[str, RecentLog]

#: Chats of one call that compares; calls that are under way at once.
PAGE, AT_ONCE = 200, 50


def recent_logs(hub: Hub, band: str) -> Logs:
    """All that this process was published of late by that band's shard."""
    return hub.recent.logs(hub.lines.shards[band].key("channel").encode())


async def write_back(hub: Hub, band: str, logs: Logs, *, is_last: bool = False) -> Logs:
    """What is left of these: the shard doesn't know the chat (yet), or what came before is missing.

    With `is_last` nothing is waited for any more. Raises RedisAway, RedisRefused.
    """
    asked = list(logs)
    left: set[str] = set()
    lacking: list[str] = []
    for start in range(0, len(asked), PAGE):
        page = asked[start : start + PAGE]
        heads = await hub.lines.call(band, "heads", *[arg for one in page for arg in (one, logs[one].said[-1].seq)])
        for chat_id, (epoch, seq, message_id) in zip(page, heads, strict=True):
            log, last = logs[chat_id], logs[chat_id].said[-1]
            if not epoch:
                left.add(chat_id)
            elif (epoch.decode(), message_id.decode()) != (log.epochs[-1], last.message_id) or seq < last.seq:
                lacking.append(chat_id)
    written = 0
    for start in range(0, len(lacking), AT_ONCE):
        page = lacking[start : start + AT_ONCE]
        calls = [hub.lines.call(band, "write_back", *_told(hub, band, one, logs[one], is_last)) for one in page]
        answers = await asyncio.gather(*calls)
        left.update(one for one, answer in zip(page, answers, strict=True) if answer in (b"unknown", b"gap"))
        written += answers.count(b"written")
    if written:
        hub.door.counts.written_back.inc(written)
        logger.warning("written_back", band=band, chats=written)
    return {one: logs[one] for one in left}


def _told(hub: Hub, band: str, chat_id: str, recent: RecentLog, is_last: bool) -> list[Argument]:
    told: list[Argument] = [chat_id, secrets.token_hex(6), hub.engine_lives.get(band, "")]
    told += [",".join(recent.epochs), "1" if is_last else "0"]
    for said in recent.said:
        told += [said.seq, said.from_id, said.message_id, said.sent_at_ms, said.sealed]
    return told
