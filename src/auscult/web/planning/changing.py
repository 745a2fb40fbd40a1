"""The one door for changes of a plan: in its transaction the audit row and the new version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.planning.comparing import differences
from auscult.web.planning.errors import CycleUnknown, PlanRefused
from auscult.web.planning.models import Cycle, Version
from auscult.web.planning.moves import CycleState
from auscult.web.planning.snapshots import snapshot

# The cycles whose changes are kept as one version, at the end.
_TOGETHER: ContextVar[frozenset[int]] = ContextVar("_TOGETHER", default=frozenset())


@contextmanager
def changing(actor: Actor, cycle: Cycle, *, action: str, why: str) -> Iterator[None]:
    """Change what stands in a plan; others who change it wait for the commit.

    Parameters
    ----------
    action : str
        For the audit trail: `save-bet`.
    why : str
        What was changed, as the list of versions says it.

    Raises
    ------
    CycleUnknown, PlanRefused
        The cycle is another organisation's, or closed.
    """
    with transaction.atomic():
        lock(actor, cycle)
        if cycle.state == CycleState.CLOSED:
            raise PlanRefused("cycle", str(cycle), _("one that isn't closed"))
        yield
        record_audit(actor, action=action, target=f"{cycle.number}: {why}")
        keep_version(actor, cycle, why=why)


@contextmanager
def together(actor: Actor, cycle: Cycle, *, why: str) -> Iterator[None]:
    """Keep one version of all changes within, not one of each: for what changes a plan in bulk."""
    with changing(actor, cycle, action="change-together", why=why):
        token = _TOGETHER.set(_TOGETHER.get() | {cycle.pk})
        try:
            yield
        finally:
            _TOGETHER.reset(token)


def lock(actor: Actor, cycle: Cycle) -> None:
    """Take a cycle's turn until the commit, and read it as it is now."""
    ours = Cycle.objects.filter(pk=cycle.pk, organisation_id=actor.organisation_id)
    if not ours.update(versions_kept=F("versions_kept")):
        raise CycleUnknown(cycle.number)
    cycle.refresh_from_db()


def keep_version(actor: Actor, cycle: Cycle, *, why: str) -> Version | None:
    """Keep the plan as it is now; None where nothing of it is different, or `together` will."""
    if cycle.pk in _TOGETHER.get():
        return None
    plan = snapshot(cycle)
    last = cycle.versions.order_by("-number").first()
    if last is not None and not differences(last.plan, plan):
        return None
    cycle.versions_kept += 1
    cycle.save(update_fields=["versions_kept"])
    return Version.objects.create(
        cycle=cycle,
        number=cycle.versions_kept,
        at=actor.clock.now(),
        user_id=actor.user_id,
        why=why[:300],
        plan=plan,
    )
