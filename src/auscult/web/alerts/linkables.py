"""What of the alerts can be linked to an objective: rules."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right
from auscult.web.alerts import queries
from auscult.web.goals.links import Linkable, Target


def _rules(actor: Actor) -> Iterator[Target]:
    for number, name in queries.rules(actor).values_list("pk", "name"):
        yield Target(number, name, reverse("alerts:rule", args=[number]))


LINKABLES = (
    Linkable(kind="alert-rule", label=_("alert rule"), rows=_rules, right=Right.EDIT_ALERTS),
)
