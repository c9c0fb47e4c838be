"""A chat's life and its log."""

from pathlib import Path

LUA = Path(__file__).parent / "lua"
