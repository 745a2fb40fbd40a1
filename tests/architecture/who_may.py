"""Who may ask for an address: the values of the tables of addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from auscult.web.accounts.policies import Right


@dataclass(frozen=True, kw_only=True)
class _Address:
    methods: str = "GET"
    row: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Needs(_Address):
    """Members whose role has the right; None stands for every member."""

    right: Right | None


@dataclass(frozen=True, kw_only=True)
class ByToken(_Address):
    """A program with a token; its scopes are tested beside the API."""


@dataclass(frozen=True)
class Public(_Address):
    """Anybody; one of the statuses has to come back."""

    statuses: tuple[int, ...]


def member(**more: Any) -> Needs:
    """Every member, with more said about the address."""
    return replace(MEMBER, **more)


MEMBER = Needs(None)


def path_of(pattern: str, values: Mapping[str, Any]) -> str:
    """Return the path that a pattern stands for, with the values of its arguments."""
    # Some of allauth's are regular expressions: (?P<name>...) between ^ and $.
    plain = re.sub(r"\(\?P<(\w+)>(?:[^()\[]|\[[^]]*\])*\)", r"<\1>", pattern)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), plain)
    return "/" + path.replace("^", "").replace("$", "")
