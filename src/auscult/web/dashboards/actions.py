"""Making, changing, scheduling and mailing dashboards; what is taken away as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards import queries, timing
from auscult.web.dashboards.content import checked
from auscult.web.dashboards.errors import DashboardRefused
from auscult.web.dashboards.models import Dashboard, Rhythm, Schedule
from auscult.web.listening import queries as listening

CHANGE = gettext_noop("change dashboards")
MOST_SCHEDULES = 10  # of a dashboard


@transaction.atomic
def save_dashboard(
    actor: Actor,
    *,
    name: str,
    shared: bool,
    content: Mapping[str, Any],
    dashboard: Dashboard | None = None,
) -> Dashboard:
    """Make a dashboard, or change one that the actor may change.

    Raises
    ------
    NotAllowed, DashboardUnknown, DashboardRefused
    """
    require(actor, Right.EDIT_DASHBOARDS, CHANGE)
    if not name.strip() or len(name) > 200:
        raise DashboardRefused("name", name, "1 to 200 characters")
    kept = checked(content)
    known = set(listening.watches(actor).values_list("pk", flat=True))
    unknown = (set(kept.watches) | set(kept.rivals)) - known
    if unknown:
        raise DashboardRefused("watches", min(unknown), "watches of your organisation")
    saved = dashboard if dashboard is None else _changeable(actor, dashboard)
    namesake = Dashboard.objects.filter(organisation_id=actor.organisation_id, name=name).first()
    if namesake is not None and namesake != saved:
        raise DashboardRefused("name", name, "a name that no other dashboard has")
    now = actor.clock.now()
    if saved is None:
        saved = Dashboard(
            organisation_id=actor.organisation_id, made_by_id=actor.user_id, created_at=now
        )
    saved.name, saved.shared, saved.content, saved.changed_at = name, shared, kept.as_data(), now
    saved.save()
    record_audit(
        actor,
        action="change-dashboard" if dashboard else "add-dashboard",
        target=name,
        details={"shared": shared},
    )
    return saved


def _changeable(actor: Actor, dashboard: Dashboard) -> Dashboard:
    """Return a dashboard anew, where the actor may change it."""
    found = queries.dashboard(actor, str(dashboard.pk or queries.OVERVIEW))
    require_change(actor, found)
    return found


def require_change(actor: Actor, dashboard: Dashboard) -> None:
    """Raise unless the actor may change a dashboard; nobody changes the ready-made one."""
    require(actor, Right.EDIT_DASHBOARDS, CHANGE)
    if not queries.may_change(actor, dashboard):
        raise DashboardRefused("dashboard", dashboard.name, "one that somebody made")


@transaction.atomic
def remove_dashboard(actor: Actor, *, dashboard: Dashboard) -> None:
    """Remove a dashboard with its schedules."""
    require(actor, Right.EDIT_DASHBOARDS, CHANGE)
    found = _changeable(actor, dashboard)
    name = found.name
    found.delete()
    record_audit(actor, action="remove-dashboard", target=name)


@transaction.atomic
def add_schedule(
    actor: Actor,
    *,
    dashboard: Dashboard,
    rhythm: Rhythm,
    weekday: int,
    hour: int,
    recipients: Sequence[User],
) -> Schedule:
    """Have a dashboard mailed as PDF to members of the organisation.

    Raises
    ------
    NotAllowed, DashboardUnknown, DashboardRefused
    """
    require(actor, Right.EDIT_DASHBOARDS, CHANGE)
    found = _changeable(actor, dashboard)
    if not (0 <= weekday <= 6 and 0 <= hour <= 23):
        raise DashboardRefused("hour", f"{weekday}, {hour}", "a weekday 0 to 6 and an hour 0 to 23")
    wanted = {one.pk for one in recipients}
    here = queries.members(actor).filter(pk__in=wanted)
    if not wanted or here.count() != len(wanted):
        raise DashboardRefused("recipients", len(wanted), "members who have a mail address")
    if not found.shared and wanted != {found.made_by_id}:
        raise DashboardRefused("recipients", len(wanted), "you alone, until it is shared")
    if found.schedules.count() >= MOST_SCHEDULES:
        raise DashboardRefused(
            "schedules", MOST_SCHEDULES + 1, _("at most {most}").format(most=MOST_SCHEDULES)
        )
    now = actor.clock.now()
    made = Schedule(
        dashboard=found, rhythm=rhythm, weekday=weekday, hour=hour, made_by_id=actor.user_id
    )
    made.next_attempt = timing.next_time(made, now, time_zone(actor))
    made.save()
    made.recipients.set(here)
    record_audit(
        actor,
        action="schedule-dashboard",
        target=found.name,
        details={"rhythm": rhythm, "hour": hour, "recipients": sorted(wanted)},
    )
    return made


@transaction.atomic
def remove_schedule(actor: Actor, *, schedule: Schedule) -> None:
    """Mail a dashboard no more."""
    require(actor, Right.EDIT_DASHBOARDS, CHANGE)
    found = _changeable(actor, schedule.dashboard)
    Schedule.objects.filter(pk=schedule.pk, dashboard=found).delete()
    record_audit(actor, action="unschedule-dashboard", target=found.name)


@transaction.atomic
def record_download(actor: Actor, *, dashboard: Dashboard, what: str) -> None:
    """Write down that figures are taken away as a file; call it before they are handed out."""
    require(actor, Right.EXPORT, "take figures away as files")
    record_audit(actor, action="export-figures", target=dashboard.name, details={"what": what})
