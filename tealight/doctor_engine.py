"""What the doctor looks at in the engine: one server, a master behind Sentinels, or the masters of a cluster."""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import redis

from config import durability
from config.engines import allocator
from config.engines.valkey import EmbeddedValkey, EngineError, answers, binary_path, socket_path, url_of_socket
from config.functions import FAMILY
from config.redis_address import Address, EngineUrl
from config.redis_masters import ClusterNodes, Sentinels
from config.redis_wire import RedisAway, RedisRefused, ask
from config.settings import Settings
from tealight.finding import Finding
from tealight.library import library

OLDEST_REDIS = (7, 0)
OLDEST_VALKEY = (7, 2)
# Every message waits for one round trip and one write to disk.
SLOW_ROUND_TRIP_MS = 10.0
ROUND_TRIPS = 20
CONNECT_S = 3.0
#: Signs in the engine's last line that it ended because of something; the line of an end in order has none of them.
COMPLAINTS = ("rror", "Fatal", "Can't", "Bad file format", "Unexpected end", "Wrong signature", "crashed by signal")


def judge_engine_version(server: Mapping[str, Any]) -> Finding:
    """Is the engine (INFO server) new enough? Valkey tells both its own version and the Redis it stands for."""
    is_valkey = "valkey_version" in server
    name = "Valkey" if is_valkey else "Redis"
    text = str(server["valkey_version"] if is_valkey else server.get("redis_version", "0"))
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdecimal())
    oldest = OLDEST_VALKEY if is_valkey else OLDEST_REDIS
    if numbers >= oldest:
        return Finding("ok", f"{name} {text}")
    return Finding("wrong", f"{name} {text} is too old", "Use Valkey 7.2 or newer, or Redis 7.0 or newer.")


def judge_engine_settings(conf: Mapping[str, str], wanted: durability.Wanted = "any") -> Iterator[Finding]:
    """Does the engine keep what it is given? `conf` is what CONFIG GET told, empty where it may not be asked.

    `wanted` is what DURABILITY asks for.
    """
    level = durability.level_of(conf)
    meaning = f"durability {level}: {durability.MEANING[level]}"
    if level == "none":
        yield Finding(
            "wrong", meaning, "CONFIG SET appendonly yes and appendfsync always (or everysec), in its file too."
        )
    elif wanted != "replica" and durability.is_weaker(level, level, wanted):
        mend = f"CONFIG SET appendfsync {wanted}, in its file too, or ask for less."
        yield Finding("wrong", f"{meaning}. DURABILITY asks for {wanted}", mend)
    else:
        yield Finding("ok" if level != "unknown" else "hint", meaning)
    policy = conf.get("maxmemory-policy", "")
    if policy == "noeviction":
        yield Finding("ok", "maxmemory-policy noeviction")
    elif policy:
        yield Finding(
            "wrong",
            f"maxmemory-policy {policy}: a full engine throws chats away without a word",
            "CONFIG SET maxmemory-policy noeviction, in its file too.",
        )
    else:
        yield Finding("hint", "maxmemory-policy could not be asked for", "Make sure that it is noeviction.")


def judge_allocator(chosen: tuple[allocator.Allocator, Path] | None, running: str | None = None) -> Finding:
    """Does the embedded engine find an allocator with which it is quicker?

    `running`: the name of what the engine that runs uses, '' for the C library's, None where that is not known.
    """
    best = chosen[0].name if chosen else ""
    if running or (best and running is None):
        return Finding("ok", f"the embedded Valkey takes its memory from {running or best}")
    if best:
        text = f"{best} is on this system, and the embedded Valkey that runs was started without it"
        return Finding("hint", text, "Start the service again.")
    mend = "Install libmimalloc2.0 or libjemalloc2 (Debian, Ubuntu; elsewhere mimalloc, jemalloc), and start again."
    text = "neither mimalloc nor jemalloc on this system: each chat costs the engine up to a sixth more"
    return Finding("hint", text, mend)


def allocator_of(socket_at: Path) -> str | None:
    """What the engine behind this socket takes its memory from; '': the C library. None where that can't be seen."""
    try:
        with contextlib.closing(redis.Redis(unix_socket_path=str(socket_at), socket_timeout=CONNECT_S)) as client:
            pid = int(client.info("server")["process_id"])
        mapped = Path(f"/proc/{pid}/maps").read_text()
    except (redis.RedisError, OSError, ValueError, KeyError):
        return None
    return next((one.name for one in allocator.ALLOCATORS if one.file in mapped), "")


