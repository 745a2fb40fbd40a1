"""What is linked to objectives, with names and addresses, and what could be."""

from __future__ import annotations

from dataclasses import dataclass

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import may
from auscult.web.goals import links, queries
from auscult.web.goals.links import Linkable, Target
from auscult.web.goals.models import Link, Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A link as a page shows it.

    Attributes
    ----------
    name : str
        Empty where the row is gone.
    address : str
        Empty where the actor may not open it.
    """

    link: Link
    label: str
    name: str
    address: str


def target(actor: Actor, kind: str, number: int) -> Target | None:
    """Return a row that can be linked; None: there is none like it."""
    for linkable in links.linkables():
        if linkable.kind == kind:
            return next((one for one in linkable.rows(actor) if one.number == number), None)
    return None


def names(actor: Actor, kind: str) -> dict[int, str]:
    """Return the names of all rows of a kind, by number; a kind that nobody knows has none."""
    known = (one for one in links.linkables() if one.kind == kind)
    return {row.number: row.name for one in known for row in one.rows(actor)}


def numbers(actor: Actor) -> dict[str, set[int]]:
    """Return the numbers of all rows that can be linked, by kind."""
    return {
        linkable.kind: {one.number for one in linkable.rows(actor)}
        for linkable in links.linkables()
    }


def linked(actor: Actor, objective: Objective) -> list[Linked]:
    """Return what is linked to an objective, by kind and name."""
    known = {one.kind: one for one in links.linkables()}
    found = list(queries.links(actor).filter(objective=objective))
    rows = {
        kind: {one.number: one for one in known[kind].rows(actor)}
        for kind in {link.kind for link in found} & known.keys()
    }
    shown = [_shown(actor, link, known.get(link.kind), rows.get(link.kind, {})) for link in found]
    return sorted(shown, key=lambda one: (one.label, one.name.casefold()))


def _shown(actor: Actor, link: Link, linkable: Linkable | None, rows: dict[int, Target]) -> Linked:
    row = rows.get(link.number)
    opens = row is not None and linkable is not None and may(actor, linkable.right)
    return Linked(
        link=link,
        label=str(linkable.label) if linkable else link.kind,
        name=row.name if row else "",
        address=row.address if row and opens else "",
    )


def choices(actor: Actor, objective: Objective) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be linked to an objective, as groups of a field's choices: "watch:12"."""
    ours = queries.links(actor).filter(objective=objective)
    taken = set(ours.values_list("kind", "number"))
    groups = []
    for linkable in links.linkables():
        rows = [
            (f"{linkable.kind}:{one.number}", one.name)
            for one in linkable.rows(actor)
            if not one.over and (linkable.kind, one.number) not in taken
        ]
        if rows:
            groups.append((str(linkable.label), rows))
    return groups
