"""Believable mistakes in the Lua text. A suite that stays green with one of them in place is not worth its name."""

from config.lua import Library
from tealight.library import library


def library_under_test() -> Library:
    return library()
