"""The ask on one page: what the house has, what that brings, and what more would bring."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.accounts.queries import time_zone
from auscult.web.goals.amounts import amount
from auscult.web.planning import sheets
from auscult.web.planning.models import Cycle
from auscult.web.planning.outlook import FEW, Answer, Curve, Shown

MOST = 5  # things that are asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing that is asked for, and what it would bring."""

    what: str
    brings: str
    means: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The ask in words."""

    title: str
    about: str
    have: tuple[str, ...]
    brings: tuple[str, ...]
    wishes: tuple[Wish, ...]
    undone: tuple[str, ...]
    unsure: str


def page(actor: Actor, cycle: Cycle, shown: Shown) -> Page:
    """Return the ask of a cycle in words."""
    answer = shown.answer
    asked_at = shown.allocation.asked_at.astimezone(time_zone(actor))
    asked_on = date_format(asked_at.date(), _("j M Y"))
    facts = {"house": organisation(actor).name, "title": cycle.title, "day": asked_on}
    return Page(
        title=_("What more could bring"),
        about=_("%(house)s · %(title)s · as of %(day)s") % facts,
        have=_have(shown.allocation.question),
        brings=tuple(_brings(one) for one in answer["objectives"]),
        wishes=tuple(_wish(one) for one in shown.curves[:MOST]),
        undone=tuple(f"{one.title}: {one.why}" for one in shown.undone if not one.made),
        unsure=_(
            "Figures come from what bets were estimated to bring; a range holds 90 of 100 ways"
            " how things may be. 100 points are all objectives reached, each by its weight."
        ),
    )


def _have(asked: Answer) -> tuple[str, ...]:
    weeks = asked["days"] / 7
    lines = [
        _("%(skill)s: %(hours)s hours a week") % {"skill": skill, "hours": _one(sum(row) / weeks)}
        for skill, row in zip(asked["skills"], asked["capacity"], strict=True)
    ]
    if asked["money"]:
        lines.append(_("Money: %(amount)s") % {"amount": amount(asked["money"])})
    return tuple(lines)


def _one(value: float) -> str:
    return str(number_format(round(value, 1), decimal_pos=1, force_grouping=True))


def _range(one: Answer) -> dict[str, str]:
    return {name: _one(one[name]) for name in ("mean", "low", "high")}


def _brings(one: Answer) -> str:
    words = {**_range(one), "title": one["title"], "unit": one["unit"]}
    return _("%(title)s: %(mean)s %(unit)s nearer the target (%(low)s to %(high)s)") % words


def _wish(one: Curve) -> Wish:
    step = one.last
    what = _("%(amount)s of money more") % {"amount": amount(step["amount"])}
    if one.skill:
        words = {"amount": amount(step["amount"]), "skill": one.skill}
        what = _("%(amount)s hours a week more of %(skill)s") % words
    return Wish(
        what=what,
        brings=_("%(mean)s points more (%(low)s to %(high)s)") % _range(step),
        means=tuple(_means(step)),
    )


def _means(step: Answer) -> list[str]:
    lines = [
        _("%(title)s: %(amount)s %(unit)s more")
        % {"title": one["title"], "amount": _one(one["amount"]), "unit": one["unit"]}
        for one in step["gains"]
        if one["amount"] >= FEW
    ]
    for names, words in (
        (step["started"], _("It lets us begin: %(names)s")),
        (step["stopped"], _("In its place we leave: %(names)s")),
    ):
        if names:
            lines.append(words % {"names": ", ".join(names)})
    return lines


def as_pdf(actor: Actor, cycle: Cycle, shown: Shown) -> bytes:
    """Return the ask on A4, in the language that is active."""
    words = asdict(page(actor, cycle, shown))
    heads = {
        "have": _("What we have"),
        "brings": _("What that should bring"),
        "wishes": _("What more would bring"),
        "undone": _("What stays undone"),
    }
    return sheets.sheet(actor, "ask", {**words, "heads": heads})
