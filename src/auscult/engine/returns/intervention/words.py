"""Reasons as sentences, for those who translate them and for those who don't."""

from __future__ import annotations

from collections.abc import Callable

from auscult.engine.returns.intervention.findings import Reason, Why

SENTENCES: dict[Why, str] = {
    Why.ABOVE_CHANCE: "The outcome moved the wanted way, and chance doesn't explain it.",
    Why.AGAINST_WISH: "The outcome moved against what was wanted, and chance doesn't explain it.",
    Why.BELOW_WORTHWHILE: (
        "If there was a change at all, it is less than the %(percent)s %% that would have been"
        " worthwhile."
    ),
    Why.SMALL: "But it is less than the %(percent)s %% that would have been worthwhile.",
    Why.OPEN: "Both no change and one of %(percent)s %% fit what was seen.",
    Why.NEEDED_WEEKS: (
        "Further weeks like these that it would take to tell a worthwhile change from none:"
        " about %(weeks)s."
    ),
    Why.NEEDED_TIMES: (
        "Further periods like these that it would take to tell a worthwhile change from none:"
        " about %(times)s."
    ),
    Why.NEEDED_PLACES: (
        "Further places with the campaign that it would take to tell a worthwhile change from"
        " none: about %(places)s."
    ),
    Why.NEEDED_PAIRS: (
        "Further pairs like these that it would take to tell a worthwhile change from none:"
        " about %(pairs)s."
    ),
    Why.OUT_OF_REACH: (
        "More of the same won't tell: what would have been is too unsure. Find series or places that move"
        " alike, or draw an experiment."
    ),
    Why.PLACEBOS_QUIET: (
        "Placebos at earlier times, when nothing began: %(found)s of %(of)s looked like an effect,"
        " no more than chance gives."
    ),
    Why.PLACEBOS_LOUD: (
        "Placebos at earlier times, when nothing began: %(found)s of %(of)s looked like an effect,"
        " more than chance gives. So the comparison can't be trusted here, and nothing is claimed."
    ),
    Why.PLACES_QUIET: (
        "Placebos in places or series without the campaign: %(found)s of %(of)s looked like an"
        " effect, no more than chance gives."
    ),
    Why.PLACES_LOUD: (
        "Placebos in places or series without the campaign: %(found)s of %(of)s looked like an"
        " effect, more than chance gives. Something else happened there, and nothing is claimed."
    ),
    Why.PLACEBOS_FEW: "There is too little data before the start for placebos in time.",
    Why.PLACES_RANK: (
        "Each place without the campaign was taken as if it had had it: %(as_large)s of %(of)s,"
        " the treated among them, went at least as far from what was expected."
    ),
    Why.CHANCE_DOES_IT: (
        "The interval excludes no change, but the larger of the two p values doesn't; so nothing"
        " is claimed."
    ),
    Why.BOTH_P_VALUES: (
        "If there were no effect, chance would do as much in %(iid)s of 100 cases if days were"
        " independent, in %(block)s of 100 if neighbouring days are alike. The larger one decides."
    ),
    Why.POOR_FIT: (
        "Before the start, the other places together miss the treated ones by %(percent)s %% on"
        " average over as many days as the campaign ran: they don't follow them well."
    ),
    Why.TRENDS_ALIKE: (
        "Trends before the start don't differ beyond chance. That doesn't prove that they are the"
        " same: a difference that would come to %(unseen)s %% by now might have gone unseen."
    ),
    Why.TRENDS_APART: (
        "Trends differed before the start already: going on like that would make %(drift)s %% by now."
        " So nothing is claimed."
    ),
    Why.TRENDS_UNKNOWN: (
        "Trends before the start can't be compared: there are too few times, or too few places."
    ),
    Why.NOTHING_ELSE: (
        "It rests on this: nothing else began at the same time that touches the treated and not"
        " the others. No figure can tell; you have to know."
    ),
    Why.CONTROLS_UNTOUCHED: (
        "It rests on this: the campaign didn't touch what it is compared with. If it did, the"
        " effect shown is too small."
    ),
    Why.NO_CONTROLS: (
        "There is nothing to compare with but the past: whatever else changed at the same time,"
        " season and weather among it, is in this figure."
    ),
    Why.CONTROLS_LEFT_OUT: (
        "Series that were left out because others explain more or because they never moved:"
        " %(left)s. Kept: %(kept)s."
    ),
    Why.DRAWN: (
        "A draw decided who had the campaign and when, so nothing else explains the difference but"
        " chance, and that is in the interval."
    ),
    Why.CARRIED_OVER: (
        "What a stretch leaves to the next is in this figure, but for the first %(times)s periods"
        " of each stretch, which are left out."
    ),
    Why.SPILL_OVER: (
        "If people go from one place to the other, or see the campaign from there, the effect"
        " shown is too small."
    ),
    Why.SMALL_COUNTS: (
        "Only %(mean)s are counted each time. Intervals are rough for so few; add them up over longer"
        " times."
    ),
    Why.FEW_DRAWS: (
        "There are only %(draws)s ways to choose the treated, so chance alone does as much in at"
        " least %(percent)s of 100 cases."
    ),
}


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:.3g}"


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
    >>> from auscult.engine.returns.intervention.findings import Reason, Why
    >>> say(Reason(why=Why.NEEDED_WEEKS, numbers=(("weeks", 6),)))
    'Further weeks like these that it would take to tell a worthwhile change from none: about 6.'
    """
    numbers = {name: shown(number) for name, number in reason.numbers}
    return translate(SENTENCES[reason.why]) % numbers
