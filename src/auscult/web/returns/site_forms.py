"""What people type about the house's website."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auscult.web.returns.forms import ReturnsForm

LONGEST = 10_000


class SitesField(forms.CharField):
    """Addresses of websites, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the addresses."""
        lines = (super().clean(value) or "").splitlines()
        return tuple(line.strip() for line in lines if line.strip())


class SitesForm(ReturnsForm):
    """Which websites may tell what happened."""

    sites = SitesField(
        label=_("Websites of the house"),
        required=False,
        max_length=LONGEST,
        help_text=_(
            "One on each line: https://clinic.example. Pages of no other website are heard."
        ),
    )
