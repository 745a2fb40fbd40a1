"""What the design page shows: the names of the tokens, and an example of each component."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from auscult.web.shell.navigation import Link

TOKENS = Path(__file__).parent / "static" / "auscult" / "tokens.css"


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="As it stands on the door.")
    kind = forms.ChoiceField(label="Kind", choices=[("h", "Hospital"), ("p", "Practice")])
    said = forms.CharField(label="Text", required=False, widget=forms.Textarea({"rows": 3}))
    agreed = forms.BooleanField(label="I have read the terms", required=False)

    def __init__(self, theme: str, given: dict[str, str] | None = None) -> None:
        super().__init__(given, auto_id=f"{theme}-%s", label_suffix="")
        self.fields["name"].label, self.fields["kind"].label = _("Name"), _("Kind")
        self.fields["name"].help_text = _("As it stands on the door.")
        self.fields["said"].label = _("Text")
        self.fields["agreed"].label = _("I have read the terms")


@cache
def colours() -> dict[str, tuple[str, str]]:
    """Return each colour of `tokens.css`: its name, then its values in light and in dark."""
    text = TOKENS.read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", text)
    return {name: (light, dark) for name, light, dark in pairs}


def everything() -> dict[str, Any]:
    """Return what the templates of the design page take."""
    return {
        "colours": colours(),
        "spaces": range(1, 7),
        "kinds": ("good", "info", "warn", "bad"),
        "themes": [
            {
                "name": name,
                "label": label,
                "form": ExampleForm(name),
                "refused": ExampleForm(f"{name}-refused", {"kind": "x"}),
                "progress": f"{name}-progress",
                "unknown": f"{name}-unknown",
            }
            for name, label in (("light", _("Light")), ("dark", _("Dark")))
        ],
        "tabs": [
            Link(label=_("Volume"), address="#tabs", current=True),
            Link(label=_("Languages"), address="#tabs", current=False),
            Link(label=_("Communities"), address="#tabs", current=False),
        ],
        "bars": [(x * 70 + 5, 100 - tall, tall) for x, tall in enumerate(_BARS)],
        "steps": [
            {"label": _("Organisation"), "address": "#steps", "done": True, "said": _("done")},
            {"label": _("Sources"), "address": "#steps", "current": True},
            {"label": _("People"), "address": "#steps", "said": _("skipped")},
        ],
    }


_BARS = (20, 35, 30, 55, 90, 62, 40, 38, 25, 31, 44, 28, 22, 30)
