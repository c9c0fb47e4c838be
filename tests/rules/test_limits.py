"""How much one person or address may ask for in a second."""

from chat.edge.limits import BURST_S, HANDSHAKES_BURST, HANDSHAKES_PER_S, TokenBucket
from config.settings import load


def taken(bucket: TokenBucket, wanted: int, at_s: float) -> int:
    """How many of these are within the limit at that instant."""
    return sum(bucket.take(at_s) == 0 for _ in range(wanted))


def test_what_the_contract_promises_is_never_refused() -> None:
    rate = load({}).commands_per_s
    person = TokenBucket(rate, rate * BURST_S)
    assert taken(person, 40, 1000.0) == 40, "a burst of 40"
    for tenth in range(1, 600):
        assert taken(person, 2, 1000.0 + tenth / 10) == 2, "20 a second, for a minute"
    address = TokenBucket(HANDSHAKES_PER_S, HANDSHAKES_BURST)
    for second in range(60):
        assert taken(address, 50, float(second)) == 50


def test_a_flood_is_held_to_the_rate() -> None:
    bucket = TokenBucket(10, 20)
    assert taken(bucket, 1000, 5.0) == 20
    assert taken(bucket, 1000, 6.0) == 10
    assert taken(bucket, 1000, 6.05) == 0


def test_a_long_rest_earns_one_burst_and_no_more() -> None:
    bucket = TokenBucket(10, 20)
    taken(bucket, 20, 0.0)
    assert taken(bucket, 1000, 86_400.0) == 20


def test_a_refusal_says_when_to_come_again() -> None:
    bucket = TokenBucket(10, 1)
    assert bucket.take(0.0) == 0
    assert bucket.take(0.0) == 100
    assert bucket.take(0.075) == 25
    assert bucket.take(0.1) == 0
