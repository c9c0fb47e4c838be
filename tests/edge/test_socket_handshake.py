"""Who is let in at the door of `/ws`, and what the first frame must be."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake
from websockets.typing import Origin, Subprotocol

from tests.helpers.service import Service
from tests.helpers.wire import JSON, MSGPACK, Codec, Wire
from tests.helpers.world import World


async def shake(
    service: Service, *, origin: str | None = None, subprotocols: tuple[str, ...], path: str = "/ws"
) -> str:
    """The subprotocol that the server chose."""
    async with connect(
        f"ws://127.0.0.1:{service.port}{path}",
        origin=Origin(origin) if origin else None,
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        proxy=None,
    ) as socket:
        return socket.subprotocol or ""


async def test_a_client_names_one_of_the_two_subprotocols(service: Service) -> None:
    for name in (JSON.subprotocol, MSGPACK.subprotocol):
        assert await shake(service, subprotocols=(name,)) == name
        assert await shake(service, subprotocols=("something.else", name)) == name
    for names in ((), ("something.else",), ("tealight.v2.json",)):
        with pytest.raises(InvalidHandshake):
            await shake(service, subprotocols=names)


async def test_a_page_of_somebody_else_is_refused(service: Service) -> None:
    own = f"http://127.0.0.1:{service.port}"
    mine = (JSON.subprotocol,)
    assert await shake(service, origin=own, subprotocols=mine)
    assert await shake(service, origin=None, subprotocols=mine)  # a program
    for other in (
        "http://evil.example",
        f"https://127.0.0.1:{service.port}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{service.port + 1}",
        f"http://localhost:{service.port}",
        f"http://127.0.0.1:{service.port}.evil.example",
        "null",
    ):
        with pytest.raises(InvalidHandshake):
            await shake(service, origin=other, subprotocols=mine)


async def test_nothing_else_speaks_websocket(service: Service) -> None:
    for path in ("/", "/ws/", "/wss", "/api/sign-in"):
        with pytest.raises(InvalidHandshake):
            await shake(service, subprotocols=(JSON.subprotocol,), path=path)


@pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=["json", "msgpack"])
async def test_hello_comes_first(service: Service, codec: Codec) -> None:
    wire = await Wire.open(service.url, codec)
    for kind, fields in (
        ("catch_up", {"chat_id": "c", "epoch": "e", "seq": 0}),
        ("request_chat", {"request_id": "r", "language": "en", "topics": [], "age_band": "adult"}),
        ("send_message", {"chat_id": "c", "message_id": "m", "text": "t"}),
        ("watch_load", {}),
        ("set_availability", {"availability": "available"}),
        ("no_such_command", {}),
    ):
        reply = await wire.ask(kind, **fields)
        assert (reply["type"], reply["code"]) == ("refused", "hello_first"), kind
    for frame in (
        {"type": "set_typing", "chat_id": "c", "typing": True},
        {"type": "confirm_here", "request_id": "r"},
        {"type": "leave_line", "ref": "no request_id"},
        {"ref": "no type"},
    ):
        wire.frames.clear()
        await wire.send_raw(codec.pack(frame))
        refused = await wire.sees("refused", code="hello_first")
        assert refused["ref"] == frame.get("ref"), "also where nothing else is ever answered"
    await wire.send_raw("{" if codec is JSON else b"\xc1")
    await wire.sees("refused", code="hello_first")
    refused = await wire.ask("hello", recover="none")
    assert refused["code"] == "bad_frame" and "recover" in refused["message"], "it was a hello, and a bad one"
    assert (await wire.ask("hello"))["type"] == "done", "a refusal costs nothing"
    await wire.close()
    assert not wire.wrongs


async def test_welcome_then_done(world: World) -> None:
    seeker = await world.visitor()
    kinds = [frame["type"] for frame in seeker.wire.frames]
    assert kinds == ["welcome", "done"]
    welcome = seeker.welcome
    assert welcome["role"] == "seeker"
    assert isinstance(welcome["token"], str) and welcome["token"]
    assert 0 < welcome["heartbeat_s"] <= 60
    assert welcome["snapshot"]["chats"] == []
    assert welcome["snapshot"].get("request") is None


async def test_a_repeated_hello_is_done_and_says_nothing_twice(world: World) -> None:
    seeker, other = await world.visitor(), await world.visitor()
    before = len(seeker.wire.frames)
    for fields in ({}, {"token": None, "as": "seeker"}, {"token": seeker.token}):
        assert (await seeker.wire.ask("hello", **fields))["type"] == "done"
    assert [frame["type"] for frame in seeker.wire.frames[before:]] == ["done"] * 3
    await seeker.is_refused("already_greeted", "hello", token=other.token)
    await seeker.is_refused("already_greeted", "hello", token="nobody's")
    listener = await world.staff_signs_in()
    assert (await listener.wire.ask("hello"))["type"] == "done"
    await listener.is_refused("already_greeted", "hello", **{"as": "seeker"})


async def test_what_is_unknown_or_null_is_absent(world: World) -> None:
    seeker = world.stranger()
    await seeker.comes(token=None, locale=None, recover=None, shoe_size=43, more={"deep": [1, {"er": None}]})
    done = await seeker.asks_for_chat(
        world.language, distress=None, first_words=None, prefer_listener=None, avoid_listeners=None, colour="blue"
    )
    assert done["place"] == 1


async def test_an_unknown_token_counts_as_none(world: World) -> None:
    first = await world.visitor()
    assert first.token is not None
    for token in ("nonsense", "", "x" * 5000, first.token[:-2] + "zz", "a.b.c", "ü" * 40):
        other = await world.visitor(token=token)
        assert other.person_id != first.person_id
        assert other.token not in (token, first.token)
        await other.leaves()


async def test_a_token_is_good_for_several_connections(world: World) -> None:
    first = await world.visitor()
    second = await world.same_person(first)
    assert second.person_id == first.person_id
    assert second.token == first.token
    await first.asks_for_chat(world.language)
    await second.sees("request_changed", state="waiting", request_id=first.request_id)
    third = await world.same_person(first)
    request = third.welcome["snapshot"]["request"]
    assert (request["request_id"], request["state"]) == (first.request_id, "waiting")


async def test_staff_are_who_they_are_unless_the_seekers_page_says_otherwise(world: World) -> None:
    listener = await world.staff_signs_in()
    assert listener.role == "listener"
    assert listener.welcome.get("token") is None
    assert listener.welcome["snapshot"]["availability"] == "off_duty"
    again = await world.same_person(listener)
    assert again.person_id == listener.person_id, "the id of a listener never changes"

    as_seeker = world.stranger()
    as_seeker.cookie, as_seeker.as_ = listener.cookie, "seeker"
    await as_seeker.comes()
    assert as_seeker.role == "seeker"
    assert as_seeker.person_id != listener.person_id
    assert as_seeker.token
    await as_seeker.is_refused("not_allowed", "set_availability", availability="available")


async def test_a_cookie_of_nobody_makes_a_seeker(world: World) -> None:
    for cookie in ("__Host-tealight=nonsense", "__Host-tealight=", "other=1", "\x80;;=,"):
        stranger = world.stranger()
        stranger.cookie = cookie
        await stranger.comes()
        assert stranger.role == "seeker"
        await stranger.leaves()


async def test_roles_may_do_what_is_theirs(world: World) -> None:
    seeker, listener = await world.visitor(), await world.staff_signs_in()
    supervisor = await world.staff_signs_in("supervisor")
    admin = await world.staff_signs_in("admin")
    await seeker.is_refused("not_allowed", "watch_load")
    await seeker.is_refused("not_allowed", "take_next")
    await seeker.is_refused("not_allowed", "answer_offer", offer_id="x", accept=True)
    await listener.is_refused("not_allowed", "watch_load")
    await listener.is_refused(
        "not_allowed", "request_chat", request_id="r", language=world.language, topics=[], age_band="adult"
    )
    await listener.is_refused("not_allowed", "leave_line", request_id="r")
    for person in (supervisor, admin):
        await person.asks("watch_load")
        await person.becomes("available", capacity=1)
        await person.becomes("off_duty")


async def test_hello_alone_stores_nothing(world: World) -> None:
    seekers = [await world.visitor() for _ in range(5)]
    for seeker in seekers:
        await seeker.wire.ask("leave_line", request_id="none")
    assert [world.keys_of_the_engine(seeker.person_id) for seeker in seekers] == [0] * len(seekers)
    await seekers[0].asks_for_chat(world.language)
    assert world.keys_of_the_engine(seekers[0].person_id) > 0, "there the search finds some"


async def test_the_sign_in_of_accounts_add_is_good_at_once(world: World) -> None:
    password = "hunter2 but much longer"
    code, said, complaint = world.service.command(
        "accounts", "add", "mira.k", "--role", "listener", "--clear", "all", "--password-stdin", stdin=password + "\n"
    )
    assert code == 0, complaint
    assert password not in said + complaint
    listener = await world.signed_in("mira.k", password)
    await listener.is_refused("capacity_over_maximum", "set_availability", availability="paused", capacity=5)
    done = await listener.becomes("paused", capacity=4)
    assert (done["availability"], done["capacity"]) == ("paused", 4)
