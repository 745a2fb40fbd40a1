"""Pages that were kept as they were told on a day: keep one, find it, hold it against today."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.board_models import Edition
from auscult.web.returns.board_telling import digest, digest_of_data, facts_of
from auscult.web.returns.board_words import hours, money, plain, range_of
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.telling_types import Facts, Figure, Question, as_data, from_data

KEEP = gettext_noop("keep a page for the board")
LONGEST_TITLE = 200


def editions(actor: Actor) -> QuerySet[Edition]:
    """Return what was kept, the newest first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Edition.objects.filter(organisation_id=actor.organisation_id)
    return rows.select_related("kind", "made_by").order_by("-made_at", "-pk")


def edition(actor: Actor, number: object) -> Edition:
    """Return one of them.

    Raises
    ------
    ReturnsUnknown
    """
    return queries.found(editions(actor), gettext_noop("edition"), number)


def facts_in(kept: Edition) -> Facts:
    """Return the facts of a page that was kept.

    Raises
    ------
    Correctable
        They were kept in a form that can't be read any more.
    """
    return from_data(Facts, kept.facts)


@transaction.atomic
def keep_edition(actor: Actor, *, title: str, asked: Question) -> Edition:
    """Keep the page for the board as it is told now.

    Raises
    ------
    NotAllowed, ReturnsRefused, Correctable
    """
    require(actor, Right.EDIT_RETURNS, KEEP)
    name = title.strip()
    if not name or len(name) > LONGEST_TITLE or "\0" in name:
        valid = _("a name of 1 to %(most)s characters") % {"most": LONGEST_TITLE}
        raise ReturnsRefused(_("The name"), name[:40], valid)
    told = facts_of(actor, asked)
    kept = Edition.objects.create(
        organisation_id=actor.organisation_id,
        title=name,
        kind_id=asked.kind,
        first_day=asked.first,
        last_day=asked.last,
        facts=as_data(told),
        made_at=actor.clock.now(),
        made_by_id=actor.user_id,
    )
    record_audit(actor, action="keep-edition", target=name, details={"digest": digest(told)})
    return kept


@transaction.atomic
def remove_edition(actor: Actor, *, kept: Edition) -> None:
    """Remove a page that was kept, also one that can't be read any more.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, KEEP)
    details = {"digest": digest_of_data(kept.facts)}
    record_audit(actor, action="remove-edition", target=kept.title, details=details)
    kept.delete()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure then and now, in words."""

    name: str
    then: str
    now: str

    @property
    def changed(self) -> bool:
        """Whether it is told otherwise now."""
        return self.then != self.now


def compared(then: Facts, now: Facts) -> tuple[Compared, ...]:
    """Return the weightiest figures of two pages of the same question."""
    before, after = _figures(then), _figures(now)
    names = list(dict.fromkeys([*before, *after]))
    return tuple(
        Compared(name=name, then=before.get(name, ""), now=after.get(name, "")) for name in names
    )


def _figures(facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    if facts.cost is not None:
        found[_("Paid by the house")] = money(facts.cost.paid, facts.currency)
        found[_("Given time")] = money(facts.cost.given, facts.currency)
        found[_("Hours of work")] = hours(facts.cost.minutes)
        found[_("Things without a cost")] = plain(len(facts.cost.uncosted))
    if facts.outcomes is not None:
        found[_("Counted in all")] = plain(facts.outcomes.counted)
        found[_("Without any known way here")] = plain(facts.outcomes.dark)
    told = facts.told_first
    if told is None:
        return found
    found[_("How they are counted")] = (
        _("incremental") if told.basis == "incremental" else _("tracked")
    )
    unit = facts.currency
    for name, figure, of in (
        (_("Brought"), told.outcomes, ""),
        (_("Break-even"), told.break_even, unit),
        (_("Net benefit"), told.net_benefit, unit),
        (_("Cost of each"), told.cost_per_outcome, unit),
    ):
        if figure is not None:
            found[name] = _shown(figure, of)
    return found


def _shown(figure: Figure, unit: str) -> str:
    shown = "–" if figure.value is None else f"{plain(figure.value)} {unit}".strip()
    between = range_of(figure, unit)
    return f"{shown} ({between})" if between else shown
