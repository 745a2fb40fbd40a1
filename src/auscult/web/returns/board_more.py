"""What we would do with ten hours more: what the plan's allocation found, or what it lacks."""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.web.goals.amounts import amount
from auscult.web.returns.board_words import range_of, read
from auscult.web.returns.telling_types import Facts, MoreFacts
from auscult.web.returns.telling_words import Told, said


def more(facts: Facts) -> tuple[str, ...]:
    """Return what ten hours more would bring, in sentences; empty where nobody has asked."""
    if facts.more is None:
        return tuple(said(one) for one in facts.notes if one.code == Told.MORE_WAITS)
    return tuple(_lines(facts.more))


def _lines(found: MoreFacts) -> list[str]:
    words = {
        "hours": amount(found.hours),
        "skill": found.skill,
        "points": read(found.gain.value or 0.0),
        "range": range_of(found.gain),
    }
    first = (
        _("With %(hours)s hours a week more of “%(skill)s”: %(points)s points more (%(range)s).")
        if words["range"]
        else _("With %(hours)s hours a week more of “%(skill)s”: %(points)s points more.")
    )
    lines = [first % words]
    lines += [
        _("%(title)s: %(amount)s %(unit)s more.")
        % {"title": title, "amount": read(gain), "unit": unit}
        for title, gain, unit in found.gains
    ]
    if found.enough is not None:
        lines.append(_("%(hours)s of these hours bring as much.") % {"hours": amount(found.enough)})
    if found.starts:
        lines.append(_("It lets us begin: %(names)s.") % {"names": ", ".join(found.starts)})
    return [*lines, _("100 points are all objectives reached, each by its weight.")]
