"""Reasons as sentences, for those who translate them and for those who don't."""

from __future__ import annotations

from collections.abc import Callable

from auscult.engine.planning.claims.findings import Reason, Why

SENTENCES: dict[Why, str] = {
    Why.MORE: "These posts get more, and chance doesn't explain it.",
    Why.SMALLER_THAN_WORTHWHILE: (
        "These posts get a little more, but surely less than %(worthwhile)g times as much,"
        " which is what would be worth a change of habits."
    ),
    Why.NOT_MORE: (
        "Whatever the difference is, it is smaller than %(worthwhile)g times, which is what"
        " would be worth a change of habits."
    ),
    Why.OPEN: "Both no difference and a worthwhile one fit what was seen.",
    Why.NEEDED: (
        "To tell %(worthwhile)g times as much from no difference takes about %(needed)d like"
        " these; there are %(have)d."
    ),
    Why.NO_CONTRAST: (
        "There is nothing to compare: no author has posts of both groups close to one another."
    ),
    Why.TOO_FAR_AWAY: "Counts vary so much that no number of posts within reach would tell.",
    Why.CHOSEN: (
        "Somebody chose which posts were of this kind. If better stories, bigger news or more"
        " work went into them, that is in this figure, and no archive can take it out. Only a"
        " draw can: run the experiment."
    ),
    Why.COMPARED_WITHIN: (
        "Each post was compared with a neighbour of the same author within four weeks, on the"
        " same kind of day and in the same part of it where the claim isn't about these, so"
        " audience, growth, season, weekday and hour don't explain the difference."
    ),
    Why.THESE_AUTHORS: (
        "It speaks of the %(authors)d authors that were read and of the time that was read,"
        " not of others."
    ),
    Why.DAYS_TOUCH: (
        "A day may take attention from the next one; a difference from that can't be told"
        " apart from one by the posts themselves."
    ),
    Why.ONE_AUTHOR: "One author makes up %(percent)d %% of the comparisons.",
    Why.MANY_ZEROS: (
        "%(percent)d %% of the compared posts have a count of nought; ratios of counts plus"
        " one understate differences among such posts."
    ),
    Why.AUDIENCE_UNKNOWN: (
        "Of %(pairs)d comparisons the number of followers isn't known; there, counts were"
        " compared as they are."
    ),
    Why.UNSETTLED: (
        "%(posts)d posts were left out because their counts were read too soon after they were"
        " written."
    ),
    Why.UNCOUNTED: "%(posts)d posts were left out because their source gives no counts.",
    Why.ANY_DAY: (
        "The interval is meant to hold with %(percent)g %% certainty on whichever day, and"
        " however often, one looks at it."
    ),
    Why.SEVERAL_CLAIMS: (
        "It is wider than it would be alone because %(claims)d claims were tested together."
    ),
    Why.ASSIGNED: (
        "Days count as they were drawn, whatever was really posted. That keeps the draw's"
        " fairness; where the draw wasn't followed, the difference shown is too small."
    ),
    Why.NOT_AS_DRAWN: "On %(days)d of %(of)d days what was posted wasn't what was drawn.",
    Why.NOTHING_POSTED: (
        "On %(days)d days nothing was posted; they and the days that belong to them were left"
        " out. If it was the plan for the day that kept people from posting, that isn't fair."
    ),
    Why.BLOCK_OPEN: "%(days)d days aren't counted yet: their block of two weeks isn't over.",
}


def say(reason: Reason, translate: Callable[[str], str] = str) -> str:
    """Give a reason's sentence, in English or as `translate` has it.

    Parameters
    ----------
    reason : Reason
    translate : callable
        Takes the English sentence with its places for numbers, as in `SENTENCES`, and
        returns that of another language with the same places.

    Examples
    --------
    >>> from auscult.engine.planning.claims.findings import Reason, Why
    >>> say(Reason(why=Why.UNSETTLED, numbers=(("posts", 3),)))[:21]
    '3 posts were left out'
    """
    return translate(SENTENCES[reason.why]) % dict(reason.numbers)
