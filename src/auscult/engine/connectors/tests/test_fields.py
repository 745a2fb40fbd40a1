"""Every connector's configuration can be filled in by a person who reads what it says."""

from __future__ import annotations

import re

import pytest

from auscult.engine.connectors.base import find, names
from auscult.engine.connectors.fields import fields_of


@pytest.mark.parametrize("name", names())
def test_every_field_says_what_it_means(name: str) -> None:
    connector = find(name)
    for field in fields_of(connector.Config):
        assert field.help, f"{name}: {field.name} says nothing"
        assert field.label[0].isupper()


@pytest.mark.parametrize("name", names())
def test_no_field_is_explained_in_the_words_of_programmers(name: str) -> None:
    for field in fields_of(find(name).Config):
        found = re.findall(r"\b(None|True|False|pings?|PDS|TLS|null|timeout)\b", field.help)
        assert not found, f"{name}: {field.name} says {found}"


def test_shapes_and_defaults_are_those_of_the_configuration() -> None:
    fields = {field.name: field for field in fields_of(find("mastodon").Config)}
    assert fields["instance"].required
    assert fields["instance"].shape == "text"
    assert fields["access_token"].shape == "secret"
    assert fields["access_token"].default is None
    assert fields["timelines"].shape == "list"
    assert fields["streaming"].shape == "yes or no"
    assert fields["streaming"].default is True
    assert fields["poll_every"].shape == "number"


def test_a_credential_is_never_a_default() -> None:
    for name in names():
        for field in fields_of(find(name).Config):
            assert field.shape != "secret" or field.default is None
