"""What has a date, as a calendar (iCalendar, RFC 5545): reports, alerts, tasks, days of a cycle.

It stands in the shell, for it looks into several applications.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from icalendar import Calendar, Event

from auscult.web.accounts.models import Actor, SecretAddress
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.accounts.secret_pages import opened
from auscult.web.accounts.tokens_actions import make_secret_address
from auscult.web.alerts import wording
from auscult.web.alerts.models import Alert
from auscult.web.alerts.queries import alerts
from auscult.web.dashboards.models import Schedule
from auscult.web.dashboards.queries import dashboards
from auscult.web.delivery.queries import link
from auscult.web.planning import queries as planning
from auscult.web.planning.moves import CycleState
from auscult.web.planning.showing import tasks_of

KIND = "calendar"
ONE_DAY = timedelta(days=1)
BACK = timedelta(days=90)
AT_LEAST = timedelta(minutes=15)  # an event of no length can't be seen in a calendar


def ical(actor: Actor, _address: SecretAddress) -> bytes:
    """Return the actor's calendar.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.SEE_FIGURES, "see dashboards")
    calendar = Calendar()
    calendar.add("prodid", "-//Auscult//Auscult//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Auscult")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for event in (*_reports(actor), *_alerts(actor), *_plan(actor)):
        calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found


def _reports(actor: Actor) -> Iterator[Event]:
    rows = Schedule.objects.filter(dashboard__in=dashboards(actor)).select_related("dashboard")
    for one in rows.order_by("pk"):
        title = _("Dashboard “%(name)s” is mailed") % {"name": one.dashboard.name}
        place = link(reverse("dashboards:dashboard", args=[one.dashboard_id]))
        begins = one.next_attempt
        stamp = one.dashboard.changed_at
        yield _event(actor, f"report {one.pk}", title, place, begins, begins + AT_LEAST, stamp)


def _alerts(actor: Actor) -> Iterator[Event]:
    """Alerts stand from when they were raised until they were over."""
    for one in alerts(actor).filter(raised_at__gte=actor.clock.now() - BACK):
        ends = max(one.past_at or one.last_at, one.raised_at + AT_LEAST)
        yield _alert(actor, one, ends)


def _alert(actor: Actor, one: Alert, ends: datetime) -> Event:
    place = wording.page_of(one)
    return _event(
        actor, f"alert {one.pk}", wording.title(one), place, one.raised_at, ends, one.last_at
    )


def _plan(actor: Actor) -> Iterator[Event]:
    """Tasks of the current cycle that aren't over, its middle and its end: whole days."""
    cycle = planning.current(actor)
    if cycle is None or cycle.state == CycleState.CLOSED:
        return
    page, last = link(reverse("planning:room")), planning.versions(actor, cycle).first()
    stamp = last.at if last else actor.clock.now()
    days = ((_("Mid-point check"), cycle.period.middle), (_("Closing review"), cycle.last_day))
    for what, (title, day) in zip(("middle", "end"), days, strict=True):
        key = f"{what} of cycle {cycle.pk}"
        yield _event(actor, key, f"{title}: {cycle.title}", page, day, day + ONE_DAY, stamp)
    for one in tasks_of(actor, cycle).filter(state__in=planning.OPEN):
        place = link(reverse("planning:bet", args=[one.bet_id]))
        begins, ends = one.first_day, one.last_day + ONE_DAY
        yield _event(actor, f"task {one.pk}", one.title, place, begins, ends, stamp)


def _event(  # noqa: PLR0913, PLR0917 - the fields of an event
    actor: Actor,
    what: str,
    title: str,
    place: str,
    begins: date,
    ends: date,
    stamp: datetime,
) -> Event:
    event = Event()
    event.add("uid", uuid.uuid5(uuid.NAMESPACE_URL, f"auscult:{actor.organisation_id}:{what}").urn)
    event.add("dtstamp", stamp)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", title)
    event.add("url", place)
    event.add("transp", "TRANSPARENT")
    return event


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make_calendar(request: HttpRequest) -> HttpResponse:
    """Say what stands in the calendar; make its secret address, and show it this once."""
    actor = actor_of(request)
    require(actor, Right.USE_INTERFACES, "make secret addresses")
    address = ""
    if request.method == "POST":
        label = _("Calendar")
        _made, secret = make_secret_address(actor, kind=KIND, subject=None, label=label)
        address = link(reverse("calendar", args=[secret]))
    return render(request, "calendar.html", {"address": address})


@login_not_required
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with the calendar, to who has its secret address."""
    return opened(request, secret, KIND, ical, "text/calendar; charset=utf-8")
