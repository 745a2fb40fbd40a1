"""Fill an archive with a house that wants something: priorities, objectives, readings, links.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names; prints, as JSON, the
number of the objective with the longest series.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from auscult.web.shell.start import start

if TYPE_CHECKING:
    from auscult.web.accounts.models import Actor
    from auscult.web.goals.models import Objective, Priority

PRIORITIES = [
    ("Fill the new ward", "Women and children", "expectant parents in the county"),
    ("Recruit forty nurses", "Human resources", "nurses who look for another house"),
    ("Be asked by reporters first", "Media relations", "health reporters of the region"),
    ("A house that people trust", None, "everybody who lives around the lake"),
]
# Priority, title, unit, baseline, target, and readings week by week.
OBJECTIVES: list[tuple[int, str, str, float, float, list[float]]] = [
    (0, "More births in our ward", "births", 40, 60, [40 + 0.9 * week for week in range(14)]),
    (0, "More visits of the open evening", "visitors", 20, 80, [20, 24, 31]),
    (1, "Fewer empty posts", "posts", 40, 10, [40, 39, 39, 37, 38, 36, 36, 35, 36, 34]),
    (1, "Applications a month", "applications", 12, 30, [12, 11, 13, 12, 12, 11, 13, 12, 12]),
    (2, "Answered within two hours", "%", 35, 90, [35, 41.5, 47, 52, 60, 63.25, 70, 74]),
    (3, "Would recommend us", "%", 71, 80, []),
]


def fill() -> dict[str, Any]:
    """Found the house and let it want something."""
    start()
    from django.core.management import call_command

    from auscult.web.accounts.actions import first_owner
    from auscult.web.accounts.models import Team
    from auscult.web.accounts.queries import system_actor
    from auscult.web.goals.forecasting import work_out
    from auscult.web.goals.link_actions import add_link
    from auscult.web.goals.priority_actions import PriorityWish, save_priority
    from auscult.web.listening.actions import save_watch

    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside General", username="owner")
    watch = save_watch(owner, name="The ward in town talk", query="ward NEAR/5 birth")
    save_watch(owner, name="Something shiny", query="metaverse")
    wanted = []
    for title, function, audience in PRIORITIES:
        team = Team.objects.filter(organisation_id=owner.organisation_id, name=function).first()
        wish = PriorityWish(
            title=title,
            function=team,
            owner_id=owner.user_id,
            audience=audience,
            served="They find a telephone number, and wait.",
            intent="They believe that they are welcome, and come to see us.",
        )
        wanted.append(save_priority(owner, wish=wish))
    made = [save_measured(owner, wanted[place], *rest) for place, *rest in OBJECTIVES]
    add_link(owner, objective=made[0], kind="watch", number=watch.pk)
    work_out(system_actor(owner.organisation_id, "forecasts"), seconds=600)
    return {"objective": made[0].pk, "priority": wanted[0].pk}


def save_measured(
    owner: Actor, priority: Priority, title: str, unit: str, baseline: float, target: float,
    values: list[float],
) -> Objective:  # fmt: skip
    """Measure a priority, week by week in the last fourteen weeks."""
    from auscult.web.goals import queries
    from auscult.web.goals.models import Direction, Origin
    from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
    from auscult.web.goals.reading_actions import Given, save_readings

    today = queries.today(owner)
    first = today - timedelta(weeks=14)
    wish = ObjectiveWish(
        priority=priority,
        title=title,
        measure="as the department counts it",
        unit=unit,
        direction=Direction.UP if target > baseline else Direction.DOWN,
        baseline=baseline,
        baseline_on=first,
        target=target,
        deadline=today + timedelta(weeks=9),
        owner_id=owner.user_id,
    )
    objective = save_objective(owner, wish=wish)
    given = [
        Given(day=first + timedelta(weeks=week), value=value) for week, value in enumerate(values)
    ]
    save_readings(owner, objective=objective, given=given, origin=Origin.TYPED)
    return objective


if __name__ == "__main__":
    print(json.dumps(fill()))
