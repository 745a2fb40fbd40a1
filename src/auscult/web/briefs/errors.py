"""What can go wrong with briefs.

::

    Correctable
        BriefUnknown    the organisation has no brief of this week
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class BriefUnknown(Correctable):
    """No brief was made for a week."""

    def __init__(self, week: date) -> None:
        super().__init__(
            _("There is no brief of the week that begins on %(week)s.") % {"week": week},
            code="brief-unknown",
            field="week",
            hint=_("Choose one of those that are listed; weeks begin on Mondays."),
        )
