"""A command of which most is packed once goes over the wire as the same bytes."""

import pytest

from config.redis_wire import Template, pack


@pytest.mark.parametrize("size", [0, 9, 1023, 1024, 16_029])
def test_a_template_is_filled_as_the_whole_command_would_be_packed(size: int) -> None:
    template = Template(("FCALL", "send", 1, "{a}:"), 4, ("seeker", "p1"))
    value = bytes(number & 255 for number in range(size))
    whole = pack(("FCALL", "send", 1, "{a}:", "chat", "pers\u00f6n", "m" * size, value, "seeker", "p1"))
    assert template.begun("chat", "pers\u00f6n").filled(b"m" * size, value) == whole
    assert template.begun("chat").begun("pers\u00f6n").filled(b"m" * size, value) == whole, "it is left as it was"
