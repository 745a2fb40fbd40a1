"""Linking what is done to the objective that it is done for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import linked, queries
from auscult.web.goals.changing import keep_change
from auscult.web.goals.errors import LinkUnknown, ObjectiveClosed
from auscult.web.goals.models import Link, Objective

MAY = gettext_noop("link what is done to objectives")


@transaction.atomic
def add_link(actor: Actor, *, objective: Objective, kind: str, number: int) -> Link:
    """Link a row of another application to an objective; a link that is there already stays.

    Raises
    ------
    NotAllowed, LinkUnknown, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    if objective.organisation_id != actor.organisation_id:
        raise LinkUnknown(objective.pk)
    if objective.closed_on is not None:
        raise ObjectiveClosed(objective.title)
    target = linked.target(actor, kind, number)
    if target is None:
        raise LinkUnknown(f"{kind} {number}")
    made, new = Link.objects.get_or_create(objective=objective, kind=kind, number=number)
    if new:
        after = {f"{kind} {number}": target.name}
        keep_change(actor, objective, "add-link", before={}, after=after)
    return made


@transaction.atomic
def add_links(actor: Actor, *, kind: str, serving: Mapping[int, Objective]) -> None:
    """Link many rows of one kind, each to an objective; links that are there already stay.

    Each objective's history says all of it in one line.

    Parameters
    ----------
    serving : mapping of int to Objective
        By the number of the row.

    Raises
    ------
    NotAllowed, LinkUnknown, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    names = linked.names(actor, kind) if serving else {}
    known = set(queries.links(actor).filter(kind=kind).values_list("objective_id", "number"))
    new: dict[Objective, list[int]] = defaultdict(list)
    for number, objective in serving.items():
        if objective.organisation_id != actor.organisation_id or number not in names:
            raise LinkUnknown(f"{kind} {number}")
        if objective.closed_on is not None:
            raise ObjectiveClosed(objective.title)
        if (objective.pk, number) not in known:
            new[objective].append(number)
    for objective, numbers in new.items():
        Link.objects.bulk_create(
            [Link(objective=objective, kind=kind, number=one) for one in numbers],
            ignore_conflicts=True,
        )
        after = {f"{kind} {one}": names[one] for one in numbers}
        keep_change(actor, objective, "add-link", before={}, after=after)


@transaction.atomic
def remove_link(actor: Actor, *, link: Link) -> None:
    """Take a link away."""
    require(actor, Right.EDIT_GOALS, MAY)
    target = linked.target(actor, link.kind, link.number)
    _remove(actor, link, target.name if target else "")


def _remove(actor: Actor, link: Link, name: str) -> None:
    objective = queries.objective(actor, link.objective_id)
    before = {f"{link.kind} {link.number}": name}
    link.delete()
    keep_change(actor, objective, "remove-link", before=before, after={})


def drop_dead_links(actor: Actor) -> bool:
    """Remove links to rows that are gone: the nightly round; say that there is no more to do.

    A kind that no application knows any more is left alone: it may come back.
    """
    require(actor, Right.WORK, MAY)
    found = list(queries.links(actor))  # first, as a link may be made at this moment
    there = linked.numbers(actor)
    for link in found:
        if link.kind in there and link.number not in there[link.kind]:
            with transaction.atomic():
                _remove(actor, link, "")
    return False
