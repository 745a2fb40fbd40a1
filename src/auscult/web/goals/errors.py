"""What can go wrong with what a house is and wants.

::

    Correctable
        GoalRefused     a value that a priority or the house can't have
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class GoalRefused(Correctable):
    """A value that can't be kept."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("The %(field)s can't be %(value)r; valid is %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code=f"goal-{field}",
            field=field,
            hint=_("Correct it and save again."),
        )
