"""Offering a skill, being told where it is wanted, and helping."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.tokens import person_of
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.queries import link
from auscult.web.planning import helping, queries
from auscult.web.planning.changing import changing, lock
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Cycle, Task, TaskKind
from auscult.web.planning.moves import BetState, CycleState
from auscult.web.planning.people_models import HelpAsked, SkillOffer

OFFER = gettext_noop("offer a skill")
HELP = gettext_noop("help with a task")
LONGEST_SKILL = 100
MOST_OFFERS = 50


@transaction.atomic
def offer_skill(actor: Actor, *, skill: str) -> SkillOffer:
    """Offer to help with a skill; offered again it stays one offer.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, OFFER)
    name = " ".join(skill.replace("\0", "").split())
    if not name or len(name) > LONGEST_SKILL:
        valid = _("1 to %(most)s characters") % {"most": LONGEST_SKILL}
        raise PlanRefused("skill", name[:40], valid)
    own = list(helping.offers(actor))
    for one in own:
        if helping.folded(one.skill) == helping.folded(name):
            return one
    if len(own) >= MOST_OFFERS:
        valid = _("one of at most %(most)s offers") % {"most": MOST_OFFERS}
        raise PlanRefused("skill", name, valid)
    made, created = SkillOffer.objects.get_or_create(
        organisation_id=actor.organisation_id, user_id=person_of(actor), skill=name
    )
    if created:
        record_audit(actor, action="offer-skill", target=name)
    return made


@transaction.atomic
def withdraw_offer(actor: Actor, *, offer: SkillOffer) -> None:
    """Offer a skill no more.

    Raises
    ------
    NotAllowed, PlanUnknown
    """
    require(actor, Right.CHECK_IN, OFFER)
    gone = helping.offer(actor, offer.pk)
    gone.delete()
    record_audit(actor, action="withdraw-offer", target=gone.skill)


def join_task(actor: Actor, *, task: Task) -> None:
    """Help with a task that asks for help: the actor is one of its people from now on.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.CHECK_IN, HELP)
    person = User.objects.get(pk=person_of(actor))
    why = _("%(person)s helps with “%(title)s”") % {"person": person, "title": task.title}
    with changing(actor, task.bet.cycle, action="join-task", why=why):
        now = queries.task(actor, task.pk)
        if now.kind != TaskKind.HELP or now.state not in queries.OPEN:
            raise PlanRefused("task", now.title, _("one that asks for help and isn't over"))
        if now.bet.state != BetState.ON:
            raise PlanRefused("task", now.title, _("one of a bet that is on"))
        now.people.add(person)


def call_for_help(actor: Actor) -> int:
    """Tell who offers a skill that a task of the running cycle asks for it; return how many mails.

    Each person has one mail of a task, whatever happens to the task later.
    """
    require(actor, Right.WORK, "ask for help")
    cycle = queries.cycles(actor).filter(state=CycleState.RUNNING).first()
    if cycle is None or not helping.untold(actor, cycle):
        return 0
    sent = 0
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        lock(actor, cycle)  # of two runners one waits here, and finds nobody untold
        for task, people in helping.untold(actor, cycle):
            _tell(actor, cycle, task, people)
            sent += len(people)
    return sent


def _tell(actor: Actor, cycle: Cycle, task: Task, people: list[User]) -> None:
    HelpAsked.objects.bulk_create(
        HelpAsked(organisation_id=actor.organisation_id, task=task, user=one) for one in people
    )
    details = {"people": len(people)}
    record_audit(actor, action="ask-for-help", target=task.title, details=details)
    parts = {"task": task, "cycle": cycle, "address": link(reverse("planning:room"))}
    for one in people:
        post_mail(
            actor,
            to=one.email,
            subject=_("Can you help? %(title)s") % {"title": task.title},
            text=render_to_string("planning/help.txt", parts),
            html=render_to_string("planning/help.html", parts),
            key=f"plan-help-{task.pk}-{one.pk}",
        )
