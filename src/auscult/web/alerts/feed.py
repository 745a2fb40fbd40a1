"""Alerts as an Atom feed: why, with numbers; no text of a post and no author."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from auscult.web.alerts import wording
from auscult.web.alerts.models import Alert
from auscult.web.delivery.queries import link


def atom(alerts: Iterable[Alert], *, own: str) -> str:
    """Return the feed; an entry keeps its id, and is newer when something joined it."""
    feed = Atom1Feed(
        title=_("Alerts"), link=link("/alerts/"), description="", feed_url=own, language=None
    )
    for alert in alerts:
        page = wording.page_of(alert)
        feed.add_item(
            title=wording.title(alert),
            link=page,
            description="\n".join(wording.reasons(alert)),
            unique_id=page,
            pubdate=alert.raised_at,
            updateddate=max(alert.last_at, alert.past_at or alert.last_at),
            categories=[str(alert.get_kind_display()), str(alert.get_state_display())],
        )
    return feed.writeString("utf-8")
