"""Many who want the same thing in the same moment."""

import asyncio
from collections import Counter

from config.engines.valkey import ThrowAwayValkey
from tests.helpers.valkey import empty
from tests.store.region import Region

CONNECTIONS = 20
AT_ONCE = 200
#: for the one offer that many want
PROCESSES = 25
ACCEPTS = 1000


async def test_a_thousand_accepts_of_one_offer_have_one_effect(engine: ThrowAwayValkey) -> None:
    """Twenty-five processes and as many listeners; one of them was offered it."""
    empty(engine)
    region = Region()
    await region.open(engine.url, PROCESSES)
    names = [f"l{number:02}" for number in range(PROCESSES)]
    for number, name in enumerate(names):
        await region.call("adult", "attach", name, f"p{number}")
        await region.call("adult", "set_availability", name, 1, 1, 4, "en", "0", "", name, 0, 0, 0, "0")
    chat = await region.asks("adult", "ada")
    [(offered, offer)] = [(name, found[0][1]) for name in names if (found := await region.offers(name))]
    each = ACCEPTS // PROCESSES
    answers = await asyncio.gather(
        *[
            region.call("adult", "answer_offer", names[number % PROCESSES], offer, "1", process=number // each)
            for number in range(ACCEPTS)
        ]
    )
    by_listener = Counter((names[number % PROCESSES], answer.decode()) for number, answer in enumerate(answers))
    assert by_listener.pop((offered, "done")) == each, "the one who was asked gets the same answer each time"
    assert sum(by_listener.values()) == ACCEPTS - each and {answer for _, answer in by_listener} == {"gone"}
    record = await region.record("ada", "adult")
    assert record.chats[chat].state == "A" and record.chats[chat].turn == 2 and record.chats[chat].offers == 1
    assert list(record.chats[chat].listeners) == [offered]
    assert [await region.load(name) for name in names] == [int(name == offered) for name in names]
    await region.close()


async def test_two_hundred_seekers_and_twenty_listeners_make_twenty_pairs(engine: ThrowAwayValkey) -> None:
    empty(engine)
    region = Region()
    await region.open(engine.url, CONNECTIONS)
    names = [f"l{number:02}" for number in range(CONNECTIONS)]

    async def comes(number: int) -> None:
        await region.call("adult", "attach", names[number], f"p{number}", process=number)
        await region.call(
            "adult", "set_availability", *(names[number], 1, 1, 4, "en", "0", "", "", 0, 0, 0, "0"), process=number
        )

    await asyncio.gather(
        *[region.asks("adult", f"s{number:03}", process=number % 20) for number in range(AT_ONCE)],
        *[comes(number) for number in range(CONNECTIONS)],
    )
    offers = [offer for name in names for _, offer in await region.offers(name)]
    assert len(offers) == len(set(offers)) == CONNECTIONS
    link = region.links[0]
    assert await link.send("ZCARD", "{a:test}:w:en:0.0.0") == AT_ONCE - CONNECTIONS
    await region.close()


async def test_a_message_sent_over_twenty_connections_is_written_once(engine: ThrowAwayValkey) -> None:
    empty(engine)
    region = Region()
    await region.open(engine.url, CONNECTIONS)
    await region.stands("bo")
    chat = await region.asks("adult", "ada")
    await region.answers("bo")
    answers = await asyncio.gather(
        *[
            region.call("adult", "send_message", chat, "ada", f"m{number // 20}", "text", "seeker", process=number % 20)
            for number in range(AT_ONCE)
        ]
    )
    seqs = {(number // 20, int(answer.split()[2])) for number, answer in enumerate(answers)}
    assert len(seqs) == 10 and {seq for _, seq in seqs} == set(range(1, 11))
    assert await region.links[0].send("XLEN", f"{{a:test}}:g:{chat}") == 10
    await region.close()
