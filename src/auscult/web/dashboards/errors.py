"""What can go wrong with dashboards.

::

    Correctable
        DashboardUnknown    no dashboard that the actor may see has that number
        DashboardRefused    a value of it can't be used
        RangeRefused        a range of days can't be read
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class DashboardUnknown(Correctable):
    """No dashboard that the actor may see is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no dashboard '%(given)s' that you may see.") % {"given": given},
            code="dashboard-unknown",
            field="dashboard",
            hint=_("The page Dashboards lists them; whoever made it can share it with you."),
        )


class DashboardRefused(Correctable):
    """A dashboard's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="dashboard-refused",
            field=field,
            hint=_("Change it and save again."),
        )


class RangeRefused(Correctable):
    """A range of days can't be shown."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="range-refused",
            field=field,
            hint=_("Choose one of the ranges, or two days, the first one first."),
        )
