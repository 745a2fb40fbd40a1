"""What stays of the time of people whose accounts go: minutes of a role, so that no sum changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import transaction

from auscult.web.planning.models import CheckIn
from auscult.web.planning.queries import monday
from auscult.web.returns.cost_models import TimeOrigin, Worked, Worker

Usual = dict[tuple[int, int], int]  # the role of a member, by organisation and person


@transaction.atomic
def settle_time(people: Collection[int]) -> None:
    """Make the time of some people that of their roles; call it where their accounts are removed.

    An account takes along its check-ins, and as what its person usually worked. Without either a
    year that was told already would have cost less.
    """
    rows = Worker.objects.filter(user__in=people)
    usual: Usual = {
        (house, user): role
        for house, user, role in rows.values_list("organisation_id", "user_id", "role_id")
    }
    Worked.objects.bulk_create(list(_told(people, usual)))
    for (house, user), role in usual.items():
        own = Worked.objects.filter(organisation_id=house, user_id=user, role=None)
        own.update(role_id=role)


def _told(people: Collection[int], usual: Usual) -> Iterator[Worked]:
    """Yield the hours of check-ins that count: no row tells of the same bet and week."""
    rows = Worked.objects.filter(user__in=people, bet__isnull=False)
    typed = rows.exclude(origin=TimeOrigin.ESTIMATE).values_list("user_id", "bet_id", "day")
    known = {(user, bet, monday(day)) for user, bet, day in typed}
    said = CheckIn.objects.filter(user__in=people, hours__gt=0).order_by("pk")
    for house, user, bet, week, hours in said.values_list(
        "bet__cycle__organisation_id", "user_id", "bet_id", "week", "hours"
    ):
        if (user, bet, week) not in known:
            yield Worked(
                organisation_id=house,
                bet_id=bet,
                role_id=usual.get((house, user)),
                day=week,
                minutes=max(1, round(60 * hours)),
            )
