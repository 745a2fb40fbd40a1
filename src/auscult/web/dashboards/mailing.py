"""Mailing dashboards as PDF: each due time once, whatever is killed meanwhile.

The pages are made first. Then one transaction moves the schedule on, if nobody else did, and
puts the mails into the outbox under a key of the due time.
"""

from __future__ import annotations

import contextlib

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.dashboards import days, queries, timing
from auscult.web.dashboards.content import checked
from auscult.web.dashboards.documents import as_pdf
from auscult.web.dashboards.models import Schedule
from auscult.web.dashboards.panels import Board, mentions_in_words, range_in_words
from auscult.web.delivery.actions import Attachment, post_mail


class _Taken(Exception):
    """Another runner mailed it, or it was removed."""


def mail_due(actor: Actor) -> bool:
    """Mail the dashboard that has been due the longest; return whether there was one."""
    require(actor, Right.WORK, "mail dashboards")
    schedule = queries.due_schedules(actor).first()
    if schedule is None:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        _mail(actor, schedule)
    return True


def _mail(actor: Actor, schedule: Schedule) -> None:
    due, shown = schedule.next_attempt, schedule.dashboard
    to = list(
        queries.members(actor)
        .filter(pk__in=schedule.recipients.values_list("pk", flat=True))
        .values_list("email", flat=True)
    )
    content = checked(shown.content)
    asked = days.ending_now(actor, content.range)
    board = Board(actor, content, asked, content.panels)
    pages = as_pdf(board, shown) if to else b""
    now = actor.clock.now()
    then = timing.next_time(schedule, now, time_zone(actor))
    with contextlib.suppress(_Taken), transaction.atomic():
        moved = Schedule.objects.filter(pk=schedule.pk, next_attempt=due).update(
            next_attempt=then, last_sent=now
        )
        if not moved:
            raise _Taken
        if to:
            post_mail(
                actor,
                to=to,
                subject=f"{shown.name}, {range_in_words(asked)}",
                text=_text(board),
                attachments=[
                    Attachment(
                        name=f"{slugify(shown.name) or 'dashboard'}-{asked.last}.pdf",
                        media_type="application/pdf",
                        content=pages,
                    )
                ],
                key=f"dashboard-{schedule.pk}-{due.isoformat()}",
            )
        record_audit(
            actor, action="mail-dashboard", target=shown.name, details={"recipients": len(to)}
        )


def _text(board: Board) -> str:
    """Return the mail's own words: what each panel says; the pages are attached."""
    lines = [f"{panel.title}: {panel.says}" for panel in board.panels()]
    head = _("%(total)s, %(range)s. The pages are attached.") % {
        "total": mentions_in_words(board.volume.total),
        "range": range_in_words(board.range),
    }
    return "\n\n".join([head, "\n".join(lines)])