def judge_replicas(replicas: int, conf: Mapping[str, str], replica_ack: int) -> Iterator[Finding]:
    """Are there replicas enough for what is wanted of them? `replicas` are those that follow without lagging."""
    text = f"{replicas} replica{'s' * (replicas != 1)} in step"
    least = int(conf.get("min-replicas-to-write") or 0)
    if replicas < replica_ack:
        mend = f"Start replicas, or lower REPLICA_ACK; now every step waits for {replica_ack} in vain, or for none."
        yield Finding("wrong", f"{text}, and REPLICA_ACK is {replica_ack}", mend)
    elif replicas == 0:
        yield Finding("hint", "no replica: when this server is lost, nobody takes its place", "Start a replica.")
    elif replica_ack == 0:
        yield Finding(
            "hint", f"{text}, and nobody waits for them", "DURABILITY=replica, so that a failover loses nothing."
        )
    else:
        yield Finding("ok", f"{text}, and steps wait for {replica_ack}")
    if least > replicas:
        mend = "Start replicas, or lower it."
        yield Finding("wrong", f"min-replicas-to-write is {least}: this server takes no writes now", mend)
    elif least:
        yield Finding("ok", f"min-replicas-to-write {least}: a master that is cut off stops by itself")
    elif replicas > 1:
        mend = "CONFIG SET min-replicas-to-write 1 and min-replicas-max-lag 5, in its file too."
        yield Finding("hint", "min-replicas-to-write is 0: a master that is cut off goes on by itself", mend)


def look_at_engine(settings: Settings) -> Iterator[Finding]:
    """Redis or Valkey: reachable, new enough, durable, quick; every master that holds a shard."""
    url, what = settings.redis_url, "the engine at REDIS_URL"
    if not url:
        socket_at = socket_path(settings.data_dir)
        if not answers(socket_at):
            yield from _look_at_binary(settings)
            yield judge_allocator(allocator.found())
            return
        yield judge_allocator(allocator.found(), allocator_of(socket_at))
        url, what = url_of_socket(socket_at), "the embedded Valkey"
    told = EngineUrl.of(url)
    masters = [*told.addresses]
    try:
        if told.kind == "sentinel":
            masters = [asyncio.run(Sentinels(told).of(""))]
            yield from _look_at_sentinels(told)
        elif told.kind == "cluster":
            masters = asyncio.run(_masters_of(told, settings))
            yield Finding("ok", f"a cluster; the shards stand on {len(masters)} of its masters")
    except (RedisAway, RedisRefused, ValueError):
        who = "node of the cluster" if told.kind == "cluster" else "Sentinel"
        which = "whose the shards are" if told.kind == "cluster" else f"of a master {told.name}"
        yield Finding("wrong", f"no {who} at REDIS_URL tells {which}", "Start the servers, or correct REDIS_URL.")
        return
    for master in masters:
        where = what if told.kind == "single" else f"the master {master.host}:{master.port}"
        yield from _look_at_master(master, where, settings, is_cluster=told.kind == "cluster")


