"""What people type about costs: a period, and something bought."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.goals.objective_actions import FIRST_DAY, LAST_DAY
from auscult.web.planning import queries as planning
from auscult.web.planning.models import USUAL_DAYS, Bet, Cycle
from auscult.web.returns import queries
from auscult.web.returns.cost_actions import MOST_SHARE, ChargeWish, Share
from auscult.web.returns.cost_checks import MOST_AMOUNT, MOST_DAYS, MOST_MONTHS, MOST_TEXT
from auscult.web.returns.cost_models import Charge, ChargeKind, Every, Worked
from auscult.web.returns.forms import ReturnsForm, day_field

MOST_BETS = 60  # that a form offers beside those that are there already
BYTES = 5_000_000
USE = "use_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The period that a page is of.

    Attributes
    ----------
    asking : str
        What an address adds to ask for it again.
    """

    first: date
    last: date
    form: PeriodForm
    cycle: Cycle | None = None

    @property
    def asking(self) -> str:
        """Return what an address adds to ask for the same period."""
        return f"?first={self.first.isoformat()}&last={self.last.isoformat()}"


class PeriodForm(ReturnsForm):
    """A cycle, or days."""

    cycle = forms.ModelChoiceField(
        label=_("Cycle"),
        queryset=Cycle.objects.none(),
        required=False,
        empty_label=_("other days"),
        to_field_name="number",
    )
    first = day_field(_("From"), required=False)
    last = day_field(_("Until"), required=False)

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.offer("cycle", planning.cycles(actor))

    def clean(self) -> dict[str, Any]:
        """Refuse days that make no period."""
        values = super().clean() or self.cleaned_data
        first, last = values.get("first"), values.get("last")
        if self.errors or values.get("cycle"):
            return values
        if bool(first) != bool(last):
            self.add_error("last" if first else "first", _now("Choose both days, or a cycle."))
        elif first and last:
            self._check(first, last)
        return values

    def _check(self, first: date, last: date) -> None:
        for name, day in (("first", first), ("last", last)):
            if not FIRST_DAY <= day <= LAST_DAY:
                limits = {"first": FIRST_DAY, "last": LAST_DAY}
                self.add_error(name, _now("Choose a day from %(first)s to %(last)s.") % limits)
        if last < first:
            self.add_error("last", _now("Choose a day that isn't before the first."))
        elif (last - first).days >= MOST_DAYS:
            self.add_error("last", _now("Choose at most %(most)s days.") % {"most": MOST_DAYS})


def chosen(request: HttpRequest, actor: Actor) -> Chosen:
    """Return the period that a page is asked for; else the current cycle, else the last days."""
    asked = any(request.GET.get(name) for name in ("cycle", "first", "last"))
    form = PeriodForm(actor, request.GET if asked else None)
    if asked and form.is_valid():
        values = form.cleaned_data
        if values["cycle"]:
            return _of_cycle(actor, values["cycle"])
        return Chosen(first=values["first"], last=values["last"], form=form)
    cycle = _usual(actor)
    if cycle is not None:
        found = _of_cycle(actor, cycle)
    else:
        last = queries.today(actor)
        first = last - timedelta(days=USUAL_DAYS - 1)
        days = PeriodForm(actor, initial={"first": first, "last": last})
        found = Chosen(first=first, last=last, form=days)
    if not asked:
        return found
    return Chosen(first=found.first, last=found.last, form=form, cycle=found.cycle)


def _usual(actor: Actor) -> Cycle | None:
    """Return the cycle that a page is about unless somebody asks; None: there is none."""

    def spent(cycle: Cycle) -> bool:
        house, since = {"organisation_id": actor.organisation_id}, cycle.first_day
        return (
            Worked.objects.filter(**house, day__gte=since).exists()
            or Charge.objects.filter(**house, first_day__gte=since).exists()
        )

    found = queries.begun(actor, spent)
    return found[0] if found else planning.current(actor)


