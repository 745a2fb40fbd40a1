"""Every string that a person reads has its translation, whole and with the same places in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[2] / "src" / "auscult"
GATHER = Path(__file__).with_name("messages.py")
LANGUAGES = sorted(path.name for path in (PACKAGE / "locale").iterdir() if path.is_dir())
PLACES = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)[^}]*\}")
MARKS = re.compile(r"</?[a-z][^>]*>")


def _catalogue(language: str, package: Path = PACKAGE) -> Catalog:
    with (package / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)


def _forms(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _complaints(message: Message) -> list[str]:
    source, said = _forms(message.id), _forms(message.string)
    found = []
    if not all(said) or message.fuzzy:
        found.append("has no translation")
    for form in said:
        for what, pattern in (("places", PLACES), ("marks", MARKS)):
            wanted = {frozenset(m.group(0) for m in pattern.finditer(one)) for one in source}
            if form and frozenset(m.group(0) for m in pattern.finditer(form)) not in wanted:
                found.append(f"has other {what} in {form!r}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_whole(language: str) -> None:
    complaints = [
        f"{message.id!r} {complaint}"
        for message in _catalogue(language)
        if message.id
        for complaint in _complaints(message)
    ]
    assert not complaints, "\n".join(complaints[:20])


def test_complaints_are_made() -> None:
    assert _complaints(Message("one"))
    assert _complaints(Message("%(n)s posts", "%(m)s Beiträge"))
    assert _complaints(Message("see <b>this</b>", "siehe dies"))
    assert _complaints(Message(("%(n)s post", "%(n)s posts"), ("ein Beitrag", "")))
    assert not _complaints(Message(("one post", "%(n)s posts"), ("ein Beitrag", "%(n)s Beiträge")))


@pytest.mark.skipif(
    shutil.which("xgettext") is None and "CI" not in os.environ,
    reason="GNU gettext finds the strings; install the package gettext",
)
def test_every_string_stands_in_the_catalogues(tmp_path: Path) -> None:
    copy = tmp_path / "auscult"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "tests", "static"))
    subprocess.run(
        [sys.executable, str(GATHER), str(copy), "--no-location"],
        check=True,
        capture_output=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")},
    )
    for language in LANGUAGES:
        known = {_forms(one.id) for one in _catalogue(language) if one.id}
        used = {_forms(one.id) for one in _catalogue(language, copy) if one.id}
        assert used == known, "run `make messages`, then translate what is new"
