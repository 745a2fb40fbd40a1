"""Notes of the facts as sentences, in the reader's language."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.returns.reasons import Reason, Why, say
from auscult.web.goals.amounts import amount
from auscult.web.returns.telling_types import Note


class Told(StrEnum):
    """Codes of what the ledger itself has to say; `Why` has those of the engine."""

    NO_KIND = "no-kind"
    NO_WORTH = "no-worth-said"
    ONLY_TRACKED = "only-tracked"
    NOT_OF_BETS = "not-of-bets"
    UNCONVERTED = "unconverted"
    CURRENCIES = "currencies-unknown"
    ALL_AS_ONE = "all-as-one"
    SUM_ONLY = "sum-only"
    NO_COST_KNOWN = "no-cost-known"
    NETWORKS_SHARED = "networks-shared"
    CAMPAIGNS_SHARED = "campaigns-shared"
    AMBASSADORS_SHARED = "ambassadors-shared"
    BY_SHARE_OF_DAYS = "by-share-of-days"
    EVIDENCE_APART = "evidence-apart"
    WITH_GIVEN = "with-given"
    NO_INCREMENTAL = "no-incremental"
    MORE_WAITS = "more-waits"


SENTENCES: dict[Told, str] = {
    Told.NO_KIND: gettext_noop("No kind of outcome is chosen, so only what it cost is told."),
    Told.NO_WORTH: gettext_noop(
        "Nobody has said what an outcome is worth, so figures in money are left out."
    ),
    Told.ONLY_TRACKED: gettext_noop(
        "These outcomes were tracked. Some would have happened anyway; how many, only an experiment"
        " or a comparison tells."
    ),
    Told.NOT_OF_BETS: gettext_noop(
        "Outcomes that no bet is credited with, and that these figures leave out: %(outcomes)s."
    ),
    Told.UNCONVERTED: gettext_noop(
        "Outcomes with money in a currency of which no rate of exchange is known; they count without"
        " it: %(outcomes)s."
    ),
    Told.CURRENCIES: gettext_noop(
        "Currencies of which no rate of exchange is known: %(currencies)s. What was paid in them is"
        " listed as not costed yet."
    ),
    Told.ALL_AS_ONE: gettext_noop(
        "No bet belongs to this period, so all that was done counts as one campaign."
    ),
    Told.SUM_ONLY: gettext_noop("Only sums are known of it, not campaigns, so it has no interval."),
    Told.NO_COST_KNOWN: gettext_noop("No cost of it is known. It isn't free for that."),
    Told.NETWORKS_SHARED: gettext_noop(
        "What a bet on several networks cost is shared evenly among them. That is a convention, no"
        " measurement."
    ),
    Told.CAMPAIGNS_SHARED: gettext_noop(
        "What a bet cost goes evenly to the campaigns that its links name; a bet without such links"
        " is a campaign of its own. That is a convention, no measurement."
    ),
    Told.AMBASSADORS_SHARED: gettext_noop(
        "What a bet cost goes to the ambassadors by the share of its links that are theirs. That is"
        " a convention, no measurement."
    ),
    Told.BY_SHARE_OF_DAYS: gettext_noop(
        "Each day's outcomes count with the part of all outcomes that bets are credited with."
    ),
    Told.EVIDENCE_APART: gettext_noop(
        "The incremental outcomes are those of a study of %(days)s days, held against the cost of"
        " these days."
    ),
    Told.WITH_GIVEN: gettext_noop("The time of volunteers and ambassadors counts as cost here."),
    Told.NO_INCREMENTAL: gettext_noop(
        "Incremental outcomes of ours aren't known for these days, so it isn't held against them:"
        " tracked outcomes stand beside incremental ones, never against them."
    ),
    Told.MORE_WAITS: gettext_noop(
        "The planner is working on what more hours would bring; look again in a minute."
    ),
}
CODES = frozenset(Why)
OWN = frozenset(Told)


def said(note: Note) -> str:
    """Return the sentence of a note."""
    if note.code in OWN:
        return _(SENTENCES[Told(note.code)]) % {name: _shown(n) for name, n in note.numbers}
    if note.code not in CODES:
        return note.text
    reason = Reason(why=Why(note.code), numbers=note.numbers)
    return say(reason, translate=_, shown=_shown)


def _shown(number: float) -> str:
    return amount(number if number == int(number) else float(f"{number:.3g}"))
