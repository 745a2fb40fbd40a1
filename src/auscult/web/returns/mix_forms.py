"""What people say of a mix: which column is what, and what they believe of each channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import NormalDist
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.returns import evidence, queries, study_ledger
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.evidence import Evidence
from auscult.web.returns.forms import ReturnsForm
from auscult.web.returns.mix_asking import echo_of, plain_series, suggested
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_forms import LEVEL, LedgerForm
from auscult.web.returns.study_models import Method, Study
from auscult.web.returns.study_tables import Table

ROLES = (
    ("channel", _("a channel: what was done")),
    ("control", _("something else that moves the outcome")),
    ("out", _("leave it out")),
)
# As `engine.returns.mix.echoes.ECHOES` names them.
ECHOES = (
    ("unknown", _("nobody knows: 0.2 to 14 days")),
    ("post", _("like a post: 0.2 to 3 days")),
    ("search", _("like search: 0.1 to 1.5 days")),
    ("advertisement", _("like an advertisement: 0.2 to 4 days")),
    ("newsletter", _("like a newsletter: 0.3 to 4 days")),
    ("radio", _("like a radio spot: 0.5 to 7 days")),
    ("television", _("like television: 1 to 14 days")),
    ("press", _("like the press: 0.5 to 10 days")),
    ("letter", _("like a letter: 2 to 21 days")),
    ("poster", _("like a poster: 2 to 21 days")),
)
DOUBLINGS: Mapping[str, tuple[float, float]] = {
    "unknown": (1.15, 1.9),
    "little": (1.05, 1.4),
    "half": (1.3, 1.7),
    "nearly": (1.6, 1.98),
}
DOUBLING_CHOICES = (
    ("unknown", _("nobody knows: 1.15 to 1.9 times as much")),
    ("little", _("hardly more: everybody has seen it (1.05 to 1.4)")),
    ("half", _("half as much again (1.3 to 1.7)")),
    ("nearly", _("nearly twice as much (1.6 to 1.98)")),
)
AT_MOST = 70  # percent
HELD_OUT = {1: 14, 7: 4}  # rows that are foretold as a test
LARGEST = 1e12


class MixForm(LedgerForm):
    """A mix begins with its data; what the columns are is asked next."""

    method = Method.MIX
    field_order = ("title", "kind", "bet", "first_day", "last_day", "file")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("upward", "worthwhile", "column"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Fill in what a mix isn't asked."""
        values = super().clean() or self.cleaned_data
        return values | {"upward": "up", "worthwhile": 10.0}

    def from_book(self, kind: OutcomeKind, first: date, last: date) -> Table:
        """Return what the book says of a kind, beside the hours for each bet."""
        return study_ledger.mix_table(self.actor, kind=kind, first=first, last=last)

    def asked(self, table: Table) -> dict[str, Any]:
        """Return what the columns probably are."""
        return {"suggested": suggested(table), "level": LEVEL}