def _look_at_sentinels(told: EngineUrl) -> Iterator[Finding]:
    async def master_told_by(sentinel: Address) -> object:
        try:
            [spot] = await ask(sentinel, ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", told.name))
        except (RedisAway, RedisRefused):
            return None
        return tuple(spot) if spot else None

    async def all_told() -> list[object]:
        return await asyncio.gather(*[master_told_by(sentinel) for sentinel in told.addresses])

    named = [spot for spot in asyncio.run(all_told()) if spot is not None]
    text = f"{len(named)} of {len(told.addresses)} Sentinels name a master {told.name}"
    if len(set(named)) > 1:
        yield Finding(
            "wrong", f"{text}, and not the same one", "Look at them: during a failover this passes by itself."
        )
    elif len(named) < 3:
        yield Finding("hint", text, "Name three or more in REDIS_URL: two must agree that a master is gone.")
    else:
        yield Finding("ok", text)


async def _masters_of(told: EngineUrl, settings: Settings) -> list[Address]:
    nodes = ClusterNodes(told)
    return list(dict.fromkeys([await nodes.of(tag) for tag in settings.shards.values()]))


def _look_at_master(address: Address, what: str, settings: Settings, *, is_cluster: bool) -> Iterator[Finding]:
    where = {"unix_socket_path": address.path} if address.path else {"host": address.host, "port": address.port}
    client = redis.Redis(
        **cast(dict[str, Any], where),
        db=address.database,
        username=address.user or None,
        password=address.password or None,
        ssl=address.is_tls,
        decode_responses=True,
        socket_timeout=CONNECT_S,
    )
    try:
        with contextlib.closing(client):
            server = client.info("server")
            if what.startswith("the master"):
                yield Finding("ok", f"{what} answers")
            yield judge_engine_version(server)
            if client.info("cluster").get("cluster_enabled") and not is_cluster:
                mend = "Write redis+cluster:// in REDIS_URL."
                yield Finding("wrong", f"{what} is a node of a cluster", mend)
                return
            conf: dict[str, str] = {}
            with contextlib.suppress(redis.ResponseError):  # managed services don't let themselves be asked
                for name in ("appendonly", "appendfsync", "maxmemory-policy", "min-replicas-to-write"):
                    conf.update({str(key): str(value) for key, value in client.config_get(name).items()})
            yield from judge_engine_settings(conf, settings.durability)
            if client.info("persistence").get("aof_last_write_status", "ok") != "ok":
                mend = (
                    "Make room on its disk (its log says what it met). Until then it refuses every message (MISCONF)."
                )
                yield Finding("wrong", f"{what} can't write its log: the disk is full, or failing", mend)
                return  # it would refuse even a PING
            replicas = _replicas_in_step(client.info("replication"))
            if what.startswith("the master") or settings.replica_ack or replicas:
                yield from judge_replicas(replicas, conf, settings.replica_ack)
            if what.startswith("the master"):
                yield _judge_functions(client)
            times = []
            for _ in range(ROUND_TRIPS):
                began = time.perf_counter()
                client.ping()
                times.append((time.perf_counter() - began) * 1000)
    except redis.AuthenticationError:
        mend = "Correct them in REDIS_URL; `/`, `?`, `#`, `@` and `%` in them are percent-encoded."
        yield Finding("wrong", f"{what} refuses the user or the password", mend)
        return
    except (redis.RedisError, OSError, ValueError) as error:
        # Never the address: it may hold a password.
        yield Finding("wrong", f"{what} does not answer ({type(error).__name__})", "Start it, or correct REDIS_URL.")
        return
    middle = statistics.median(times)
    mend = "Put the engine nearer: each message waits for one round trip."
    yield Finding("ok" if middle < SLOW_ROUND_TRIP_MS else "hint", f"a round trip to it takes {middle:.2f} ms", mend)


def _replicas_in_step(told: Mapping[str, Any]) -> int:
    """Replicas that are connected and were heard of in the last seconds (INFO replication)."""
    each = [value for name, value in told.items() if name.startswith("slave") and isinstance(value, dict)]
    return sum(one.get("state") == "online" and int(one.get("lag", 0)) <= 5 for one in each)


def _judge_functions(client: "redis.Redis") -> Finding:
    """Are this release's scripts there? Whoever finds them missing loads them."""
    listed = str(client.function_list(f"{FAMILY}*"))
    versions = listed.count(f"'{FAMILY}") or listed.count(FAMILY)
    if f"{FAMILY}{library().version}" in listed:
        return Finding("ok", "this release's functions are loaded")
    if versions:
        return Finding("hint", "only another release's functions are loaded", "Processes of this one load theirs.")
    return Finding("ok", "no functions are loaded yet; the first process loads them")


def _look_at_binary(settings: Settings) -> Iterator[Finding]:
    try:
        said = subprocess.run([binary_path(), "--version"], capture_output=True, text=True, check=True).stdout
    except (EngineError, OSError, subprocess.SubprocessError):
        yield Finding(
            "wrong", "the embedded Valkey can't be run on this machine", "Set REDIS_URL to a server of yours."
        )
        return
    last_words = EmbeddedValkey(settings.data_dir).last_words()
    is_complaint = any(sign in last_words for sign in COMPLAINTS)
    mend = "See the data folder's valkey/valkey.log."
    if keeper_of(settings.data_dir) is not None:
        told = f": {last_words}" if is_complaint else ""
        yield Finding("wrong", f"`tealight up` runs, and its engine does not answer{told}", mend)
        return
    yield Finding("ok", f"{said.split(' sha=')[0].strip()} is at hand; `tealight up` starts it")
    if is_complaint:
        yield Finding("wrong", f"its last words were: {last_words}", mend)


def keeper_of(folder: Path) -> int | None:
    """The process id of the `tealight up` that runs on this data folder, if one does."""
    try:
        pid = int(json.loads((folder / "up.lock").read_text())["pid"])
        os.kill(pid, 0)
    except PermissionError:
        return pid
    except (OSError, ValueError, KeyError):
        return None
    return pid
