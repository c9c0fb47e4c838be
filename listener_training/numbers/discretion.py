"""Small groups are not shown, and can't be worked out from what is shown. Pure."""

from collections.abc import Sequence

#: No number of fewer people is shown: with four one may know who is meant.
FEWEST = 5


def shown(n: int) -> int | None:
    """The number, or None for a group of one to four. Nobody at all is no group."""
    return n if n == 0 or n >= FEWEST else None


def shown_steps(counts: Sequence[int]) -> list[int | None]:
    """Counts of which each is a part of the one before, as they may be shown together.

    A small group is hidden, and so is a count that differs from the last one shown by one to four: the difference is a
    group, too.
    """
    found: list[int | None] = []
    last: int | None = None
    for n in counts:
        if (n != 0 and n < FEWEST) or (last is not None and 0 < last - n < FEWEST):
            found.append(None)
        else:
            found.append(n)
            last = n
    return found


def shown_parts(parts: Sequence[int]) -> list[int | None]:
    """Parts of a whole that is shown beside them: if one is small, all of them are hidden."""
    return list(parts) if all(shown(n) is not None for n in parts) else [None] * len(parts)
