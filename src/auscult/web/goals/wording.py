"""Objectives in sentences: how likely the target is, and where readings come from."""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.kernel.http import shown
from auscult.web.accounts.models import Actor
from auscult.web.goals import figures
from auscult.web.goals.models import Objective, SourceKind
from auscult.web.goals.standing import Standing

SURE = 0.99  # no forecast is surer than its model


def chance(standing: Standing) -> str:
    """Return how likely the target is; empty where that isn't known."""
    ahead = standing.outlook
    if ahead is None or ahead.probability is None:
        return ""
    share = ahead.probability
    if share > SURE:
        return _("The target is reached by the deadline in more than 99 of 100 cases.")
    if share < 1 - SURE:
        return _("The target is reached by the deadline in less than 1 of 100 cases.")
    return _("The target is reached by the deadline in %(n)s of 100 cases.") % {
        "n": round(100 * share)
    }


def source_in_words(actor: Actor, objective: Objective) -> str:
    """Return where readings come from; of an address what may be a secret is left out."""
    if objective.source_kind == SourceKind.WEB:
        where = {"address": shown(objective.source["address"]), "path": objective.source["path"]}
        if where["path"]:
            return _("%(path)s at %(address)s, once a day") % where
        return _("what %(address)s answers, once a day") % where
    if objective.source_kind == SourceKind.FIGURE:
        figure = figures.figure(objective.source["figure"])
        names = dict(figure.of(actor)) if figure else {}
        name = names.get(objective.source["of"])
        if figure is None or name is None:
            return _("a figure that is gone")
        return f"{figure.label}: {name}"
    return _("people type them in or upload a file")
