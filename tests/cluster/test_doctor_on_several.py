"""What the doctor says of engines that are several servers."""

from pathlib import Path

import redis

from config.engines.several import ThrowAwayCluster, ThrowAwaySentinels
from config.settings import load
from tealight.doctor_engine import look_at_engine
from tealight.finding import Finding


def _found(folder: Path, url: str, **settings: str) -> list[Finding]:
    return list(look_at_engine(load({"REDIS_URL": url, "DATA_DIR": str(folder), **settings})))


def _said(found: list[Finding], verdict: str) -> str:
    return "\n".join(finding.what for finding in found if finding.verdict == verdict)


def test_sentinels_and_their_master(sentinels: ThrowAwaySentinels, tmp_path: Path) -> None:
    ok = _said(_found(tmp_path, sentinels.url, REPLICA_ACK="1"), "ok")
    assert "3 of 3 Sentinels name a master tealight" in ok
    assert f"the master {sentinels.master.spot} answers" in ok
    assert "1 replica in step, and steps wait for 1" in ok
    assert "nobody waits for them" in _said(_found(tmp_path, sentinels.url), "hint")
    wrong = _said(_found(tmp_path, sentinels.url, REPLICA_ACK="2"), "wrong")
    assert "1 replica in step, and REPLICA_ACK is 2" in wrong
    [unknown] = _found(tmp_path, sentinels.url.replace("/tealight", "/nobody"))
    assert (unknown.verdict, unknown.what) == ("wrong", "no Sentinel at REDIS_URL tells of a master nobody")


def test_writes_that_need_more_replicas_than_there_are(sentinels: ThrowAwaySentinels, tmp_path: Path) -> None:
    sentinels.master.ask("CONFIG", "SET", "min-replicas-to-write", 2)
    try:
        assert "takes no writes now" in _said(_found(tmp_path, sentinels.url), "wrong")
    finally:
        sentinels.master.ask("CONFIG", "SET", "min-replicas-to-write", 0)


def test_the_masters_of_a_cluster_that_hold_shards(cluster: ThrowAwayCluster, tmp_path: Path) -> None:
    found = _found(tmp_path, cluster.url, REPLICA_ACK="1")
    ok = _said(found, "ok")
    assert "the shards stand on 2 of its masters" in ok
    assert ok.count("steps wait for 1") == 2 and ok.count("maxmemory-policy noeviction") == 2
    # These servers keep nothing on disk, and the doctor doesn't let that pass.
    assert _said(found, "wrong").count("durability none") == 2


def test_a_node_of_a_cluster_is_no_single_server(cluster: ThrowAwayCluster, tmp_path: Path) -> None:
    assert "is a node of a cluster" in _said(_found(tmp_path, cluster.nodes[0].url), "wrong")


def test_another_releases_functions_are_no_fault(cluster: ThrowAwayCluster, tmp_path: Path) -> None:
    for node in cluster.nodes:
        with redis.Redis(port=node.port) as client:
            if client.info("replication")["role"] == "master":
                code = "#!lua name=tealight_0000\nredis.register_function('tealight_0000_x', function() return 1 end)"
                client.function_load(code)
    assert "only another release's functions are loaded" in _said(_found(tmp_path, cluster.url), "hint")
