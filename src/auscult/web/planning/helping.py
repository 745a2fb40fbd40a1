"""Help that is asked for: who offers which skill, which tasks want it, who is to be told."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.planning import queries
from auscult.web.planning.errors import PlanUnknown
from auscult.web.planning.models import Bet, Cycle, Need, Task, TaskKind
from auscult.web.planning.moves import BetState, CycleState
from auscult.web.planning.people_models import HelpAsked, SkillOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A task that asks for help.

    Attributes
    ----------
    offered : bool
        Whether it wants a skill that the actor offers.
    """

    task: Task
    offered: bool


def folded(skill: str) -> str:
    """Return a skill as it is compared: however it is capitalised and spaced."""
    return " ".join(skill.casefold().split())


def offers(actor: Actor) -> QuerySet[SkillOffer]:
    """Return the skills that the actor offers, by name."""
    own = SkillOffer.objects.filter(organisation_id=actor.organisation_id, user=actor.user_id)
    return own.order_by("skill")


def offer(actor: Actor, number: int) -> SkillOffer:
    """Return one of the actor's own offers.

    Raises
    ------
    PlanUnknown
    """
    found = offers(actor).filter(pk=number).first()
    if found is None:
        raise PlanUnknown("offer", number)
    return found


def calls(actor: Actor, cycle: Cycle) -> QuerySet[Task]:
    """Return the tasks of a cycle that ask for help and aren't over."""
    on = queries.tasks(actor).filter(bet__cycle=cycle, bet__state=BetState.ON)
    return on.filter(kind=TaskKind.HELP, state__in=queries.OPEN)


def wanted(actor: Actor, cycle: Cycle) -> list[Wanted]:
    """Return where the actor could help and doesn't yet; what wants her skills first."""
    if cycle.state == CycleState.CLOSED:
        return []
    own = {folded(one.skill) for one in offers(actor)}
    found = [
        Wanted(task=task, offered=folded(task.skill) in own)
        for task in calls(actor, cycle).exclude(people=actor.user_id)
    ]
    return sorted(found, key=lambda one: not one.offered)


def skills(actor: Actor) -> list[str]:
    """Return the skills that bets and tasks of the house want, each once, by name."""
    bets = Bet.objects.filter(cycle__organisation_id=actor.organisation_id)
    named = [*Need.objects.filter(bet__in=bets).values_list("skill", flat=True)]
    named += Task.objects.filter(bet__in=bets).exclude(skill="").values_list("skill", flat=True)
    by_name = {folded(one): one for one in named}
    return [by_name[name] for name in sorted(by_name)]


def untold(actor: Actor, cycle: Cycle) -> list[tuple[Task, list[User]]]:
    """Return the tasks that ask for help, each with who offers its skill and had no mail of it.

    People who left, who may not check in, who have no address or help already aren't among them.
    """
    asking = [task for task in calls(actor, cycle) if task.skill.strip()]
    if not asking:
        return []
    by_skill = _helpers(actor)
    told = set(HelpAsked.objects.filter(task__in=asking).values_list("task_id", "user_id"))
    found = []
    for task in asking:
        helping = {person.pk for person in task.people.all()}
        people = [
            one
            for one in by_skill.get(folded(task.skill), ())
            if one.pk not in helping and (task.pk, one.pk) not in told
        ]
        if people:
            found.append((task, people))
    return found


def _helpers(actor: Actor) -> dict[str, list[User]]:
    roles = [role.value for role in TABLE[Right.CHECK_IN]]
    rows = SkillOffer.objects.filter(
        organisation_id=actor.organisation_id,
        user__is_active=True,
        user__memberships__organisation_id=actor.organisation_id,
        user__memberships__role__in=roles,
    )
    found: dict[str, list[User]] = {}
    for one in rows.exclude(user__email="").select_related("user").order_by("user_id"):
        found.setdefault(folded(one.skill), []).append(one.user)
    return found