def _of_cycle(actor: Actor, cycle: Cycle) -> Chosen:
    """Return a cycle's days up to today: what is to come isn't spent yet."""
    last = min(cycle.last_day, max(queries.today(actor), cycle.first_day))
    days = {"first": cycle.first_day, "last": last}
    form = PeriodForm(actor, initial={"cycle": cycle.number, **days})
    return Chosen(first=cycle.first_day, last=last, form=form, cycle=cycle)


class ChargeForm(ReturnsForm):
    """Something bought, with a field for each bet that may use it."""

    what = forms.CharField(label=_("What was bought"), max_length=MOST_TEXT)
    kind = forms.ChoiceField(label=_("Kind"), choices=ChargeKind)
    amount = forms.FloatField(
        label=_("Amount, each time"),
        required=False,
        min_value=0,
        max_value=MOST_AMOUNT,
        help_text=_("Empty: not known yet. It is listed as not costed until it is."),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    first_day = day_field(
        _("Day, or the first day"), help_text=_("Of what comes again and again: from when on.")
    )
    last_day = day_field(
        _("Last day"),
        required=False,
        help_text=_(
            "Empty: it goes on, or it is of one day. What comes once is spread until then."
        ),
    )
    every = forms.ChoiceField(label=_("How often"), choices=Every)
    life_months = forms.IntegerField(
        label=_("Months for which kit serves"),
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        help_text=_("Of kit alone: it wears off evenly over them. 36 is usual for a camera."),
    )
    residual = forms.FloatField(
        label=_("What it will still be worth then"),
        required=False,
        min_value=0,
        max_value=MOST_AMOUNT,
    )
    source = forms.CharField(
        label=_("Invoice, or who says so"), max_length=MOST_TEXT, required=False
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, charge: Charge | None = None
    ) -> None:
        initial = _initial(charge) if charge else {"currency": queries.ledger(actor).currency}
        super().__init__(data, initial={"first_day": queries.today(actor), **initial})
        self.bets = _bets(actor, charge)
        shares = {one.bet_id: one.share for one in charge.uses.all()} if charge else {}
        for bet in self.bets:
            self.fields[f"{USE}{bet.pk}"] = forms.FloatField(
                label=f"{bet.title} ({bet.cycle.title})",
                required=False,
                min_value=0,
                max_value=MOST_SHARE,
                initial=_plain(shares.get(bet.pk)),
            )

    def plain(self) -> Iterator[BoundField]:
        """Yield the fields of the thing itself."""
        return (one for one in self if not one.name.startswith(USE))

    def shares(self) -> Iterator[BoundField]:
        """Yield the fields of the bets."""
        return (one for one in self if one.name.startswith(USE))

    def wish(self) -> ChargeWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        named = ((bet, values.pop(f"{USE}{bet.pk}")) for bet in self.bets)
        uses = tuple(Share(bet=bet, share=share) for bet, share in named if share)
        return ChargeWish(residual=values.pop("residual") or 0.0, uses=uses, **values)


def _initial(charge: Charge) -> dict[str, Any]:
    names = (
        "what", "kind", "amount", "currency", "first_day", "last_day", "every", "life_months",
        "residual", "source",
    )  # fmt: skip
    values = {name: getattr(charge, name) for name in names}
    return values | {name: _plain(values[name]) for name in ("amount", "residual")}


def _plain(value: float | None) -> float | int | None:
    """Return a number as people type it: 89, not 89.0."""
    return int(value) if value is not None and value.is_integer() else value


def _bets(actor: Actor, charge: Charge | None) -> list[Bet]:
    """Return the newest bets, and those that use it already."""
    newest = list(queries.bets(actor)[:MOST_BETS])
    used = [one.bet for one in charge.uses.select_related("bet__cycle")] if charge else []
    return [*newest, *(one for one in used if one not in newest)]


class BookFileForm(ReturnsForm):
    """A file to read in."""

    file = forms.FileField(
        label=_("A CSV file"),
        help_text=_("With the columns that the file has which is handed out; rows that are there"
                    " already aren't added again."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, files: Any = None) -> None:
        super().__init__(data, files=files)

    def raw(self) -> bytes:
        """Return what is in the file, and a byte more than is taken of one that is too large."""
        found: bytes = self.cleaned_data["file"].read(BYTES + 1)
        return found
