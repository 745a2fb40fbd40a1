"""The teams that a new organisation begins with: business functions and clinical lines.

They are the organisation's own from then on: renamed, removed, added to. So they are written in
the language in which it was founded.
"""

from __future__ import annotations

from django.utils.translation import gettext as _


def first_teams() -> list[str]:
    """Return the names of a new organisation's teams."""
    return [
        _("Media relations"),
        _("Patient education"),
        _("Human resources"),
        _("Research"),
        _("Philanthropy"),
        _("Cardiology"),
        _("Oncology"),
        _("Orthopaedics"),
        _("Women and children"),
        _("Emergency medicine"),
    ]
