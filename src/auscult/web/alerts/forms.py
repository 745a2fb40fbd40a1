"""What people type: a rule, and quiet hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor, Role
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.alerts import queries
from auscult.web.alerts.actions import LATEST, MANY_FOLLOWERS, MOST, SOONEST, Wish
from auscult.web.alerts.models import Keenness, Kind, Pace, Rule
from auscult.web.alerts.telling import may_be_told
from auscult.web.listening.queries import watches

MINUTES_FAILING = 30


class RuleForm(forms.Form):
    """A rule. Fields that a kind doesn't use are left alone."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Tell of"), choices=Kind)
    watch = forms.ChoiceField(
        label=_("Watch"),
        required=False,
        help_text=_("Whose mentions; of all watches, each is looked at for itself."),
    )
    keenness = forms.ChoiceField(
        label=_("How keen (more mentions than usual)"),
        choices=Keenness,
        initial=Keenness.USUAL,
        required=False,
    )
    query = forms.CharField(
        label=_("Query (posts of a kind)"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("In the language of watches: “collapsed OR ambulance”, for example."),
    )
    posts = forms.IntegerField(
        label=_("So many posts within a day (posts of a kind)"),
        min_value=1,
        max_value=MOST[Kind.TOPIC],
        initial=1,
        required=False,
    )
    followers = forms.IntegerField(
        label=_("So many followers or more (an author's reach)"),
        min_value=1,
        max_value=MOST[Kind.REACH],
        initial=MANY_FOLLOWERS,
        required=False,
    )
    minutes = forms.IntegerField(
        label=_("After so many minutes of failing (a source)"),
        min_value=1,
        max_value=MOST[Kind.SOURCE],
        initial=MINUTES_FAILING,
        required=False,
    )
    tell = forms.MultipleChoiceField(
        label=_("Tell by mail"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The page, the feed and webhooks tell in any case."),
    )
    pace = forms.ChoiceField(label=_("When"), choices=Pace, initial=Pace.AT_ONCE, required=False)
    any_hour = forms.BooleanField(label=_("Also in quiet hours"), required=False)
    escalate_minutes = forms.IntegerField(
        label=_("If nobody acknowledges it within so many minutes"),
        min_value=SOONEST,
        max_value=LATEST,
        required=False,
    )
    escalate_to = forms.MultipleChoiceField(
        label=_("then tell"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self.own = {str(one.pk): one for one in watches(actor)}
        named = [(pk, one.name) for pk, one in self.own.items()]
        people = _people(actor)
        self._offer("watch", [("", str(_("all watches"))), *named])
        self._offer("tell", people)
        self._offer("escalate_to", people)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def wish(self) -> Wish:
        """Return what was asked for; call it after `is_valid`."""
        values = self.cleaned_data
        kind = Kind(values["kind"])
        of_kind = {Kind.TOPIC: "posts", Kind.REACH: "followers", Kind.SOURCE: "minutes"}
        least = values.get(of_kind[kind]) if kind in of_kind else 1
        watch = self.own.get(values["watch"]) if kind != Kind.SOURCE else None
        return Wish(
            name=values["name"],
            kind=kind,
            watch=watch,
            keenness=Keenness(values["keenness"] or Keenness.USUAL),
            query=values["query"] if kind == Kind.TOPIC else "",
            least=least or (self.fields[of_kind[kind]].initial if kind in of_kind else 1),
            tell=values["tell"],
            pace=Pace(values["pace"] or Pace.AT_ONCE),
            any_hour=values["any_hour"],
            escalate_minutes=values["escalate_minutes"],
            escalate_to=values["escalate_to"],
        )


def _people(actor: Actor) -> list[tuple[str, str]]:
    """Return the roles and the persons that may be told, as choices."""
    roles = [
        (f"role:{role.value}", _("every %(role)s") % {"role": role.label})
        for role in Role
        if role in TABLE[Right.SEE_FIGURES]
    ]
    persons = [
        (f"person:{one.user_id}", str(one.user))
        for one in queries.members(actor)
        if may_be_told(one)
    ]
    return [*roles, *persons]


def stored(rule: Rule) -> dict[str, Any]:
    """Return a rule as the form shows it at first."""
    of_kind = {Kind.TOPIC: "posts", Kind.REACH: "followers", Kind.SOURCE: "minutes"}
    values: dict[str, Any] = {
        name: getattr(rule, name)
        for name in (
            *("name", "kind", "keenness", "query", "tell", "pace", "any_hour"),
            *("escalate_minutes", "escalate_to"),
        )
    }
    values["watch"] = str(rule.watch_id or "")
    if Kind(rule.kind) in of_kind:
        values[of_kind[Kind(rule.kind)]] = rule.least
    return values


class HabitsForm(forms.Form):
    """Quiet hours and the hour of the daily mail."""

    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_until = forms.TimeField(
        label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_weekend = forms.BooleanField(label=_("Saturdays and Sundays, too"), required=False)
    digest_at = forms.TimeField(
        label=_("The daily mail comes at"), widget=forms.TimeInput(attrs={"type": "time"})
    )
