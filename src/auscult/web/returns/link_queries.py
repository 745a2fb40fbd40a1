"""Short links with how often they were followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.delivery.queries import link as whole_address
from auscult.web.returns import queries
from auscult.web.returns.link_models import ShortLink, VisitCount

DAYS = 28  # that the page of a link draws


def links(actor: Actor) -> QuerySet[ShortLink]:
    """Return the links of the organisation with their visits, the newest first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    ours = ShortLink.objects.filter(organisation_id=actor.organisation_id).select_related("bet")
    return ours.annotate(
        followed=Coalesce(Sum("visits__visits"), 0),
        unmarked=Coalesce(Sum("visits__untracked"), 0),
    ).order_by("-pk")


def link(actor: Actor, number: object) -> ShortLink:
    """Return a link by its number.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(links(actor), "link", number)


def address(link: ShortLink) -> str:
    """Return the address to post: of this installation, with the link's name."""
    return whole_address(reverse("follow", args=[link.slug]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How often a link was followed on a day."""

    day: date
    visits: int
    untracked: int


def days(actor: Actor, link: ShortLink) -> list[Day]:
    """Return the last days, the oldest first; days without a visit have a zero."""
    last = queries.today(actor)
    wanted = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    rows = VisitCount.objects.filter(link=link, day__gte=wanted[0])
    counted = {one.day: one for one in rows}
    nothing = VisitCount(visits=0, untracked=0)
    found = [(day, counted.get(day, nothing)) for day in wanted]
    return [Day(day=day, visits=one.visits, untracked=one.untracked) for day, one in found]
