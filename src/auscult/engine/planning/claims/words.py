"""Reasons as sentences, for those who translate them and for those who don't."""

from __future__ import annotations

from collections.abc import Callable

from auscult.engine.planning.claims.findings import Reason, Why

SENTENCES: dict[Why, str] = {
    Why.MORE: "These posts get more, and chance doesn't explain it.",
    Why.SMALLER_THAN_WORTHWHILE: (
        "These posts get a little more, but less than %(worthwhile)s times as much, which is what"
        " would be worth a change of habits."
    ),
    Why.NOT_MORE: (
        "If these posts get more at all, it is less than %(worthwhile)s times as much, which is"
        " what would be worth a change of habits."
    ),
    Why.LESS: "These posts get less, and chance doesn't explain it.",
    Why.OPEN: "Both no difference and a worthwhile one fit what was seen.",
    Why.NEEDED: (
        "To tell %(worthwhile)s times as much from no difference takes about %(needed)s posts"
        " like these. There are %(have)s."
    ),
    Why.NEEDED_DAYS: (
        "To tell %(worthwhile)s times as much from no difference takes about %(needed)s days."
        " Counted so far: %(have)s."
    ),
    Why.NO_CONTRAST: (
        "There is nothing to compare yet: it takes posts of both groups by one author, close to"
        " one another."
    ),
    Why.TOO_FAR_AWAY: "Counts vary so much that no number of posts within reach would tell.",
    Why.CHOSEN: (
        "Somebody chose which posts were of this kind. If better stories, bigger news or more"
        " work went into them, that is in this figure, and no archive can take it out. Only a"
        " draw can: run the experiment."
    ),
    Why.COMPARED_WITHIN: (
        "Each post was compared with a neighbour of the same author within four weeks, on the"
        " same kind of day and in the same part of it unless the claim is about these. So"
        " audience, growth, season, weekday and part of the day explain little of the difference."
    ),
    Why.THESE_AUTHORS: (
        "It speaks of the authors and the time that were read, not of others. Authors who could"
        " be compared: %(authors)s."
    ),
    Why.DAYS_TOUCH: (
        "A day may take attention from the next one; a difference from that can't be told"
        " apart from one by the posts themselves."
    ),
    Why.ONE_AUTHOR: "One author makes up %(percent)s %% of the comparisons.",
    Why.MANY_ZEROS: (
        "Of the compared posts, %(percent)s %% have a count of nought. Ratios of counts plus one"
        " understate differences among such posts."
    ),
    Why.AUDIENCE_UNKNOWN: (
        "Counts were compared as they are where the number of followers isn't known."
        " Comparisons for which that is so: %(pairs)s."
    ),
    Why.UNSETTLED: (
        "Posts left out because their counts were read too soon after they were written: %(posts)s."
    ),
    Why.UNCOUNTED: "Posts left out because their source gives no counts: %(posts)s.",
    Why.ANY_DAY: (
        "The interval is meant to hold with %(percent)s %% certainty on whichever day, and"
        " however often, one looks at it."
    ),
    Why.SEVERAL_CLAIMS: (
        "It is wider than it would be alone because several claims were tested together:"
        " %(claims)s."
    ),
    Why.ASSIGNED: (
        "Days count as they were drawn, whatever was really posted. That keeps the draw's"
        " fairness. Where the draw wasn't followed, the difference shown is too small."
    ),
    Why.NOT_AS_DRAWN: "What was posted wasn't what was drawn on %(days)s of %(of)s days.",
    Why.NOTHING_POSTED: (
        "Days without a post, which were left out with the days that belong to them: %(days)s."
        " If it was what was drawn that kept people from posting, that isn't fair."
    ),
    Why.BLOCK_OPEN: (
        "Days that aren't counted yet because their block of two weeks isn't over: %(days)s."
    ),
}


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:g}"


def say(
    reason: Reason,
    translate: Callable[[str], str] = str,
    shown: Callable[[float], str] = _plain,
) -> str:
    """Give a reason's sentence, in English or as `translate` has it.

    Parameters
    ----------
    reason : Reason
    translate : callable
        Takes the English sentence with its places for numbers, as in `SENTENCES`, and
        returns that of another language with the same places.
    shown : callable
        Takes a number and returns it as that language writes it.

    Examples
    --------
    >>> from auscult.engine.planning.claims.findings import Reason, Why
    >>> say(Reason(why=Why.UNCOUNTED, numbers=(("posts", 3),)))
    'Posts left out because their source gives no counts: 3.'
    """
    numbers = {name: shown(number) for name, number in reason.numbers}
    return translate(SENTENCES[reason.why]) % numbers
