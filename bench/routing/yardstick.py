"""What one plain command costs on this machine at this hour: figures of two runs compare by it."""

from bench.routing.engine import Engine

COMMANDS = 1_000
CALLS = 400
#: One field of one hash, again and again: nothing of the service, and all of it in the processor's caches.
SCRIPT = "for i = 1, tonumber(ARGV[1]) do redis.call('HSET', KEYS[1], 'field', i) end"


def measure() -> float:
    """CPU microseconds of the engine's main thread for a field written from a script."""
    with Engine() as engine:
        call = ("EVAL", SCRIPT, 1, engine.key("meta"), COMMANDS)
        engine.send([call] * 10)
        began = engine.cpu_us()
        engine.send([call] * CALLS)
        return round((engine.cpu_us() - began) / (CALLS * COMMANDS), 3)
