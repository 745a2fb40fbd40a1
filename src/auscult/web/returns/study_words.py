"""What studies say, in words: methods, verdicts, and the engine's reasons in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.web.returns.study_models import Method, Study, StudyState

# When each is the one to take.
WHEN: dict[str, str | Promise] = {
    Method.INTERRUPTED: gettext_lazy(
        "A campaign is over or runs, and there is one series of outcomes: before it and since."
        " Other series that the campaign can't have touched make it much surer."
    ),
    Method.SYNTHETIC: gettext_lazy(
        "A few places or services had the campaign, and a dozen or more like them hadn't."
    ),
    Method.DIFFERENCE: gettext_lazy(
        "Several places or services had the campaign, and several hadn't."
    ),
    Method.PLACES: gettext_lazy(
        "The campaign hasn't begun, and a draw may decide in which places it runs. Nothing is"
        " surer than that."
    ),
    Method.SWITCHBACK: gettext_lazy(
        "The campaign hasn't begun, there is one place only, and it can be switched on and off."
    ),
    Method.MIX: gettext_lazy(
        "Several channels ran at once for months, and you want to know what each brought."
    ),
}
VERDICTS: dict[str, str | Promise] = {
    "it worked": gettext_lazy("It worked"),
    "it went the other way": gettext_lazy("It went the other way"),
    "no sign of it": gettext_lazy("No sign of it"),
    "can't tell": gettext_lazy("Can't tell"),
}
BADGES = {"it worked": "good", "it went the other way": "bad"}


def verdict(data: Mapping[str, Any]) -> str:
    """Return the verdict of an answer in words; empty: it has none."""
    return str(VERDICTS.get(data.get("verdict", ""), ""))


def reasons(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the sentences of a finding's reasons."""
    from auscult.engine.returns.intervention.findings import Reason, Why  # noqa: PLC0415 - memory
    from auscult.engine.returns.intervention.words import say  # noqa: PLC0415

    return [
        say(
            Reason(
                why=Why(one["why"]), numbers=tuple((name, value) for name, value in one["numbers"])
            ),
            translate=_,
            shown=shown,
        )
        for one in rows
    ]


def shown(number: float) -> str:
    """Return a number as the language writes it, whole where it is."""
    return floatformat(number, 0 if number == int(number) else -1)


def state(study: Study) -> str:
    """Return how far a study is, in words."""
    if study.method == Method.MIX and study.state == StudyState.DESIGNED:
        return _("waits for what you say of its channels")
    return str(StudyState(study.state).label)
