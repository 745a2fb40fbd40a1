"""What isn't known: said on the page, each with where it could be mended."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.web.returns.board_numbers import share
from auscult.web.returns.board_words import hours, plain
from auscult.web.returns.telling_types import INCREMENTAL, Facts, Note, UncostedFacts
from auscult.web.returns.telling_words import said

MOST_UNCOSTED = 5
MISSING = {
    "no rate of the role": (gettext_lazy("no rate of an hour"), "rates"),
    "no amount": (gettext_lazy("no amount"), "costs"),
    "no minutes told": (gettext_lazy("no hours are told"), "time"),
}
# Said elsewhere on the page, or of every figure alike.
ELSEWHERE = frozenset(
    {
        "merged",
        "not-costed",
        "given-time",
        "dark",
        "cost-zero",
        "only-tracked",
        "no-worth-said",
        "more-waits",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that isn't known.

    Attributes
    ----------
    text : str
    page : str
        Where it can be mended, by its name; empty: nowhere.
    """

    text: str
    page: str = ""


def unknown(facts: Facts) -> tuple[Unknown, ...]:
    """Return what isn't known, the weightiest first; nothing twice."""
    found = [*_uncosted(facts), *_dark(facts), *_causes(facts), *_worth(facts), *_ways(facts)]
    found += [Unknown(text=text) for text in _notes(facts)]
    return tuple({one.text: one for one in found}.values())


def _uncosted(facts: Facts) -> list[Unknown]:
    if facts.cost is None:
        return []
    rows = facts.cost.uncosted
    found = [_one_uncosted(one) for one in rows[:MOST_UNCOSTED]]
    more = len(rows) - MOST_UNCOSTED
    if more > 0:
        text = _("Things without a cost, further: %(more)s. The true cost is higher.")
        found.append(Unknown(text=text % {"more": more}, page="costs"))
    return found


def _one_uncosted(one: UncostedFacts) -> Unknown:
    missing, page = MISSING.get(one.missing, (one.missing, "costs"))
    words = {"what": one.what or _("Work"), "missing": missing, "hours": hours(one.minutes)}
    if one.minutes:
        return Unknown(text=_("%(what)s: %(missing)s, for %(hours)s hours.") % words, page=page)
    return Unknown(text=_("%(what)s: %(missing)s.") % words, page=page)


def _dark(facts: Facts) -> list[Unknown]:
    there = facts.outcomes
    if there is None or not there.counted:
        return []
    found = []
    if there.dark:
        words = {"dark": share(there.dark, there.counted), "counted": plain(there.counted)}
        text = _(
            "Of %(counted)s outcomes, %(dark)s have no known way here; none is credited with them."
        )
        found.append(Unknown(text=text % words, page="paths"))
    if there.untracked:
        text = _("Of these, %(count)s came from people who asked not to be tracked.")
        found.append(Unknown(text=text % {"count": there.untracked}))
    if there.dark and not facts.surveys:
        text = _("Nobody has asked people “How did you hear of us?” in these days.")
        found.append(Unknown(text=text, page="surveys"))
    return found


def _causes(facts: Facts) -> list[Unknown]:
    told = facts.told_first
    if told is not None and told.basis == INCREMENTAL:
        return []
    text = _(
        "What would have happened anyway: no finished study of this outcome covers these days."
    )
    return [Unknown(text=text, page="studies")]


def _worth(facts: Facts) -> list[Unknown]:
    gained = facts.outcomes is not None and facts.outcomes.gained is not None
    if facts.kind is None or facts.worth is not None or gained:
        return []
    words = {"kind": facts.kind.name}
    text = _("What one of “%(kind)s” is worth to the house: nobody has said so.") % words
    return [Unknown(text=text, page="outcomes")]


def _ways(facts: Facts) -> list[Unknown]:
    if facts.kind is None or facts.comparators:
        return []
    text = _(
        "What the same costs by television, print, mail or press: no other way is written down."
    )
    return [Unknown(text=text, page="comparators")]


def _notes(facts: Facts) -> list[str]:
    """Return what figures say of themselves: intervals that were refused, and conditions."""
    notes = [*facts.notes]
    for told in facts.figures:
        notes += told.notes
        for one in (told.cost_per_outcome, told.net_benefit):
            notes += one.notes if one is not None and one.bound == "refused" else ()
    return [said(one) for one in notes if one.code not in ELSEWHERE and not _is_dark(facts, one)]


def _is_dark(facts: Facts, note: Note) -> bool:
    """Return whether outcomes that no bet is credited with are just the dark ones."""
    dark = facts.outcomes.dark if facts.outcomes else 0
    return note.code == "not-of-bets" and dict(note.numbers).get("outcomes") == dark
