"""Calm names for people who gave none."""

import hashlib

_MANNERS = tuple(
    """
amber autumn balmy bright calm clear copper coral crisp dappled dawn dewy drifting dusky early easy
evening fair fern gentle golden hazel hushed indigo ivory kind lantern lilac linen little lunar mellow
mild misty morning mossy northern olive opal patient pearl plain quiet rosy russet sandy settled silver
sleepy slow snowy soft southern spring steady still summer sunny tender warm western willow winter woolly
""".split()  # noqa: SIM905 - a list of words reads better than a column of 64 strings
)
_BEINGS = tuple(
    """
alder aspen badger beech beetle birch bittern bluebell brook cedar clover cricket curlew deer dolphin dove
dunnock egret elm fawn finch firefly foxglove goldcrest hare harebell hazelnut hedgehog heron ibis ivy jackdaw
juniper kestrel kingfisher lapwing lark laurel linnet maple marten meadow minnow mole moth nightjar oak osprey
otter owl pebble plover poplar rabbit reed robin rowan sparrow starling swallow swift tern thrush wren
""".split()  # noqa: SIM905 - a list of words reads better than a column of 64 strings
)


def pseudonym(person_id: str) -> str:
    """Two words such as "Quiet Heron", the same ones for the same person; 4,096 pairs, so not an identity."""
    mark = hashlib.sha256(person_id.encode()).digest()
    return f"{_MANNERS[mark[0] % len(_MANNERS)].title()} {_BEINGS[mark[1] % len(_BEINGS)].title()}"
