"""What a process keeps of what was published to it, and gives back in the order of each log."""

from chat.edge.recent import Recent

ADA, BO, TIM = b"{a:main}:to:ada", b"{a:main}:to:bo", b"{t:main}:to:tim"


def published(recent: Recent, channel: bytes, epoch: str, seq: int, message_id: str, chat: str = "c1") -> None:
    recent.note(channel, f"m\n{chat}\n{epoch}\n{seq}\n1700\n{message_id}\nada\nsealed\nbytes".encode())


def told(recent: Recent, chat: str = "c1") -> list[tuple[int, str]]:
    return [(said.seq, said.message_id) for said in recent.logs(b"{a:main}:to:")[chat].said]


def test_each_message_once_in_the_order_of_its_log_and_of_this_shard_alone() -> None:
    recent = Recent()
    for channel in (ADA, BO):
        published(recent, channel, "e1", 1, "m1")
    published(recent, TIM, "e1", 1, "m1", chat="c2")
    published(recent, ADA, "e1", 3, "m3")
    published(recent, ADA, "e1", 2, "m2")
    assert told(recent) == [(1, "m1"), (2, "m2"), (3, "m3")]
    assert list(recent.logs(b"{a:main}:to:")) == ["c1"]
    said = recent.logs(b"{a:main}:to:")["c1"].said[0]
    assert (said.from_id, said.sent_at_ms, said.sealed) == ("ada", "1700", b"sealed\nbytes")


def test_what_was_said_again_in_another_epoch_counts_where_it_stands_now() -> None:
    recent = Recent()
    for seq, name in enumerate(("m1", "m2", "m3"), start=1):
        published(recent, ADA, "e1", seq, name)
    published(recent, ADA, "e2", 2, "m3")
    published(recent, ADA, "e2", 3, "m2")
    assert told(recent) == [(1, "m1"), (2, "m3"), (3, "m2")]
    assert recent.logs(b"{a:main}:to:")["c1"].epochs == ["e1", "e2"]


def test_only_so_much_is_kept() -> None:
    recent = Recent(kept=2)
    for seq in (1, 2, 3):
        published(recent, ADA, "e1", seq, f"m{seq}")
    assert told(recent) == [(2, "m2"), (3, "m3")]
