"""What is archived can be read again with the chat's key, and with nothing else."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from chat.conversation.archive import archive_band
from chat.conversation.archive_reading import read_transcript
from chat.conversation.archive_tables import ArchivedChatRow
from chat.conversation.data_keys import DataKeys
from chat.conversation.deletion_codes import code_of, hash_of
from chat.conversation.key_tables import ChatKeyRow
from chat.conversation.sealing import UNREADABLE
from chat.conversation.transcripts import BadTranscriptError, SealedEntry, checked, longer, pack, unpack
from config.database import Database
from config.master_keys import MasterKeys
from routing.actions.lines import Lines
from tests.store.place import Place

SECRET = "a secret of at least thirty-two letters"
ENTRIES = st.lists(
    st.builds(SealedEntry, st.integers(1, 2**53), st.text(), st.text(), st.integers(0, 2**53), st.binary()), max_size=5
)


@given(ENTRIES)
def test_what_is_packed_comes_out_again(entries: list[SealedEntry]) -> None:
    packed, sha256 = pack(entries)
    assert unpack(packed, sha256) == entries
    assert pack(entries) == (packed, sha256)
    with pytest.raises(BadTranscriptError):
        unpack(packed + b"\x00", sha256)


def entry(seq: int, text: bytes = b"sealed") -> SealedEntry:
    return SealedEntry(seq, "s", f"m{seq}", seq, text)


def test_a_log_has_no_gaps_and_ends_where_it_should() -> None:
    whole = [entry(1), entry(2), entry(3)]
    assert checked(whole, 3) == whole
    assert checked([], 0) == []
    for entries, seq in ((whole, 2), (whole, 4), (whole[1:], 3), ([entry(1), entry(3)], 3), ([], 1)):
        with pytest.raises(BadTranscriptError):
            checked(entries, seq)


def test_of_two_tellings_the_longer_one_counts_if_it_begins_with_the_other() -> None:
    whole = [entry(1), entry(2), entry(3)]
    for cut in range(4):
        assert longer(whole, whole[:cut]) == whole
        assert longer(whole[:cut], whole) == whole
    with pytest.raises(BadTranscriptError):
        longer(whole, [entry(1), entry(2, b"other")])


def test_a_code_can_be_read_out_and_typed_as_people_type() -> None:
    code = code_of(SECRET, "c1")
    assert len(code.replace("-", "")) * 5 == 80, "bits"
    assert all(len(group) == 4 for group in code.split("-"))
    assert code == code_of(SECRET, "c1")
    others = {code, code_of(SECRET, "c2"), code_of(SECRET + "!", "c1")}
    assert len(others) == len({hash_of(one) for one in others}) == 3
    for typed in (code.lower(), code.replace("-", " "), f"  {code}\n", code.replace("O", "0").replace("I", "1")):
        assert hash_of(typed) == hash_of(code)
    for a, b in itertools.pairwise(("", "A", "AB", "ABCD-EFGH-IJKL-MNOP")):
        assert hash_of(a) != hash_of(b)


async def test_an_archived_chat_is_read_with_its_key_alone(
    place: Place, lines: Lines, database: Database, tmp_path: Path
) -> None:
    keys = DataKeys(database, MasterKeys("", tmp_path / "master_keys"), lambda chat: hash_of(code_of(SECRET, chat)))
    bo, ada = place.listener("bo").comes(), place.seeker("ada")
    chat = ada.asks()
    bo.accepts()
    key = await keys.make(chat)
    said = [("ada", "I can't sleep"), ("bo", "Tell me\nmore"), ("ada", "\U0001f319")]
    for number, (who, words) in enumerate(said):
        role = "seeker" if who == "ada" else "listener"
        place.call("send_message", chat, who, f"m{number}", key.seal(who, f"m{number}", words), role)
    place.call("send_message", chat, "bo", "m3", key.seal("ada", "m3", "not bo's"), "listener")
    ada.ends(chat)
    await archive_band(lines, database, "adult", place.now_ms)
    transcript = await read_transcript(database, keys, chat)
    assert transcript is not None
    assert [(m.from_id, m.text) for m in transcript.messages] == [*said, ("bo", UNREADABLE)]
    assert (transcript.age_band, transcript.ended_at_ms) == ("adult", place.now_ms)
    assert "sleep" not in repr(transcript)
    async with database.read() as session:
        row = (await session.scalars(select(ArchivedChatRow))).one()
        key_row = (await session.scalars(select(ChatKeyRow))).one()
    assert b"sleep" not in row.entries
    assert key_row.deletion_hash == hash_of(code_of(SECRET, chat))
    assert await read_transcript(database, keys, "another") is None
    await keys.delete([chat])
    assert await read_transcript(database, keys, chat) is None
