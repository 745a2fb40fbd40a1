"""Forms of dashboards: what one shows, when it is mailed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.fields import RowsField
from auscult.web.accounts.models import User
from auscult.web.dashboards.content import DEFAULT_RANGE, MOST_WATCHES, PANELS, Content
from auscult.web.dashboards.days import RANGES
from auscult.web.dashboards.models import Rhythm


class DashboardForm(forms.Form):
    """A dashboard's name, watches, rivals, panels and range."""

    name = forms.CharField(max_length=200, label=_("Name"))
    shared = forms.BooleanField(
        required=False,
        label=_("Share it with the house"),
        help_text=_("Everybody sees it, and all who may make dashboards may change it."),
    )
    watches = forms.MultipleChoiceField(
        required=False,
        label=_("Watches of the house"),
        help_text=_("None chosen: all that are no rivals."),
        widget=forms.CheckboxSelectMultiple,
    )
    rivals = forms.MultipleChoiceField(
        required=False,
        label=_("Watches of rivals"),
        help_text=_("They stand beside yours in volume and share of voice."),
        widget=forms.CheckboxSelectMultiple,
    )
    panels = forms.MultipleChoiceField(
        label=_("Panels"), choices=list(PANELS.items()), widget=forms.CheckboxSelectMultiple
    )
    range = forms.ChoiceField(
        label=_("Range"), choices=[(name, label) for name, (label, _days) in RANGES.items()]
    )

    def __init__(self, *args: Any, watches: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in ("watches", "rivals"):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = [(str(number), title) for number, title in watches]

    def clean(self) -> dict[str, Any]:
        """Hold watches and rivals against each other."""
        values = super().clean() or self.cleaned_data
        own, rivals = values.get("watches", []), values.get("rivals", [])
        if set(own) & set(rivals):
            self.add_error("rivals", _("A watch is of the house or of a rival, not both."))
        if max(len(own), len(rivals)) > MOST_WATCHES:
            raise ValidationError(_("At most %(n)s watches.") % {"n": MOST_WATCHES})
        return values

    @property
    def content(self) -> Content:
        """What was chosen; only once the form is valid."""
        values = self.cleaned_data
        return Content(
            watches=tuple(map(int, values["watches"])),
            rivals=tuple(map(int, values["rivals"])),
            panels=tuple(name for name in PANELS if name in values["panels"]),
            range=values["range"],
        )


def initial(name: str, content: Content, *, shared: bool) -> dict[str, Any]:
    """Return what the form shows of a dashboard."""
    return {
        "name": name,
        "shared": shared,
        "watches": [str(number) for number in content.watches],
        "rivals": [str(number) for number in content.rivals],
        "panels": list(content.panels),
        "range": content.range or DEFAULT_RANGE,
    }


class ScheduleForm(forms.Form):
    """When a dashboard is mailed, and to whom."""

    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm.choices)
    weekday = forms.TypedChoiceField(
        label=_("On"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        help_text=_("For every week."),
    )
    hour = forms.TypedChoiceField(
        label=_("At"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    recipients = RowsField(
        queryset=User.objects.none(),
        label=_("To"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Members of the house who have a mail address."),
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = self.fields["recipients"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = members
