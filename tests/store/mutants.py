"""Believable mistakes in the Lua text. A suite that stays green with one of them in place is not worth its name."""

import os
from dataclasses import dataclass

from config.lua import Library, assemble
from routing.store.keys import lua_prelude
from tealight.library import library


def library_under_test() -> Library:
    return library()
