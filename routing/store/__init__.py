"""The line, offers, availability and leases as they stand in Redis or Valkey (docs/routing.md)."""

from pathlib import Path

LUA = Path(__file__).parent / "lua"
