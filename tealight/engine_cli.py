"""`tealight engine ...`: is what is derived in the shards what it should be, and make it so (docs/routing.md)."""

import asyncio
import functools
import os
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Annotated, NoReturn

import typer

from config.redis_link import RedisAway, RedisRefused
from config.settings import Settings, load
from routing.actions.rebuilding import Found, inspect
from routing.actions.refilling import refill
from tealight.reached import reached

app = typer.Typer(help="The engine: check and rebuild what is derived.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def check() -> None:
    """Compare the lines and lists of every shard with its chats and listeners; 1 if anything differs. Only reads."""
    raise typer.Exit(1 if _walk(load(dict(os.environ)), mend=False) else 0)


@app.command()
def rebuild(
    everything: Annotated[bool, typer.Option("--all", help="Throw away everything derived first.")] = False,
) -> None:
    """Put everything right that `check` finds; the service may go on meanwhile.

    With --all throw away what is derived and make it anew: quicker where much is wrong; nobody is matched meanwhile.
    """
    if everything:
        _run(_refill_all, load(dict(os.environ)))
    else:
        _walk(load(dict(os.environ)), mend=True)


def _walk(settings: Settings, *, mend: bool) -> int:
    """How much differs in all shards."""
    return _run(functools.partial(_walk_all, mend=mend), settings)


def _run(act: Callable[[Settings], Coroutine[None, None, int]], settings: Settings) -> int:
    try:
        return asyncio.run(act(settings))
    except (RedisAway, RedisRefused) as error:
        _fail(f"The engine did not go along ({type(error).__name__}); see `tealight doctor`.")


async def _refill_all(settings: Settings) -> int:
    async with reached(settings, "tealight-rebuild") as lines:
        if lines is None:
            _fail("No engine answers; is the service running? See `tealight doctor`.")
        for band, shard in lines.shards.items():
            begun = time.monotonic()
            made = await refill(shard)
            took = time.monotonic() - begun
            print(f"{band}: {made.chats} chats and {made.listeners} listeners put where they belong in {took:.1f} s")
    return 0


async def _walk_all(settings: Settings, *, mend: bool) -> int:
    count = 0
    async with reached(settings, "tealight-check") as lines:
        if lines is None:
            _fail("No engine answers; is the service running? See `tealight doctor`.")
        for band, shard in lines.shards.items():
            begun = time.monotonic()
            found = await inspect(shard, mend=mend)
            _tell(band, found, time.monotonic() - begun, mend=mend)
            count += found.differences.total()
    return count


def _tell(band: str, found: Found, seconds: float, *, mend: bool) -> None:
    total = found.differences.total()
    what = "mended" if mend else "wrong"
    print(f"{band}: {found.looked} keys and members looked at in {seconds:.1f} s, {total} {what}")
    for name, number in sorted(found.differences.items()):
        print(f"  {name}: {number}")
    for example in found.examples:
        print(f"    {example}")


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
