"""What the page for the board is asked: a kind of outcome, days, a rule, and given time or not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.planning.models import Cycle
from auscult.web.returns import queries
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.outcome_models import Outcome, OutcomeKind
from auscult.web.returns.telling_types import Question

USUAL_DAYS = 100
MOST_DAYS = 3_660
FIRST_YEAR = 1990


class BoardForm(forms.Form):
    """The question as people choose it; a cycle's days, or days of their own."""

    kind = forms.ChoiceField(label=_("What it brought"), required=False)
    cycle = forms.ChoiceField(label=_("When"), required=False)
    first = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=_("to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    rule = forms.ChoiceField(label=_("Who is credited"), required=False)
    given = forms.BooleanField(label=_("Count given time as cost"), required=False)

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        self.actor, self.begun = actor, _begun(actor)
        self.kinds = list(_by_outcomes(actor))
        super().__init__(data if data else None, label_suffix="", initial=self._usual())
        self._offer("kind", [(str(one.pk), one.name) for one in self.kinds])
        self._offer("cycle", [("", gettext("the days below")), *map(_choice, self.begun)])
        usual = AttributionRule(queries.ledger(actor).rule).label
        book = gettext("as the book has it (%(rule)s)") % {"rule": usual}
        self._offer(
            "rule", [("", book), *((one, str(label)) for one, label in AttributionRule.choices)]
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def _usual(self) -> dict[str, Any]:
        today = queries.today(self.actor)
        return {
            "kind": str(self.kinds[0].pk) if self.kinds else "",
            "cycle": str(self.begun[0].number) if self.begun else "",
            "first": None if self.begun else today - timedelta(days=USUAL_DAYS - 1),
            "last": None if self.begun else today,
        }

    def clean(self) -> dict[str, Any]:
        """Take the days of a cycle, or hold those that were typed against each other."""
        values = super().clean() or self.cleaned_data
        if values.get("cycle"):
            found = next(one for one in self.begun if str(one.number) == values["cycle"])
            values["days"] = _days(self.actor, found)
        elif values.get("first") and values.get("last"):
            values["days"] = values["first"], values["last"]
            self._check(values["first"], values["last"])
        elif not self.errors:
            values["days"] = self._usual_days()
        return values

    def _check(self, first: date, last: date) -> None:
        if first.year < FIRST_YEAR or last > queries.today(self.actor) + timedelta(days=366):
            said = gettext("Choose days from %(year)s on, and none later than a year from now.")
            self.add_error("first", said % {"year": FIRST_YEAR})
        if last < first:
            self.add_error("last", gettext("The last day is before the first one."))
        elif (last - first).days >= MOST_DAYS:
            said = gettext("%(days)s days are more than the %(most)s that a page can hold.")
            told = {"days": (last - first).days + 1, "most": MOST_DAYS}
            self.add_error("last", said % told)

    def _usual_days(self) -> tuple[date, date]:
        if self.begun:
            return _days(self.actor, self.begun[0])
        today = queries.today(self.actor)
        return today - timedelta(days=USUAL_DAYS - 1), today

    def question(self) -> Question:
        """Return what is asked; where something can't be, what is usual."""
        values = self.cleaned_data if self.is_valid() else {}
        first, last = values.get("days") or self._usual_days()
        kind = values.get("kind") or (str(self.kinds[0].pk) if self.kinds else "")
        return Question(
            kind=int(kind) if kind else None,
            first=first,
            last=last,
            rule=values.get("rule") or None,
            with_given=bool(values.get("given")),
        )


def _begun(actor: Actor) -> list[Cycle]:
    """Return cycles that have begun, that first which the page is about unless somebody asks."""
    zone = time_zone(actor)

    def counted(cycle: Cycle) -> bool:
        since = datetime.combine(cycle.first_day, time(), zone)
        return Outcome.objects.filter(organisation_id=actor.organisation_id, at__gte=since).exists()

    return queries.begun(actor, counted)


def _days(actor: Actor, cycle: Cycle) -> tuple[date, date]:
    """Return the days of a cycle up to today: what is to come has neither cost nor brought."""
    return cycle.first_day, min(cycle.last_day, queries.today(actor))


def _choice(cycle: Cycle) -> tuple[str, str]:
    first = date_format(cycle.first_day, gettext("j M Y"))
    last = date_format(cycle.last_day, gettext("j M Y"))
    return str(cycle.number), f"{cycle.title} ({first} – {last})"


def _by_outcomes(actor: Actor) -> Any:
    """Return the kinds, that with the most outcomes first."""
    mine = Q(outcomes__organisation_id=actor.organisation_id)
    rows: Any = queries.kinds(actor)
    return rows.annotate(there=Count("outcomes", filter=mine)).order_by("-there", "name")


def asking(question: Question) -> str:
    """Return a question as the end of an address: "?kind=1&first=...", the same for everybody."""
    asked: dict[str, str] = {} if question.kind is None else {"kind": str(question.kind)}
    asked |= {"first": question.first.isoformat(), "last": question.last.isoformat()}
    asked |= {"rule": question.rule} if question.rule else {}
    asked |= {"given": "on"} if question.with_given else {}
    return f"?{urlencode(asked)}"


def kinds_there(actor: Actor) -> bool:
    """Return whether there is a kind of outcome yet."""
    return OutcomeKind.objects.filter(organisation_id=actor.organisation_id).exists()