class ChannelsForm(ReturnsForm):
    """What each column is, what is believed of each channel, and what experiments found."""

    outcome = forms.ChoiceField(label=_("The outcome"))
    count = forms.BooleanField(label=_("It is counted: whole numbers, from 0 up"), required=False)
    hold_out = forms.BooleanField(
        label=_("Test it: hide the last days and foretell them (takes twice as long)"),
        required=False,
        initial=True,
    )

    def __init__(
        self, actor: Actor, study: Study, table: Table, data: QueryDict | None = None
    ) -> None:
        said: Mapping[str, Any] = study.question
        guess = said.get("suggested") or suggested(table)
        first = {"outcome": said.get("outcome") or guess["outcome"]}
        first["count"] = said.get("count", guess["count"])
        first["hold_out"] = bool(said.get("holdout", True))
        super().__init__(data, initial=first)
        self.actor, self.table = actor, table
        self.bets = queries.bets(actor)
        self.rows = list(enumerate(table.names))
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in table.names]
        before = {one["name"]: one for one in said.get("channels", [])}
        controls = said.get("controls", [])
        for at, name in self.rows:
            known = "channel" if name in before else "control" if name in controls else ""
            left = "out" if "channels" in said else guess["roles"].get(name, "out")
            self._add(at, name, known or left, before.get(name, {}), said.get("bets", {}))
        self.tried = self._experiments(study)
        chosen = {one["study"]: one["channel"] for one in said.get("experiments", [])}
        for one in self.tried:
            self.fields[f"experiment_{one.study}"] = forms.ChoiceField(
                label=_now("“%(title)s” was about") % {"title": one.title},
                choices=[("", "—"), *((name, name) for name in table.names)],
                required=False,
                initial=chosen.get(one.study, ""),
            )

    def _add(
        self, at: int, name: str, role: str, before: Mapping[str, Any], bets: Mapping[str, int]
    ) -> None:
        """Add the questions about a column."""
        told = {"name": name}
        self.fields[f"role_{at}"] = forms.ChoiceField(
            label=_now("“%(name)s” is") % told, choices=ROLES, initial=role
        )
        self.fields[f"echo_{at}"] = forms.ChoiceField(
            label=_now("After how many days is half of the echo of “%(name)s” over?") % told,
            choices=ECHOES,
            initial=before.get("echo_like", "unknown"),
        )
        self.fields[f"doubling_{at}"] = forms.ChoiceField(
            label=_now("Twice as much of “%(name)s” as on a usual day brings") % told,
            choices=DOUBLING_CHOICES,
            initial=before.get("doubling_like", "unknown"),
        )
        self.fields[f"most_{at}"] = forms.FloatField(
            label=_now("At most so many percent of all outcomes come by “%(name)s”") % told,
            min_value=0.1,
            max_value=200,
            initial=100 * before.get("at_most", AT_MOST / 100),
        )
        self.fields[f"follows_{at}"] = forms.BooleanField(
            label=_now("“%(name)s” follows demand, as paid search does") % told,
            required=False,
            initial=before.get("follows_demand", False),
            help_text=_now(
                "It rises when more people look for you anyway. Then it isn't credited with all"
                " that moves with it: its range is wide, and only an experiment narrows it."
            ),
        )
        self.fields[f"cost_{at}"] = forms.FloatField(
            label=_now("What all of “%(name)s” cost, if known") % told,
            min_value=0,
            max_value=LARGEST,
            required=False,
            initial=before.get("cost"),
        )
        self.fields[f"bet_{at}"] = forms.ModelChoiceField(
            label=_now("Bet that “%(name)s” belongs to") % told,
            queryset=self.bets,
            required=False,
            initial=bets.get(name),
        )

    def _experiments(self, study: Study) -> list[Evidence]:
        """Return findings of the same kind that a mix can be calibrated by."""
        if study.kind is None or isinstance(self.table.times[0], int):
            return []
        days = [one for one in self.table.times if not isinstance(one, int)]
        first, last = min(days), max(days)
        found = evidence.incremental(self.actor, study.kind, first, last)
        return [
            one
            for one in found
            if one.method != Method.MIX
            and one.first >= first
            and one.last <= last
            and None not in {one.value, one.low, one.high}
        ]

    @property
    def columns(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions, by column."""
        parts = ("role", "echo", "doubling", "most", "follows", "cost", "bet")
        return [(name, [self[f"{part}_{at}"] for part in parts]) for at, name in self.rows]

    @property
    def general(self) -> list[forms.BoundField]:
        """The questions about all of it."""
        return [self[name] for name in ("outcome", "count", "hold_out")]

    @property
    def experiments(self) -> list[forms.BoundField]:
        """The questions about studies."""
        return [self[f"experiment_{one.study}"] for one in self.tried]

    def question(self) -> dict[str, Any]:
        """Return what is asked of the mix.

        Raises
        ------
        ReturnsRefused
        """
        values = self.cleaned_data
        outcome = values["outcome"]
        role = {name: values[f"role_{at}"] for at, name in self.rows if name != outcome}
        channels = [
            self._channel(at, name) for at, name in self.rows if role.get(name) == "channel"
        ]
        if not channels:
            raise ReturnsRefused("role_0", "", _now("at least one channel"))
        asked = {
            "outcome": outcome,
            "count": values["count"],
            "channels": channels,
            "controls": [name for name, one in role.items() if one == "control"],
            "experiments": self._found({one["name"] for one in channels}),
            "bets": {name: values[f"bet_{at}"].pk for at, name in self.rows if values[f"bet_{at}"]},
            "level": LEVEL,
        }
        step = plain_series(asked, self.table)["step"]
        return {**asked, "holdout": HELD_OUT[step] if values["hold_out"] else 0}

    def _channel(self, at: int, name: str) -> dict[str, Any]:
        values = self.cleaned_data
        return {
            "name": name,
            "cost": values[f"cost_{at}"],
            "echo_like": values[f"echo_{at}"],
            "echo": list(echo_of(values[f"echo_{at}"])),
            "doubling_like": values[f"doubling_{at}"],
            "doubling": list(DOUBLINGS[values[f"doubling_{at}"]]),
            "at_most": values[f"most_{at}"] / 100,
            "follows_demand": values[f"follows_{at}"],
        }

    def _found(self, channels: set[str]) -> list[dict[str, Any]]:
        """Return what experiments found of channels, each with its standard error."""
        found = []
        for one in self.tried:
            name = self.cleaned_data[f"experiment_{one.study}"]
            if not name:
                continue
            if name not in channels:
                raise ReturnsRefused(f"experiment_{one.study}", name, _now("one of the channels"))
            assert one.low is not None
            assert one.high is not None
            ends = NormalDist().inv_cdf(1 - one.level / 2)
            found.append(
                {
                    "study": one.study,
                    "channel": name,
                    "first": one.first.isoformat(),
                    "last": one.last.isoformat(),
                    "found": one.value,
                    "error": (one.high - one.low) / (2 * ends),
                }
            )
        return found
