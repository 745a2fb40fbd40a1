"""What isn't documented fails: verbs and their options, addresses, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from django.urls import URLPattern, URLResolver, get_resolver

from architecture import rules
from auscult.cli import app
from auscult.web.shell.options import Options

REFERENCE = rules.ROOT / "docs" / "reference"


def verbs(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each verb of the command line by its whole name, groups aside."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        yield from verbs(one, f"{name} {word}")


VERBS = dict(verbs(typer.main.get_command(app), "auscult"))


def section(page: Path, heading: str) -> str:
    """The part of a page under a heading of the second level, or nothing."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found.group(1) if found else ""


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_its_section(verb: str) -> None:
    said = section(REFERENCE / "command-line.md", verb)
    assert said, f"docs/reference/command-line.md has no section `## {verb}`"
    for parameter in VERBS[verb].params:
        if parameter.param_type_name != "option":
            continue
        flags = [one for one in parameter.opts if one.startswith("--")]
        if {"--json", "--archive", "--help"}.isdisjoint(flags):  # said once, at the page's top
            assert any(flag in said for flag in [*flags, *parameter.secondary_opts]), (
                f"the section of {verb} doesn't say what {flags} does"
            )


def test_no_section_is_about_a_verb_that_is_gone() -> None:
    text = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (auscult.*)$", text, re.M)) == VERBS.keys()


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    for one in resolver.url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield address
        else:
            yield from addresses(one, address)


def test_each_address_is_in_the_table() -> None:
    text = (REFERENCE / "addresses.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(/[^`]*)` \|", text, re.M)
    assert sorted(listed) == sorted(set(addresses(get_resolver())))


@pytest.mark.parametrize("name", Options.__dataclass_fields__)
def test_each_setting_is_in_the_table(name: str) -> None:
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert f"| `AUSCULT_{name.upper()}`" in text
