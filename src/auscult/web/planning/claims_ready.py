"""Claims that everybody has heard, in plain words: what they ask for, and what is to be done.

Sentences are marked for translation here and said by `gettext` where a page shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.engine.planning import claims
from auscult.engine.planning.claims import Claim, Condition, Feature, Outcome

WEEKDAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
    _("Sunday"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The number that a claim needs."""

    label: str | Promise
    least: int
    most: int
    usual: int
    choices: tuple[str | Promise, ...] = ()  # said instead of 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A claim that only has to be chosen.

    Attributes
    ----------
    saying : str
        As people say it.
    compares : str
        Which posts stand against which.
    title : callable
        The claim's name, from its number.
    one, other : str
        What to do on days of either side of a trial; empty: it can't be drawn.
    """

    saying: str | Promise
    compares: str | Promise
    title: Callable[[int], str]
    make: Callable[[int, str], Claim]
    ask: Ask | None = None
    outcome: Outcome = Outcome.ENGAGEMENT
    one: str | Promise = ""
    other: str | Promise = ""


def _no_link(_number: int, _zone: str) -> Claim:
    bare = Condition(feature=Feature.LINKS, at_most=0)
    return Claim(key="no-link-beats-link", one=(bare,), alike=(Feature.MEDIA,))


READY: dict[str, Ready] = {
    "post-at": Ready(
        saying=_("Post at nine."),
        compares=_("Posts of one hour of the day stand against all others."),
        title=lambda hour: _now("Post at %(hour)s o'clock") % {"hour": hour},
        make=claims.post_at,
        ask=Ask(label=_("Hour, 0 to 23"), least=0, most=23, usual=9),
        one=_("Post at the hour of the claim"),
        other=_("Post at another hour"),
    ),
    "post-on": Ready(
        saying=_("Post on Tuesdays."),
        compares=_("Posts of one weekday stand against all others."),
        title=lambda day: _now("Post on %(day)s") % {"day": WEEKDAYS[day]},
        make=claims.post_on,
        ask=Ask(label=_("Weekday"), least=0, most=6, usual=1, choices=WEEKDAYS),
    ),
    "hashtags": Ready(
        saying=_("Always three hashtags."),
        compares=_("Posts with so many hashtags stand against posts with any other number."),
        title=lambda number: _now("Always %(number)s hashtags") % {"number": number},
        make=lambda number, _zone: claims.always_hashtags(number),
        ask=Ask(label=_("Number of hashtags"), least=0, most=30, usual=3),
        one=_("Post with the claim's number of hashtags"),
        other=_("Post with another number of hashtags, or none"),
    ),
    "media": Ready(
        saying=_("Posts with pictures get more."),
        compares=_("Posts with a picture or video stand against posts without any."),
        title=lambda _number: _now("Posts with media get more"),
        make=lambda _number, _zone: claims.media_beat_none(),
        one=_("Post with a picture or video"),
        other=_("Post without picture or video"),
    ),
    "video": Ready(
        saying=_("Video beats text."),
        compares=_("Posts with a video stand against posts without any media."),
        title=lambda _number: _now("Video beats text"),
        make=lambda _number, _zone: claims.video_beats_text(),
        one=_("Post a video"),
        other=_("Post text alone"),
    ),
    "short": Ready(
        saying=_("Short beats long."),
        compares=_("Short texts stand against longer ones, both with media and links alike."),
        title=lambda most: _now("At most %(most)s characters beat more") % {"most": most},
        make=lambda most, _zone: claims.short_beats_long(most),
        ask=Ask(label=_("Characters that are still short"), least=10, most=5000, usual=100),
        one=_("Post a short text"),
        other=_("Post a longer text"),
    ),
    "questions": Ready(
        saying=_("Ask, and people answer."),
        compares=_("Posts with a question stand against posts without one; replies are counted."),
        title=lambda _number: _now("Questions get more answers"),
        make=lambda _number, _zone: claims.questions_get_answers(),
        outcome=Outcome.REPLIES,
        one=_("Ask a question"),
        other=_("Post without a question"),
    ),
    "no-link": Ready(
        saying=_("Links are punished."),
        compares=_("Posts without a link stand against posts with one, both with media alike."),
        title=lambda _number: _now("Posts without a link get more"),
        make=_no_link,
        one=_("Post without a link"),
        other=_("Post with a link"),
    ),
}
