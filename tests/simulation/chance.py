"""Chance for tests: a stream by its seed."""

from random import Random


def chance(seed: int) -> Random:
    return Random(f"test.{seed}")
