"""Shiny objects: what is done for no objective, and what is wanted without anything done for it.

Each stands with what to do about it. Nothing here is forbidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from auscult.web.accounts import people
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import may
from auscult.web.goals import links, queries

Known = Sequence[tuple[links.Linkable, Sequence[links.Target]]]
FRESH = timedelta(days=35)  # a measure that is taken once a month is fresh that long


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """Something without its counterpart.

    Attributes
    ----------
    address : str
        Of its own page; empty where the actor may not open it.
    doing, doing_address : str
        What to do about it, and the form for it.
    """

    name: str
    address: str
    doing: str
    doing_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Orphans of one kind; `code` names it for programs."""

    code: str
    title: str
    why: str
    orphans: tuple[Orphan, ...]


def orphans(actor: Actor) -> list[Group]:
    """Return what stands alone, by kind; kinds of which nothing does are left out."""
    known = [(one, list(one.rows(actor))) for one in links.linkables() if one.alone]
    groups = [
        *_unlinked(actor, known),
        Group(
            code="social-only",
            title=_("On social media alone"),
            why=_("Campaigns that extend nothing that a business function does anyway."),
            orphans=tuple(_social(actor, known)),
        ),
        Group(
            code="functions",
            title=_("Functions without support"),
            why=_("A business function for which nothing is wanted, or nothing is measured."),
            orphans=tuple(_functions(actor)),
        ),
        Group(
            code="priorities",
            title=_("Priorities without an objective"),
            why=_("Nobody would notice whether they come true."),
            orphans=tuple(_priorities(actor)),
        ),
        Group(
            code="idle-objectives",
            title=_("Objectives for which nothing is done"),
            why=_("Nothing is linked to them: they are wishes."),
            orphans=tuple(_idle(actor)),
        ),
        Group(
            code="unread-objectives",
            title=_("Objectives without a fresh reading"),
            why=_("Nobody knows where they stand: the last reading is older than 35 days."),
            orphans=tuple(_unread(actor)),
        ),
    ]
    return [group for group in groups if group.orphans]


def _unlinked(actor: Actor, known: Known) -> Iterator[Group]:
    """Return the rows of other applications that serve no open objective."""
    serving = queries.links(actor).filter(objective__in=queries.open_objectives(actor))
    taken = set(serving.values_list("kind", "number"))
    for linkable, rows in known:
        opens = may(actor, linkable.right)
        yield Group(
            code=f"{linkable.kind}-alone",
            title=_("For no objective: %(kind)s") % {"kind": linkable.label},
            why=_("Shiny objects: they cost attention, and nobody has said what for."),
            orphans=tuple(
                Orphan(
                    name=row.name,
                    address=row.address if opens else "",
                    doing=_("Link it to an objective"),
                    doing_address=_to("goals:link", kind=linkable.kind, number=row.number),
                )
                for row in rows
                if not row.over and (linkable.kind, row.number) not in taken
            ),
        )


def _social(actor: Actor, known: Known) -> Iterator[Orphan]:
    for linkable, rows in known:
        opens = may(actor, linkable.right)
        for row in rows:
            if row.social:
                yield Orphan(
                    name=row.name,
                    address=row.address if opens else "",
                    doing=_("Say which initiative it amplifies"),
                    doing_address=row.social,
                )


def _to(page: str, *args: int, **asked: object) -> str:
    address = reverse(page, args=args)
    return f"{address}?{urlencode(asked)}" if asked else address


def _functions(actor: Actor) -> Iterator[Orphan]:
    wanted = dict(queries.priorities(actor).values_list("function_id", "pk"))
    measured = set(queries.open_objectives(actor).values_list("priority__function_id", flat=True))
    for team in people.teams(actor):
        if team.pk in measured:
            continue
        if team.pk not in wanted:
            doing, form = _("Add a priority"), _to("goals:add-priority", function=team.pk)
        else:
            priority = wanted[team.pk]
            doing, form = _("Add an objective"), _to("goals:add-objective", priority=priority)
        yield Orphan(name=team.name, address="", doing=doing, doing_address=form)


def _priorities(actor: Actor) -> Iterator[Orphan]:
    measured = queries.open_objectives(actor).values("priority")
    for one in queries.priorities(actor).exclude(pk__in=measured):
        yield Orphan(
            name=one.title,
            address=_to("goals:priority", one.pk),
            doing=_("Add an objective"),
            doing_address=_to("goals:add-objective", priority=one.pk),
        )


def _idle(actor: Actor) -> Iterator[Orphan]:
    for one in queries.open_objectives(actor).filter(links=None):
        page = _to("goals:objective", one.pk)
        yield Orphan(
            name=one.title, address=page, doing=_("Link something to it"),
            doing_address=f"{page}#links",
        )  # fmt: skip


def _unread(actor: Actor) -> Iterator[Orphan]:
    since = queries.today(actor) - FRESH
    for one in queries.open_objectives(actor).annotate(last=Max("readings__day")):
        if one.last is not None and one.last >= since:
            continue
        if one.last is None and one.baseline_on >= since:  # it has just begun
            continue
        page = _to("goals:objective", one.pk)
        yield Orphan(
            name=one.title, address=page, doing=_("Type a reading in"),
            doing_address=f"{page}#readings",
        )  # fmt: skip
