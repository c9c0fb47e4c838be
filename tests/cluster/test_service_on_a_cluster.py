"""The whole service on a cluster: two people talk while the master that holds their chat is killed."""

import asyncio
import json
from pathlib import Path

from config.engines.several import ThrowAwayCluster, until
from config.redis_masters import slot_of
from tests.cluster.shards import TAGS
from tests.helpers.service import Service, starting
from tests.helpers.world import World


def durability_told_by(service: Service) -> str:
    return str(json.loads(service.get("/api/about")[1])["durability"])


async def test_two_people_talk_on_while_their_master_is_replaced(cluster: ThrowAwayCluster, tmp_path: Path) -> None:
    with starting(tmp_path, REDIS_URL=cluster.url, REPLICA_ACK="1", REPLICA_ACK_MS="100") as service:
        assert service.children("valkey") == []
        assert durability_told_by(service) == "replica"
        world = await World(service).opens()
        try:
            seeker, listener, chat_id = await world.they_talk(first_words="is somebody there?")
            teen, teens_listener, teens_chat = await world.they_talk(age_band="teen")
            for number in range(5):
                await seeker.says(chat_id, f"before {number}")
                await listener.says(chat_id, f"heard {number}")
            master = cluster.owner_of(slot_of(TAGS["adult"]))
            replica = cluster.replica_of(master)
            master.kill()
            said = asyncio.gather(seeker.says(chat_id, "still there?"), listener.says(chat_id, "still here"))
            await teen.says(teens_chat, "we notice nothing")
            await teens_listener.says(teens_chat, "nor do I")
            await said
            assert cluster.owner_of(slot_of(TAGS["adult"])) is replica
            await world.everyone_agrees()
            assert seeker.logs[chat_id].seq == 13 and teen.logs[teens_chat].seq == 2
            await asyncio.to_thread(until, service.is_ready)
            # The promoted one has no replica of its own now: nobody waits for it, and everybody may know.
            await asyncio.to_thread(until, lambda: durability_told_by(service) == "degraded")
        finally:
            await world.ends()
        service.check_log()
