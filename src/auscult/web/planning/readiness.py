"""Who is familiar with which network: what was practised, what comes next, and who asks for what.

It says what was done and what is missing, and never adds it up to a mark: a mark would be
reached, a next step is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.accounts.models import Actor, Membership, Role, User
from auscult.web.accounts.policies import Right, may, require
from auscult.web.planning import queries
from auscult.web.planning.errors import PlanUnknown
from auscult.web.planning.moves import RequestState
from auscult.web.planning.people_models import AccountRequest, Practice

FEWEST_DAYS = 3  # on which somebody practised, before a network is said to be known
FRESH = timedelta(days=90)  # networks change


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How familiar a person is with a network.

    Attributes
    ----------
    days, minutes : int
        On how many days she practised, and how long in all.
    missing : tuple of str
        Next steps, the first one first; empty where she is familiar with it.
    """

    network: str
    days: int
    minutes: int
    last: date | None
    missing: tuple[str, ...]


def practices(actor: Actor) -> QuerySet[Practice]:
    """Return the practice logs that the actor may read: her own; an owner all."""
    require(actor, Right.SEE_FIGURES, "read practice logs")
    rows = Practice.objects.filter(organisation_id=actor.organisation_id)
    if actor.role is not Role.OWNER:
        rows = rows.filter(user=actor.user_id)
    return rows.select_related("user").order_by("-day", "-pk")


def own_practice(actor: Actor, number: int) -> Practice:
    """Return a line of the actor's own log.

    Raises
    ------
    PlanUnknown
    """
    found = practices(actor).filter(pk=number, user=actor.user_id).first()
    if found is None:
        raise PlanUnknown("line of a practice log", number)
    return found


def person(actor: Actor, number: int) -> User:
    """Return a person whose log the actor may read.

    Raises
    ------
    PlanUnknown
        She isn't in the house, or her log isn't the actor's to read.
    """
    found = queries.people(actor).filter(pk=number).first()
    if found is None or (actor.role is not Role.OWNER and number != actor.user_id):
        raise PlanUnknown("practice log of", number)
    return found


def readiness(actor: Actor, whose: User, network: str) -> Readiness:
    """Return how familiar a person of the house is with a network: figures, no reflections."""
    rows = Practice.objects.filter(organisation_id=actor.organisation_id, user=whose)
    wanted = _folded(network)
    own = [one for one in rows.order_by("day") if _folded(one.network) == wanted]
    return _summed(network, own, queries.today(actor))


def by_network(actor: Actor, whose: User) -> list[Readiness]:
    """Return how familiar a person is with each network that she practised, by name."""
    groups: dict[str, list[Practice]] = {}
    for one in practices(actor).filter(user=whose).order_by("day", "pk"):
        groups.setdefault(_folded(one.network), []).append(one)
    today = queries.today(actor)
    return [_summed(own[-1].network, own, today) for _name, own in sorted(groups.items())]


def _folded(network: str) -> str:
    return network.strip().casefold()


def _summed(network: str, own: Sequence[Practice], today: date) -> Readiness:
    days = {one.day for one in own}
    return Readiness(
        network=network,
        days=len(days),
        minutes=sum(one.minutes for one in own),
        last=max(days, default=None),
        missing=tuple(_missing(own, days, today)),
    )


def _missing(own: Iterable[Practice], days: set[date], today: date) -> Iterable[str]:
    if not days:
        yield _("Open a personal account, look around, and log the first practice.")
        return
    if len(days) < FEWEST_DAYS:
        more = FEWEST_DAYS - len(days)
        yield (
            ngettext("Practise on %(more)s more day.", "Practise on %(more)s more days.", more)
            % {"more": more}
        )
    if not any(one.reflection for one in own):
        yield _("Write down what you learned: how do people talk there, what is welcome?")
    if today - max(days) > FRESH:
        yield _("Look at it again: the last practice is more than three months ago.")


def requests(actor: Actor) -> QuerySet[AccountRequest]:
    """Return the requests that the actor may see, the newest first.

    Who decides sees all; others see what they asked for, feed or are to inherit.
    """
    require(actor, Right.SEE_FIGURES, "see requests for accounts")
    rows = AccountRequest.objects.filter(organisation_id=actor.organisation_id)
    if not may(actor, Right.DECIDE_ACCOUNTS):
        me = actor.user_id
        rows = rows.filter(Q(asker=me) | Q(feeder=me) | Q(heir=me))
    related = ("asker", "feeder", "heir", "objective", "decided_by")
    return rows.select_related(*related).order_by("-asked_at", "-pk")


def request(actor: Actor, number: int) -> AccountRequest:
    """Return a request.

    Raises
    ------
    PlanUnknown
    """
    found = requests(actor).filter(pk=number).first()
    if found is None:
        raise PlanUnknown("request for an account", number)
    return found


def asked_for(actor: Actor, of: AccountRequest) -> Readiness | None:
    """Return how familiar the asker is with the network, to herself and to who decides.

    None to others, and where she has left.
    """
    concerned = of.asker_id == actor.user_id or may(actor, Right.DECIDE_ACCOUNTS)
    if of.asker is None or not concerned or not _stays(actor, of.asker):
        return None
    return readiness(actor, of.asker, of.network)


def to_decide(actor: Actor) -> int:
    """Return how many requests wait for a decision of the actor's."""
    if not may(actor, Right.DECIDE_ACCOUNTS):
        return 0
    waiting = requests(actor).filter(state=RequestState.ASKED)
    if others_decide(actor):
        waiting = waiting.exclude(asker=actor.user_id)
    return waiting.count()


def missing(actor: Actor, of: AccountRequest) -> list[str]:
    """Return what a request lacks, each as the next step; nothing of it forbids a decision."""
    found: list[str] = []
    if of.objective is None:
        found.append(_("Say which objective the account serves."))
    elif of.objective.closed_on is not None:
        found.append(_("Its objective is closed: choose one that is open."))
    if of.feeder is None or not _stays(actor, of.feeder):
        found.append(_("Nobody feeds it: name somebody who does."))
    if of.heir is None or not _stays(actor, of.heir):
        found.append(_("Nobody inherits it: name who takes it over when its feeder leaves."))
    ready = asked_for(actor, of)
    return found + [f"{of.asker}: {step}" for step in (ready.missing if ready else ())]


def _stays(actor: Actor, who: User) -> bool:
    return who.is_active and queries.people(actor).filter(pk=who.pk).exists()


def others_decide(actor: Actor) -> bool:
    """Return whether somebody beside the actor may decide on requests."""
    deciding = Membership.objects.filter(
        organisation_id=actor.organisation_id,
        role__in=[Role.OWNER, Role.APPROVER],
        user__is_active=True,
    )
    return deciding.exclude(user=actor.user_id).exists()
