"""Topics as a bit mask: bit i stands for TOPICS[i], so the order of TOPICS is for good and new ones come last."""

from collections.abc import Iterable

from chat.protocol.fields import TOPICS


def mask_of(topics: Iterable[str]) -> int:
    """The mask of these topics; unknown ones are ignored."""
    return sum(1 << TOPICS.index(topic) for topic in set(topics) if topic in TOPICS)


def topics_of(mask: int) -> tuple[str, ...]:
    """The topics of a mask, in the order of TOPICS."""
    return tuple(topic for bit, topic in enumerate(TOPICS) if mask >> bit & 1)
