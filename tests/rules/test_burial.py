"""Whose link to the engine is gone is gone; who is coming back, or was never seen, is left alone."""

from chat.edge.bury import AWAY_S, Links
from config.process_identity import is_of_this_machine, own_identity

A, B = "p.x.1.1.", "p.y.2.2."


def test_a_process_whose_link_stays_away_is_gone() -> None:
    links = Links()
    assert links.away({A, B}, {A, B}, 10.0) == []
    assert links.away({A, B}, {B}, 11.0) == []
    assert links.away({A, B}, {B}, 10.9 + AWAY_S) == []
    assert links.away({A, B}, {B}, 11.0 + AWAY_S) == [A]


def test_a_link_that_comes_back_in_time_is_not() -> None:
    links = Links()
    for second in range(20):
        assert links.away({A}, {A} if second % 2 else set(), float(second)) == []


def test_who_was_never_seen_with_a_link_is_left_to_its_lease() -> None:
    """Another release calls its links otherwise, and some engines don't tell."""
    links = Links()
    for second in range(20):
        assert links.away({A, B}, {B}, float(second)) == []


def test_what_has_ended_is_forgotten() -> None:
    links = Links()
    links.away({A}, {A}, 1.0)
    links.away(set(), set(), 2.0)
    assert (links.seen, links.away_since_s) == (set(), {})


def test_a_name_tells_where_it_was_given() -> None:
    assert is_of_this_machine(own_identity())
    assert not is_of_this_machine(A)
    assert not is_of_this_machine("p..7.9.abcdef")
    assert not is_of_this_machine("nonsense")
