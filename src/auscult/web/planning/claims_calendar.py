"""A trial's days for a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import uuid
from datetime import UTC

from icalendar import Calendar, Event

from auscult.web.planning.claims_models import Trial


def as_ical(trial: Trial) -> bytes:
    """Return the appointments of a trial; taken again, they take the place of the first ones."""
    calendar = Calendar()
    calendar.add("prodid", "-//Auscult//Auscult//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", trial.claim.title)
    for one in trial.drawn.appointments():
        event = Event()
        key = f"auscult:trial {trial.pk}:{one.uid}"
        event.add("uid", uuid.uuid5(uuid.NAMESPACE_URL, key).urn)
        event.add("dtstamp", trial.made_at)
        event.add("dtstart", one.start.astimezone(UTC))
        event.add("dtend", one.end.astimezone(UTC))
        event.add("summary", one.summary)
        event.add("description", one.description)
        calendar.add_component(event)
    found: bytes = calendar.to_ical()
    return found
