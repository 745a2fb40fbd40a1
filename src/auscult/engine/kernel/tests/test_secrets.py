"""Keys: the first encrypts, each decrypts, and the file holds the old ones or the new ones."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.secrets import (
    KeyFile,
    KeyRefused,
    Keyring,
    SecretLost,
    new_key,
    parse_keys,
)

OLD, NEW = new_key(), new_key()


@given(st.text())
def test_what_is_encrypted_comes_back(text: str) -> None:
    if any("\ud800" <= one <= "\udfff" for one in text):
        return
    kept = Keyring([OLD]).encrypt(text)
    assert kept.isascii()
    assert len(text) < 4 or text not in kept
    assert Keyring([OLD]).decrypt(kept) == text
    assert Keyring([NEW, OLD]).decrypt(kept) == text


def test_the_first_key_encrypts() -> None:
    kept = Keyring([OLD]).encrypt("hunter2")
    both = Keyring([NEW, OLD])
    assert not both.is_current(kept)
    anew = both.encrypt("hunter2")
    assert both.is_current(anew)
    assert Keyring([NEW]).decrypt(anew) == "hunter2"
    assert kept != Keyring([OLD]).encrypt("hunter2")  # the same text never looks the same


@pytest.mark.parametrize("change", ["", "x", "flip", "cut"])
def test_what_no_key_opens_says_what_to_do(change: str) -> None:
    kept = Keyring([OLD]).encrypt("hunter2")
    ring = Keyring([NEW] if change == "" else [OLD])
    other = {"": kept, "x": "x", "flip": kept[:-9] + "A" * 9, "cut": kept[:40]}[change]
    with pytest.raises(SecretLost, match=r"can't be decrypted.*Bring the key back.*enter the cred"):
        ring.decrypt(other)
    assert not ring.is_current(other)


@pytest.mark.parametrize(
    ("text", "keys"),
    [("OLD", 1), (" NEW,OLD ", 2), ("NEW\nOLD\n\n", 2), ("OLD,,OLD", 1)],
)
def test_keys_stand_between_white_space_or_commas(text: str, keys: int) -> None:
    assert len(parse_keys(text.replace("OLD", OLD).replace("NEW", NEW), "X")) == keys


@pytest.mark.parametrize("text", ["", " \n,", "short", "OLD,short", "s" * 31])
def test_a_key_that_is_too_short_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(KeyRefused, match=r"AUSCULT_SECRETS_KEY holds a key of \d+ char") as refused:
        parse_keys(text.replace("OLD", OLD), "AUSCULT_SECRETS_KEY")
    assert "short" not in str(refused.value)


def test_the_file_is_made_when_it_is_first_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secrets.key"
    (key,) = KeyFile(path).keys()
    assert len(key) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFile(path).keys() == (key,)
    assert {one.name for one in path.parent.iterdir()} == {"secrets.key", ".secrets.key.lock"}


def test_of_many_that_make_the_file_at_once_all_read_one_key(tmp_path: Path) -> None:
    found: list[tuple[str, ...]] = []
    start = threading.Barrier(8)

    def read() -> None:
        start.wait()
        found.append(KeyFile(tmp_path / "secrets.key").keys())

    threads = [threading.Thread(target=read) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_the_keys_of_a_file_are_replaced_as_a_whole(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "secrets.key")
    (tmp_path / ".secrets.key.draft").write_text("what a killed writer left\n" * 9)
    with file.held():
        file.replace([NEW, OLD])
    assert file.keys() == (NEW, OLD)
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600
    assert not (tmp_path / ".secrets.key.draft").exists()


def test_one_at_a_time_changes_the_file(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "secrets.key")
    file.keys()

    def add() -> None:
        with file.held() as keys:
            file.replace([new_key(), *keys])

    threads = [threading.Thread(target=add) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(file.keys()) == 11


def test_a_file_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "secrets.key").mkdir()
    with pytest.raises(
        Correctable, match=r"The file of keys .*secrets.key can't be used: .*Is a dir"
    ):
        KeyFile(tmp_path / "secrets.key").keys()
    (tmp_path / "empty").write_text("")
    with pytest.raises(KeyRefused, match="empty holds a key of 0 characters"):
        KeyFile(tmp_path / "empty").keys()
