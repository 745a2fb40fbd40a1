"""Settings: read once, refused with a name and a hint, documented."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.web.shell.options import (
    Options,
    SettingRefused,
    database,
    kept_secret,
    make_archive,
    read_options,
    settings_page,
)
from auscult.web.shell.start import start

DOCS = Path(__file__).parents[5] / "docs" / "reference" / "settings.md"


def test_the_page_lists_every_setting() -> None:
    assert settings_page() in DOCS.read_text(encoding="utf-8")


def test_nothing_given_is_a_private_place_on_this_machine() -> None:
    options = read_options({})
    assert options == Options(archive=Path("var").absolute())
    assert database(options)["ENGINE"] == "auscult.web.shell.sqlite"
    assert options.lake == options.archive / "lake"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "80a", "AUSCULT_PORT is '80a', but must be a number from 1 to 65535"),
        ("PORT", "0", "from 1 to 65535"),
        ("DEBUG", "maybe", "one of 1, true, yes, 0, false, no"),
        ("ALLOWED_HOSTS", " , ", "host names, separated by commas"),
        ("ADDRESS", " ", "a text that isn't empty"),
        ("TIME_ZONE", "Mars/Base", "a time zone's name. For example Europe/London."),
        ("LANGUAGE", "xx", "one of en"),
        ("SECRET_KEY", "short", "is '5 characters long', but must be at least 32"),
        ("SECRETS_KEY", "hunter2", "must be keys of at least 32 random characters"),
        ("SECRETS_KEY", "k" * 32 + ",hunter2", "holds a key of 7 characters"),
        ("REACH", "10.0.0.0/8,a b", "'a b' is neither a range of addresses nor a host name"),
        ("REACH", "*", "'*' is neither a range of addresses nor a host name"),
        ("CONTACT", "https://x.org (mail)", "an address of a page or mailbox, without spaces"),
        ("CONTACT", "x\r\nX-Y: 1", "an address of a page or mailbox, without spaces"),
        ("DATABASE_URL", "mysql://root:hunter2@x/y", "like postgresql://"),
        ("DATABASE_URL", "postgresql://host", "like postgresql://"),
    ],
)
def test_a_mistake_says_what_is_valid(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingRefused) as caught:
        read_options({f"AUSCULT_{name}": value})
    assert said in str(caught.value)
    assert caught.value.code == f"setting-{name.lower().replace('_', '-')}"
    assert "hunter2" not in str(caught.value)


def test_an_unknown_setting_is_a_mistake() -> None:
    with pytest.raises(Correctable, match=r"AUSCULT_PROT is no setting of Auscult.*AUSCULT_PORT"):
        read_options({"AUSCULT_PROT": "1"})


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert read_options({"AUSCULT_SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40
    with pytest.raises(SettingRefused, match="absent where AUSCULT_SECRET_KEY is given"):
        read_options({"AUSCULT_SECRET_KEY_FILE": str(file), "AUSCULT_SECRET_KEY": "k" * 40})
    with pytest.raises(SettingRefused, match="a file that can be read"):
        read_options({"AUSCULT_SECRET_KEY_FILE": str(tmp_path / "none")})
    with pytest.raises(Correctable, match="no setting"):
        read_options({"AUSCULT_PORT_FILE": str(file)})


def test_what_sources_may_reach_and_how_they_name_themselves() -> None:
    given = {
        "AUSCULT_REACH": "10.0.0.0/8, fd00::/8 ,*.hospital.example",
        "AUSCULT_CONTACT": "listening@hospital.example",
        "AUSCULT_SECRETS_KEY": f"{'n' * 32},{'o' * 32}\n",
    }
    options = read_options(given)
    assert options.reach == ("10.0.0.0/8", "fd00::/8", "*.hospital.example")
    assert options.contact == "listening@hospital.example"
    assert options.secrets_key == f"{'n' * 32},{'o' * 32}"


def test_a_postgresql_address_is_read_whole() -> None:
    url = "postgresql://me%40x:p%2Fw@db.example:5433/listen"
    found = database(read_options({"AUSCULT_DATABASE_URL": url}))
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me@x", "p/w", "db.example", "5433", "listen",
    )  # fmt: skip
    by_socket = "postgresql:///listen?host=/var/run/PG"
    assert database(read_options({"AUSCULT_DATABASE_URL": by_socket}))["HOST"] == "/var/run/PG"


def test_the_archive_keeps_its_own_key(tmp_path: Path) -> None:
    options = Options(archive=tmp_path / "a" / "b")
    assert kept_secret(options) != kept_secret(options)  # none is kept yet
    make_archive(options)
    key = options.archive / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = kept_secret(options)
    make_archive(options)
    assert kept_secret(options) == first == key.read_text()
    assert [path.name for path in options.archive.iterdir()] == ["secret.key"]


def test_a_file_in_the_archives_place_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingRefused, match="A file of this name is in the way"):
        read_options({"AUSCULT_ARCHIVE": str(file)})
    with pytest.raises(SettingRefused, match="a folder that can be made"):
        make_archive(Options(archive=file / "below"))


def test_one_process_works_on_one_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUSCULT_ARCHIVE", "set back afterwards")
    with pytest.raises(Correctable, match="This process already works on"):
        start(tmp_path / "other")
