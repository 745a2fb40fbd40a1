"""What the templates of the board's page are given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.accounts.policies import may
from auscult.web.returns import glossary, pages
from auscult.web.returns.board_asking import asking
from auscult.web.returns.board_page import board
from auscult.web.returns.board_unknown import Unknown
from auscult.web.returns.board_words import days
from auscult.web.returns.telling_types import Facts

WORDS = {
    "cost": ("cost",),
    "brought": ("outcome", "incremental", "tracked", "interval", "rule", "assisted"),
    "pays": ("break-even", "net-benefit", "acceptability", "ratio", "interval"),
    "ways": ("comparator", "interval"),
    "unknown": ("dark", "tracked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Something that isn't known, and where it can be mended."""

    text: str
    address: str


def shown(actor: Actor, facts: Facts) -> dict[str, Any]:
    """Return what a page of these facts is made of."""
    page = board(facts)
    asked = asking(facts.asked)
    return {
        "board": page,
        "house": organisation(actor).name,
        "asking": asked,
        "evidence": reverse("returns:appendix") + asked,
        "words": {part: glossary.entries(*names) for part, names in WORDS.items()},
        "unknown": opened(actor, page.unknown),
        "places": {"comparators": reverse("returns:comparators")},
    }


def links(actor: Actor, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return pages of the room with their addresses; without those that the actor may not see."""
    allowed = [
        (name, label)
        for group in pages.GROUPS
        if may(actor, group.right)
        for name, label in group.pages
    ]
    return [
        (str(label), reverse(f"returns:{name}"))
        for wanted in names
        for name, label in allowed
        if name == wanted
    ]


def period(facts: Facts) -> str:
    """Return the days that are asked for."""
    return days(facts.asked.first, facts.asked.last)


def opened(actor: Actor, unknown: Iterable[Unknown]) -> list[Open]:
    """Return what isn't known, each with where the actor could mend it."""
    found = []
    for one in unknown:
        ways = links(actor, [one.page])
        found.append(Open(text=one.text, address=ways[0][1] if ways else ""))
    return found
