"""A shard's rows, with what stands packed in one field of theirs as fields of its own."""

from routing.store.snapshots import needs_of, rights_of


def unpacked(name: str, row: dict[str, str]) -> dict[str, str]:
    """`row` of the key `name`; with the names that an earlier build gave each part, as a story reads them."""
    if name == "chat":
        needs = needs_of(row)
        packed = {"la": needs.language, "ce": needs.cell, "mk": needs.topic_mask, "di": needs.distress}
        unsaid = {"turn": "0", "ml": needs.language}
        return unsaid | row | {part: str(value) for part, value in packed.items()} | {"ls": needs.languages}
    if name == "listener":
        rights = rights_of(row)
        packed = {"cap": rights.capacity, "max": rights.maximum, "lv": rights.level, "hd": rights.hard_topics}
        numbers = packed | {"mk": rights.topic_mask, "em": int(rights.takes_urgent)}
        return row | {part: str(value) for part, value in numbers.items()} | {"lg": rights.languages}
    return row
