"""A process of this machine that has ended is known to be gone; of any other one nothing is claimed."""

import subprocess
import sys

from config.process_identity import is_gone, own_identity


def test_who_lives_is_not_gone_and_who_ended_is() -> None:
    assert not is_gone(own_identity())
    code = "from config.process_identity import own_identity; print(own_identity())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(ended)


def test_a_pid_that_was_given_again_does_not_bring_anybody_back() -> None:
    start, place, pid, born, chance = own_identity().split(".")
    assert is_gone(".".join((start, place, pid, f"{int(born) - 1}", chance)))


def test_nothing_is_claimed_of_other_machines_and_other_names() -> None:
    start, _, _, born, chance = own_identity().split(".")
    assert not is_gone(".".join((start, "elsewhere", "4194305", born, chance)))
    for name in ("", "p1", "p.....", "p.a.b.c.d", "...."):
        assert not is_gone(name)
