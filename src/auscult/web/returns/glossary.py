"""Words of the page for the board, in place: each in a sentence or two, for who reads it first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Entry = tuple[str | Promise, str | Promise]

TERMS: Mapping[str, Entry] = MappingProxyType(
    {
        "cost": (
            _("Full cost"),
            _(
                "Hours times what an hour costs the house, a share of tools and kit, advertisements"
                " and production. Time that volunteers and ambassadors give is shown beside it."
            ),
        ),
        "outcome": (
            _("Outcome"),
            _(
                "Something that happened and that the house wants: an appointment, a call, a"
                " sign-up. Views and likes are none."
            ),
        ),
        "incremental": (
            _("Incremental"),
            _(
                "What would not have happened otherwise. Only an experiment or a comparison can"
                " tell; its conditions are said beside it."
            ),
        ),
        "tracked": (
            _("Tracked"),
            _(
                "Outcomes with a known contact before them, such as a visit by a link of ours. Some"
                " of them would have happened anyway, and some that we caused can't be tracked."
            ),
        ),
        "interval": (
            _("Interval"),
            _(
                "The range in which the true figure lies in about 90 of 100 cases like this one."
                " The wider, the less is known."
            ),
        ),
        "break-even": (
            _("Break-even"),
            _(
                "The most that all of it might have cost and still pay: outcomes times what one is"
                " worth to the house."
            ),
        ),
        "net-benefit": (
            _("Net benefit"),
            _("What was gained, less what it cost, in money."),
        ),
        "acceptability": (
            _("Chance that it pays"),
            _(
                "In how many of 100 cases like this one the gain exceeds the cost. It depends on"
                " what an outcome is worth, so it is drawn for many values."
            ),
        ),
        "ratio": (
            _("Return on investment"),
            _(
                "(Gain - cost) / cost. It has no meaning where nothing was spent, and no upper"
                " limit where the cost can't be told from nothing; then words stand in its place."
            ),
        ),
        "rule": (
            _("Rule of attribution"),
            _(
                "How an outcome is shared among the contacts before it: all to the first, all to the"
                " last, and so on. It is a convention, not a cause."
            ),
        ),
        "dark": (
            pgettext_lazy("of outcomes", "Dark"),
            _(
                "Outcomes without any known contact. Social media may have caused some; nobody can"
                " say how many from links alone. “How did you hear of us?” helps."
            ),
        ),
        "assisted": (
            _("Assisted"),
            _("Outcomes with contacts by several channels: more than one helped."),
        ),
        "comparator": (
            _("Another way"),
            _(
                "The same outcome by television, print, mail or press in the same days: the house's"
                " own figures, or a published rate with its source."
            ),
        ),
    }
)


def entries(*names: str) -> list[Entry]:
    """Return words with what they mean.

    Examples
    --------
    >>> [str(word) for word, _meaning in entries("net-benefit", "dark")]
    ['Net benefit', 'Dark']
    """
    return [TERMS[name] for name in names]
