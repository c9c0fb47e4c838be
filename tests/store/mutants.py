"""Believable mistakes in the Lua text. A suite that stays green with one of them in place is not worth its name.

`python -m tests.store.mutants [--lives] [NAME...]` puts one after the other in place, runs the suite against it and
tells which were found; with --lives by the made-up lives alone.
"""

import os
import subprocess
import sys
from pathlib import Path

from config.lua import Library, assemble
from tealight.library import library

ROOT = Path(__file__).resolve().parents[2]
CHOICE = "TEALIGHT_MUTANT"

#: name -> (text as it stands, text with the mistake)
MUTANTS: dict[str, tuple[str, str]] = {
    "the place is lost with every offer": (
        "redis.call('ZADD', K.line(S, c.la), c.ar, c.id)",
        "redis.call('ZADD', K.line(S, c.la), T.now, c.id)",
    ),
    "the load does not count in who is next": (
        "local score = math.floor(100 * load / math.max(l.cap, 1)) * 1e13 + l.fs",
        "local score = l.fs",
    ),
    "one over capacity": ("local has_room = load < l.cap", "local has_room = load <= l.cap"),
    "two offers at once": ("and not l.po and l.xp == 0", "and l.xp == 0"),
    "the lost are offered chats": ("l.av == 1 and not l.lost and not l.po", "l.av == 1 and not l.po"),
    "no start gap": ("and (l.tn == 1 or l.gap <= T.now)", ""),
    "one more for ever": ("'po', c.id, 'tn', 0)", "'po', c.id)"),
    "the avoided are offered": (
        "if excluding == 0 or redis.call('SISMEMBER', K.excluding(S, l.id), heads[i]) == 0 then",
        "if true then",
    ),
    "the avoided hide who is free": ("redis.call('ZRANGE', free, 0, excluded + 1)", "redis.call('ZRANGE', free, 0, 0)"),
    "who avoids hides who waits": (
        "redis.call('ZRANGE', K.line(S, language), 0, excluding, 'WITHSCORES')",
        "redis.call('ZRANGE', K.line(S, language), 0, 0, 'WITHSCORES')",
    ),
    "the later of two lines first": ("num(heads[i + 1]) >= best_at", "num(heads[i + 1]) <= best_at"),
    "a miss asks the same listener first": ("if id == skip or (excluded", "if (excluded"),
    "a stale answer takes effect": ("c.l == id and c.turn == turn and c.vis", "c.l == id and c.vis"),
    "an answer forgives no miss": ("  set_misses(S, l, 0)\n  if not accept then", "  if not accept then"),
    "three misses to pause": ("local MISSES_TO_PAUSE = 2", "local MISSES_TO_PAUSE = 3"),
    "a decline is forgotten at once": (
        "    release(S, c, l, 'declined')\n    redis.call('SADD', K.excluded(S, c.id), id)\n",
        "    release(S, c, l, 'declined')\n",
    ),
    "a block is lifted with the decline": (
        "if not c or redis.call('SISMEMBER', K.blocks(S, c.pe), listener) == 1 then return end",
        "if not c then return end",
    ),
    "the reverse of the exclusions stays behind": (
        "redis.call('SREM', K.excluding(S, listener), c.id)\n  end\nend",
        "end\nend",
    ),
    "a released listener is not matched": (
        "  park(S, c, 'seeker_away')\n  match_listener(S, l)",
        "  park(S, c, 'seeker_away')",
    ),
    "the silent seeker is nobody's miss but counted": (
        "  release(S, c, l, 'seeker_away')\n  park(S, c, 'seeker_away')",
        "  set_misses(S, l, l.ms + 2)\n  release(S, c, l, 'seeker_away')\n  park(S, c, 'seeker_away')",
    ),
    "opening for the absent keeps the short grace": (
        "if not is_present(S, c.pe) then redis.call('ZADD', K.grace_ends(S), T.now + CHAT_GRACE_MS, c.pe) end",
        "",
    ),
    "the chats of the lost wait for the absent": (
        "  if is_present(S, c.pe) then\n    requeue(S, c, reason)",
        "  if true then\n    requeue(S, c, reason)",
    ),
    "the wrap-up holds no unit": ("  if T.wrap_up > 0 then", "  if false then"),
    "the other open chat is forgotten": ("if other[1] == 'A' and other[2] == c.la then return end", ""),
    "any process may detach": (
        "if redis.call('SREM', K.connections(S, person), process) == 1 and not is_present(S, person) then go(",
        "if redis.call('DEL', K.connections(S, person)) == 1 then go(",
    ),
    "a dead process without a beat is never found": (
        "redis.call('ZADD', K.processes(S), 'NX', T.now + FIRST_LEASE_MS + 0.5, process)",
        "",
    ),
    "the vanished wait for ever": (
        "if not is_present(S, person) then redis.call('ZADD', K.grace_ends(S), T.now + SEEKER_GRACE_MS, person) end",
        "",
    ),
    "two requests of one seeker": (
        "  if own then\n    return finish(S, { 'open'",
        "  if false then\n    return finish(S, { 'open'",
    ),
    "another text under the same id is taken": (
        "if entry and entry[2][8] == args[6] then",
        "if entry then",
    ),
    "a former listener may write": (
        "if not is_seeker and (c.st ~= 'A' or c.l ~= from) then return finish(S, { 'not_participant' }) end",
        "",
    ),
    "words outlive the chat": (
        "redis.call('DEL', K.chat(S, id), K.log(S, id), K.sent(S, id), K.excluded(S, id))",
        "redis.call('DEL', K.chat(S, id), K.sent(S, id), K.excluded(S, id))",
    ),
    "an unseen offer is a miss": ("if c.vis ~= '0' then -- an offer", "if true then -- an offer"),
    "old news of the other shard is believed": ("if num(args[5]) >= known then", "if true then"),
    "two shards, two capacities": ("local limit = args[8] == '1' and l.max or l.cap", "local limit = l.max"),
    "misses stay in their shard": ("if num(args[10]) > l.mw then", "if false then"),
    "a new duty begins at version nought": (
        "redis.call('HSETNX', key, 've', T.now)",
        "redis.call('HSETNX', key, 've', 0)",
    ),
}


