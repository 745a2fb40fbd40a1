"""The panel of peers: how accounts of other houses were used, from the lake's sample."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.dashboards.days import Range
from auscult.web.dashboards.tables import Value
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Peer
from auscult.web.listening.peer_figures import COLUMNS, Figures, figures
from auscult.web.listening.peers import peers


def used(actor: Actor, asked: Range) -> list[tuple[Peer, Figures]]:
    """Return how each peer was used in the whole weeks of a range, the busiest first.

    The weeks end with the range; what is left of a week at its beginning is left out, but a
    range of less than a week counts as one.
    """
    rows = list(peers(actor).select_related("source"))
    if not rows:
        return []
    weeks = max(1, asked.days // 7)
    until: datetime = asked.until
    scanned = lake_of(actor).scan(
        sources=sorted({lake_name(row.source) for row in rows}),
        since=until - timedelta(weeks=weeks),
        until=until,
        columns=COLUMNS,
    )
    found = figures(scanned, [row.author for row in rows], until=until, weeks=weeks)
    pairs = [(row, found[row.author]) for row in rows]
    return sorted(pairs, key=lambda pair: (-pair[1].posts, pair[0].label))


def heads() -> tuple[str, ...]:
    """Return what the columns of `as_row` are called."""
    return (
        _("Account"),
        _("Posts"),
        _("Answers"),
        _("Reactions, median"),
        _("Posts with known reactions"),
        _("Followers"),
    )


def as_row(peer: Peer, of: Figures) -> tuple[Value, ...]:
    """Return a peer as a row."""
    told = of.engagement
    return (peer.label, of.posts, of.replies, told.median, told.n, of.followers)
