"""Adding, changing and ending priorities."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries
from auscult.web.goals.changing import keep_change, of_priority
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.models import Priority

LONGEST = 200  # characters of a title and of an audience
LONGEST_TEXT = 4_000
MAY = gettext_noop("change priorities")
ONCE = gettext_noop("a title that no other priority has, past ones too")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityWish:
    """What a priority shall be; see `Priority`."""

    title: str
    function: Team | None = None
    owner_id: int | None = None
    audience: str = ""
    served: str = ""
    intent: str = ""


@transaction.atomic
def save_priority(
    actor: Actor, *, wish: PriorityWish, priority: Priority | None = None
) -> Priority:
    """Add a priority or change one.

    Raises
    ------
    NotAllowed, GoalRefused
    """
    require(actor, Right.EDIT_GOALS, MAY)
    _check(actor, wish, priority)
    before = {} if priority is None else of_priority(priority)
    saved = priority or Priority(organisation_id=actor.organisation_id, place=next_place(actor))
    for name in PriorityWish.__slots__:
        setattr(saved, name, getattr(wish, name))
    saved.title = wish.title.strip()
    try:
        with transaction.atomic():
            saved.save(update_fields=PriorityWish.__slots__ if priority else None)
    except IntegrityError as error:  # somebody else was faster
        raise GoalRefused("title", saved.title, _(ONCE)) from error
    keep_change(actor, saved, "save-priority", before=before, after=of_priority(saved))
    return saved


def next_place(actor: Actor) -> int:
    """Return the place after the last priority."""
    last = queries.every_priority(actor).aggregate(last=Max("place"))["last"]
    return 0 if last is None else int(last) + 1


def _check(actor: Actor, wish: PriorityWish, priority: Priority | None) -> None:
    title = wish.title.strip()
    if not title or len(title) > LONGEST:
        raise GoalRefused(
            "title", wish.title[:80], _("1 to %(most)s characters") % {"most": LONGEST}
        )
    others = queries.every_priority(actor).exclude(pk=priority.pk if priority else 0)
    if others.filter(title=title).exists():
        raise GoalRefused("title", title, _(ONCE))
    if wish.function is not None and wish.function.organisation_id != actor.organisation_id:
        raise GoalRefused("function", wish.function.pk, _("a team of your organisation"))
    check_owner(actor, wish.owner_id)
    if len(wish.audience) > LONGEST:
        raise GoalRefused(
            "audience", wish.audience[:80], _("at most %(most)s characters") % {"most": LONGEST}
        )
    for name in ("served", "intent"):
        text = getattr(wish, name)
        if len(text) > LONGEST_TEXT:
            raise GoalRefused(
                name, text[:80], _("at most %(most)s characters") % {"most": LONGEST_TEXT}
            )


def check_owner(actor: Actor, owner_id: int | None) -> None:
    """Refuse an owner who isn't of the house."""
    if owner_id is not None and not queries.members(actor).filter(user_id=owner_id).exists():
        raise GoalRefused("owner", owner_id, _("a member of your organisation"))


@transaction.atomic
def end_priority(actor: Actor, *, priority: Priority) -> None:
    """Let a priority be over; it stays with its objectives, and can be taken up again."""
    require(actor, Right.EDIT_GOALS, MAY)
    _move(actor, priority, "end-priority", ended=True)


@transaction.atomic
def resume_priority(actor: Actor, *, priority: Priority) -> None:
    """Take a priority up again that had ended."""
    require(actor, Right.EDIT_GOALS, MAY)
    _move(actor, priority, "resume-priority", ended=False)


def _move(actor: Actor, priority: Priority, action: str, *, ended: bool) -> None:
    if (priority.ended_on is not None) == ended:
        return
    before = of_priority(priority)
    priority.ended_on = queries.today(actor) if ended else None
    priority.save(update_fields=["ended_on"])
    keep_change(actor, priority, action, before=before, after=of_priority(priority))


@transaction.atomic
def move_priority(actor: Actor, *, priority: Priority, by: int) -> None:
    """Let a priority change places with the one before it (-1) or after it (1) in its function.

    At the end of its function it stays where it is. The order is that in which priorities are
    listed; it weighs nothing.

    Raises
    ------
    NotAllowed, GoalRefused
        It is over, and has no place among those that go on.
    """
    require(actor, Right.EDIT_GOALS, MAY)
    order = list(queries.priorities(actor))
    beside = [one for one in order if one.function_id == priority.function_id]
    if priority not in beside:
        raise GoalRefused("priority", priority.title, _("a priority that goes on"))
    here = beside.index(priority)
    there = here + by
    if not 0 <= there < len(beside):
        return
    one, other = order.index(priority), order.index(beside[there])
    order[one], order[other] = order[other], order[one]
    for place, each in enumerate(order):  # those that were ended and resumed share places
        each.place = place
    Priority.objects.bulk_update(order, ["place"])
    before, after = {"place": here + 1}, {"place": there + 1}
    keep_change(actor, priority, "move-priority", before=before, after=after)