def mutated(library_text: str, name: str) -> str:
    """The prelude-less Lua text with this mistake. Raises ValueError where it does not fit exactly once."""
    right, wrong = MUTANTS[name]
    if library_text.count(right) != 1:
        raise ValueError(f"{name}: the text stands {library_text.count(right)} times in the Lua files")
    return library_text.replace(right, wrong)


def library_under_test() -> Library:
    """The library as it stands, or with the mistake that the environment names."""
    whole = library()
    name = os.environ.get(CHOICE)
    if not name:
        return whole
    body = whole.text.partition("\n")[2]
    register = body[body.index("\nredis.register_function(") :]
    return assemble(mutated(body.removesuffix(register), name), [])


def is_found(name: str, *, lives_only: bool = False) -> bool:
    """Does the suite, on the embedded engine, go red with this mistake?"""
    suite = (
        ["tests/store/test_life_machine.py"]
        if lives_only
        else ["tests/store", "--ignore=tests/store/test_life_machine.py"]
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "not redis7 and not mutant",
            *suite,
        ],
        cwd=ROOT,
        env={**os.environ, CHOICE: name},
        capture_output=True,
        text=True,
        timeout=170,
    )
    if run.returncode not in (0, 1):  # 1: tests failed; anything else is a broken run, not a found mistake
        raise RuntimeError(run.stdout[-2000:] + run.stderr[-2000:])
    return run.returncode == 1


def main() -> int:
    lives_only = "--lives" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(MUTANTS)
    survivors = []
    for name in names:
        found = is_found(name, lives_only=lives_only)
        print(f"{'found   ' if found else 'SURVIVED'}  {name}", flush=True)
        if not found:
            survivors.append(name)
    print(f"{len(names) - len(survivors)} of {len(names)} mistakes found")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
