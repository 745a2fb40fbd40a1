"""Facts for the board's page, and whether there is anything to tell yet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.returns.cost_models import Charge, Rate, Worked
from auscult.web.returns.outcome_models import Outcome, OutcomeKind
from auscult.web.returns.telling_types import Facts, Question, as_data


def facts_of(actor: Actor, asked: Question) -> Facts:
    """Return what is told of a question.

    Raises
    ------
    NotAllowed, Correctable
    """
    from auscult.web.returns.telling import facts  # noqa: PLC0415 - it takes memory

    return facts(actor, asked)


def digest(facts: Facts) -> str:
    """Return the digest of facts: two pages with the same one say the same."""
    return digest_of_data(as_data(facts))


def digest_of_data(data: Any) -> str:
    """Return the digest of facts as plain values, whichever version of them."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step to the first number: `page` is where it is done."""

    title: str | Promise
    text: str | Promise
    page: str
    done: bool


def steps(actor: Actor) -> tuple[Step, ...]:
    """Return the three steps to the first number."""
    house = {"organisation_id": actor.organisation_id}
    rated = Rate.objects.filter(role__organisation_id=actor.organisation_id).exists()
    spent = Charge.objects.filter(**house).exists() or Worked.objects.filter(**house).exists()
    return (
        Step(
            title=_("Say what an hour costs"),
            text=_("A role (editor, nurse, volunteer) and what an hour of it costs the house."),
            page="rates",
            done=rated,
        ),
        Step(
            title=_("Write down what was spent"),
            text=_("Hours of the last weeks, tools, advertisements. Estimates will do to begin."),
            page="costs",
            done=spent,
        ),
        Step(
            title=_("Say what it brought"),
            text=_(
                "A kind of outcome (appointments, calls, sign-ups), and those that you know of:"
                " typed in, from a file, or told by your website."
            ),
            page="outcomes",
            done=OutcomeKind.objects.filter(**house).exists()
            and Outcome.objects.filter(**house).exists(),
        ),
    )
