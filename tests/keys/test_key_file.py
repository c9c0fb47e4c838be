"""Files of keys: whole, of one user only, and the first one's where several make one."""

import os
from pathlib import Path

import pytest

from config.key_file import write_key
from config.settings import SettingsError


def test_the_first_one_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    write_key(path, b"first", os.link)
    with pytest.raises(FileExistsError):
        write_key(path, b"second", os.link)
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key"]
    write_key(path, b"third", os.replace)
    assert path.read_bytes() == b"third"


def test_a_crash_before_it_is_in_place_leaves_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key(path, b"old", os.link)

    def full(_aside: Path, _path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SettingsError, match=f"can't be written to {path}: No space left on device"):
        write_key(path, b"new", full)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "open", read_only)
    monkeypatch.setattr(os, "unlink", read_only)
    with pytest.raises(SettingsError, match=r"can't be written to .*: Read-only file system"):
        write_key(tmp_path / "key", b"new", os.link)


def test_a_folder_that_is_a_file_is_said_and_is_no_sign_of_another_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "key", tmp_path / "file" / "in" / "key"):
        with pytest.raises(SettingsError, match=f"can't be written to {path}"):
            write_key(path, b"new", os.link)
