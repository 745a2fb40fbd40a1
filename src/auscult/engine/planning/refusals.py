"""What the planner refuses, as codes with values, and its words.

A plan is worked out for one reader and read by others, in other languages. So a refusal keeps its
code and values, and its sentence is looked up where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext
from auscult.engine.kernel.words import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence, and the next step; both with places for values."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a sentence is about (a limit, a number): a code of `PARTS`, and its values."""

    code: str
    values: dict[str, Any]

    def __str__(self) -> str:
        return gettext(PARTS[self.code]).format(**self.values)


PARTS = {
    "reserve-hours": _("a reserve of {share:.0%} of all hours"),
    "reserve-money": _("a reserve of {share:.0%} of the money"),
    "fair": _("at least {share:.0%} of all hours for “{function}”"),
    "rivals": _("“{bet}” in the either-or group “{group}”"),
    "after": _("“{bet}” only with “{others}”"),
    "must": _("the bet “{bet}”, which must be made (its least scale is {least:g})"),
    "money": _("money of {money:g}"),
    "skill": _("{hours:g} hours of “{skill}”"),
    # Numbers of a question
    "all-money": _("The money"),
    "all-reserve-hours": _("The reserve of hours"),
    "all-reserve-money": _("The reserve of money"),
    "all-worst": _("The share of the worst"),
    "objective-weight": _("The weight of “{of}”"),
    "objective-room": _("The room of “{of}”"),
    "bet-money": _("The money of the bet “{of}”"),
    "bet-money-fixed": _("The fixed money of the bet “{of}”"),
    "bet-least": _("The least scale of the bet “{of}”"),
    "bet-most": _("The largest scale of the bet “{of}”"),
    "bet-first": _("The first week of the bet “{of}”"),
    "bet-last": _("The last week of the bet “{of}”"),
    "bet-length": _("The length of the bet “{of}”"),
    "need-hours": _("The hours of “{skills}” of the bet “{of}”"),
    "need-fixed": _("The fixed hours of “{skills}” of the bet “{of}”"),
    "need-peak": _("The peak hours of “{skills}” of the bet “{of}”"),
    "fair-share": _("The share of “{of}”"),
}
_POSITIVE = _("Give numbers from 0 up.")
WORDS = {
    "impossible": Words(_("No plan keeps all of these: {parts}."), _("Loosen one of them.")),
    # What people state of a bet
    "stated-levels": Words(_("{count} levels were given."), _("Give one or two.")),
    "stated-confidence": Words(
        _("The confidence is {confidence}."), _("Give a number from 1 to 5.")
    ),
    "stated-order": Words(
        _("Low, likely and high are {low:g}, {likely:g}, {high:g}."),
        _("Give them in rising order, from 0 up."),
    ),
    "stated-spending": Words(
        _("A level takes {hours:g} hours a week and {money:g} of money."), _POSITIVE
    ),
    "stated-nothing": Words(_("The first level takes nothing."), _("Give hours or money.")),
    "stated-smaller": Words(
        _(
            "The second level takes {hours:g} hours a week and {money:g} of money, and the first"
            " {first_hours:g} and {first_money:g}."
        ),
        _("Give the smaller level first."),
    ),
    "stated-bend": Words(
        _("{times:g} times the spending brings {second:g} after {first:g}."),
        _(
            "More spending brings from as much to {times:g} times as much. If little brings"
            " nothing at all, leave the first level out and set a minimum."
        ),
    ),
    "samples": Words(_("{samples} samples were asked for."), _("Ask for 500.")),
    # What a plan is asked to keep
    "shapes-capacity": Words(
        _("The capacity has the shape {shape}, and there are {skills} skills."),
        _("Give hours by skill and week, at least one week."),
    ),
    "shapes-curves": Words(
        _("There are {samples} samples of curves for {curves} bets, and {bets} bets."),
        _("Give at least one sample, with a curve for each bet."),
    ),
    "capacity": Words(
        _("The capacity of “{skill}” in week {week} is {hours:g} hours."),
        _("Give a number from 0 up."),
    ),
    "twice": Words(
        _("The name “{name}” is there {times} times."), _("Give each a name of its own.")
    ),
    "unknown": Words(
        _("The bet “{bet}” names “{name}”, which isn't there."), _("Take one of {known}.")
    ),
    "too-small": Words(_("{parts} is {value:g}."), _("Give a number from {low:g} up.")),
    "out-of-range": Words(_("{parts} is {value:g}."), _("Give a number from {low:g} to {high:g}.")),
    "itself": Words(_("The bet “{bet}” depends on itself."), _("Name another bet, or none.")),
    "peak": Words(
        _(
            "The bet “{bet}” takes at least {hours:g} hours of “{skills}”, and at most {peak:g} in"
            " each of {weeks} weeks."
        ),
        _("Raise the peak, lower the minimum, or give it more weeks."),
    ),
    "fair-too-much": Words(
        _("The shares of {functions} sum to {total:.0%}."),
        _("Lower them until they sum to 100 % at most."),
    ),
    "fair-without-bet": Words(
        _("“{function}” should get at least {share:.0%} of the hours and has no bet."),
        _("Give it a bet, or no share."),
    ),
    # What has happened with it
    "no-week-left": Words(
        _("{passed} of {weeks} weeks have passed."), _("Give a number from 0 to {last}.")
    ),
    "news-unknown": Words(
        _("There are news of the bet “{bet}”, which isn't in the plan."),
        _("Take one of {known}."),
    ),
    "news-spent": Words(
        _("The bet “{bet}” has taken {hours:g} hours and {money:g} of money."), _POSITIVE
    ),
    "reading": Words(
        _("A bet gained {gained:g} with an error of {error:g}."),
        _("Give finite numbers, and an error above 0."),
    ),
    # What more of something would bring
    "skill-unknown": Words(
        _("There is no skill “{skill}”."), _("Take one of {known}, or nothing for money.")
    ),
    "amounts": Words(_("The amounts are {amounts}."), _("Give them from 0 up, in rising order.")),
}


class Refused(Correctable):
    """What the planner can't take; `values` fill the places of the words of its code.

    Parameters
    ----------
    code : str
        A key of `WORDS`.
    field : str
        The part of the question that is wrong.
    *parts : Part
        What it is about; for `impossible`: what can't hold together.
    **values
        Numbers and texts.
    """

    def __init__(self, code: str, field: str, *parts: Part, **values: Any) -> None:
        words = WORDS[code]
        filled = {**values, "parts": "; ".join(map(str, parts))}
        super().__init__(
            gettext(words.message).format(**filled),
            code=code,
            field=field,
            hint=gettext(words.hint).format(**filled),
        )
        self.parts = parts
        self.values = values

    def kept(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        parts = [{"code": one.code, "values": one.values} for one in self.parts]
        return {"code": self.code, "field": self.field, "values": self.values, "parts": parts}

    @classmethod
    def again(cls, kept: dict[str, Any]) -> Refused:
        """Say it again from what `kept` gave, in the language of who reads it now."""
        parts = [Part(**one) for one in kept["parts"]]
        return cls(kept["code"], kept["field"], *parts, **kept["values"])
