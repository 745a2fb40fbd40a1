"""What of listening can be linked to an objective, and which figures can be its readings."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right
from auscult.web.goals.figures import Figure
from auscult.web.goals.links import Linkable, Target
from auscult.web.listening import queries
from auscult.web.listening.day_counts import mentions_by_day, mentions_by_week


def _watches(actor: Actor) -> Iterator[Target]:
    for number, name in _named(actor):
        yield Target(number, name, reverse("listening:watch", args=[number]))


def _named(actor: Actor) -> list[tuple[int, str]]:
    return list(queries.watches(actor).values_list("pk", "name"))


LINKABLES = (Linkable(kind="watch", label=_("watch"), rows=_watches, right=Right.READ_MENTIONS),)
FIGURES = (
    Figure(kind="mentions-a-day", label=_("mentions a day"), of=_named, values=mentions_by_day),
    Figure(kind="mentions-a-week", label=_("mentions a week"), of=_named, values=mentions_by_week),
)
