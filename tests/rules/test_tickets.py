"""A seeker's ticket is good only as it was made, for a day, with the service's own key."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rules.tickets import TICKET_MS, Ticket, mint, read

NOW = 1_800_000_000_000
SECRET = "k" * 32
TICKET = Ticket(
    band="adult",
    chat_id="c1",
    person_id="ada",
    turn=3,
    state="A",
    request_id="r1",
    languages="en,de",
    cell="2.2.512",
    topic_mask=512,
    arrived_at_ms=NOW - 5000,
    preferred="",
    distress=4,
    listener="bo",
    opened_at_ms=NOW - 1000,
    issued_at_ms=NOW,
)


def test_it_says_what_was_put_in() -> None:
    assert read(SECRET, mint(SECRET, TICKET), NOW) == TICKET


def test_another_key_makes_no_ticket_of_ours() -> None:
    assert read("x" * 32, mint(SECRET, TICKET), NOW) is None


def test_it_is_good_for_a_day_and_not_from_tomorrow() -> None:
    text = mint(SECRET, TICKET)
    assert read(SECRET, text, NOW + TICKET_MS - 1) == TICKET
    assert read(SECRET, text, NOW + TICKET_MS) is None
    assert read(SECRET, text, NOW - 1) is None


@given(st.integers(0, 400), st.characters(codec="ascii"))
def test_no_changed_letter_is_believed(place: int, letter: str) -> None:
    text = mint(SECRET, TICKET)
    place %= len(text) - 1  # the last letter's spare bits say nothing
    letter = {"+": "-", "/": "_"}.get(letter, letter)  # two spellings of one letter
    changed = text[:place] + letter + text[place + 1 :]
    if changed != text:
        assert read(SECRET, changed, NOW) is None


@given(st.text(max_size=300))
def test_nonsense_is_no_ticket(text: str) -> None:
    assert read(SECRET, text, NOW) is None


@pytest.mark.parametrize("name", ["person_id", "arrived_at_ms", "turn", "cell"])
def test_nobody_makes_their_own_wait_longer(name: str) -> None:
    """Two tickets that differ in one field bear different signatures."""
    value = getattr(TICKET, name)
    other = replace(TICKET, **{name: value + ("x" if isinstance(value, str) else 1)})
    assert mint(SECRET, TICKET)[:21] != mint(SECRET, other)[:21]
