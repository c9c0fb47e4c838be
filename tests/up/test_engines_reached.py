"""Where the engine is: what REDIS_URL may say, and what it is told when it says something else."""

import pytest

from config.redis_address import Address, EngineUrl
from config.redis_engine import Engine
from config.redis_masters import slot_of
from config.settings import SettingsError, load


@pytest.mark.parametrize(
    ("url", "spot"),
    [
        ("redis://", ("127.0.0.1", 6379, "")),
        ("redis://engine", ("engine", 6379, "")),
        ("redis://:word@engine:7000/2", ("engine", 7000, "")),
        ("rediss://[::1]:7000", ("::1", 7000, "")),
        ("unix:///run/a%20b.sock?db=1", ("127.0.0.1", 6379, "/run/a b.sock")),
    ],
)
def test_one_server(url: str, spot: tuple[str, int, str]) -> None:
    assert Address.of(url).spot == spot
    assert Address.of(url).is_tls == url.startswith("rediss")


def test_what_a_login_may_hold() -> None:
    address = Address.of("redis://us%40er:p%2Fa%3Ass,word@engine/3")
    assert (address.user, address.password, address.database) == ("us@er", "p/a:ss,word", 3)
    assert "ss,word" not in repr(address)


def test_sentinels() -> None:
    told = EngineUrl.of("rediss+sentinel://me:word@s1:1,s2,[::1]:3/the-line?db=2&sentinel_password=other")
    assert (told.kind, told.name) == ("sentinel", "the-line")
    assert [address.spot[:2] for address in told.addresses] == [("s1", 1), ("s2", 26379), ("::1", 3)]
    assert {(address.user, address.password, address.is_tls) for address in told.addresses} == {("", "other", True)}
    assert told.master is not None
    assert (told.master.user, told.master.password, told.master.database) == ("me", "word", 2)


def test_a_cluster() -> None:
    told = EngineUrl.of("redis+cluster://:word@n1:7000,n2")
    assert told.kind == "cluster"
    assert [(address.host, address.port, address.password) for address in told.addresses] == [
        ("n1", 7000, "word"),
        ("n2", 6379, "word"),
    ]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://engine", "must be a URL of one of these forms"),
        ("redis:/engine", "must be a URL of one of these forms"),
        ("redis+sentinels://engine/x", "must be a URL of one of these forms"),
        ("unix://", "names no socket"),
        ("redis://hush:hush@a,b", "names several hosts"),
        ("redis://hush:hush@a:b", "names a host that can't be read"),
        ("redis://hush:hush@a:99999", "names a port"),
        ("redis://hush:hush@a/name", "names a database that is no number"),
        ("redis+sentinel://hush:hush@a:1,b:2", "must end with the name"),
        ("redis+sentinel://hush:hush@a:1/two/names", "must end with the name"),
        ("redis+cluster://hush:hush@a:1,,b", "names a host that can't be read"),
        ("redis+cluster://hush:hush@a:1/3", "a cluster has only one"),
    ],
)
def test_what_can_not_be_read_is_refused_in_one_sentence_without_its_password(url: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"REDIS_URL": url})
    text = str(refused.value)
    assert text.startswith("REDIS_URL ") and says in text and text.endswith(".")
    assert "hush" not in text and "\n" not in text


def test_replicas_to_wait_for_are_a_small_number() -> None:
    assert (load({}).replica_ack, load({}).replica_ack_ms) == (0, 200)
    url = {"REDIS_URL": "redis://x"}
    assert load({"REPLICA_ACK": "2", "REPLICA_ACK_MS": "50", **url}).replica_ack == 2
    for bad in ({"REPLICA_ACK": "6"}, {"REPLICA_ACK": "yes"}, {"REPLICA_ACK": "1.5"}, {"REPLICA_ACK_MS": "5000"}):
        with pytest.raises(SettingsError, match="REPLICA_ACK"):
            load({**bad, **url})
    with pytest.raises(SettingsError, match="the embedded engine has no replicas"):
        load({"REPLICA_ACK": "1"})


def test_what_done_is_to_promise_is_asked_for_by_name() -> None:
    url = {"REDIS_URL": "redis://x"}
    for env, promised in (
        ({}, ("always", 0)),
        (url, ("any", 0)),
        ({"DURABILITY": "everysec"}, ("everysec", 0)),
        ({"DURABILITY": "always", **url}, ("always", 0)),
        ({"DURABILITY": "Replica", **url}, ("replica", 1)),
        ({"DURABILITY": "replica", "REPLICA_ACK": "2", **url}, ("replica", 2)),
        ({"REPLICA_ACK": "2", **url}, ("replica", 2)),
        ({"DURABILITY": "always", "REPLICA_ACK": "1", **url}, ("always", 1)),
    ):
        settings = load(env)
        assert (settings.durability, settings.replica_ack) == promised, env
    with pytest.raises(SettingsError, match="DURABILITY must be always, everysec or replica"):
        load({"DURABILITY": "sometimes"})
    with pytest.raises(SettingsError, match="DURABILITY=replica needs a REDIS_URL"):
        load({"DURABILITY": "replica"})


def test_slots_are_those_of_the_cluster_specification() -> None:
    assert slot_of("{123456789}:") == 0x31C3  # the check value of CRC16-XMODEM, below 16384 as it is
    assert slot_of("{a:main}:") != slot_of("{t:main}:")


async def test_the_kind_of_url_decides_how_many_links_there_are() -> None:
    tags = ("{a:x}:", "{t:x}:")

    async def up(_: tuple[str, ...]) -> None: ...

    for url, links in (
        ("redis://x", 1),
        ("redis+sentinel://x/name", 1),
        ("redis+cluster://x", 2),
    ):
        opened = Engine(url, tags).commands("c", on_up=up)
        assert len(opened.nodes()) == links
        assert (opened.at("{a:x}:some:key") is opened.at("{t:x}:another")) == (links == 1)
