"""The page for the board and its technical appendix as PDF, set by Typst."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.accounts.queries import time_zone
from auscult.web.planning import sheets
from auscult.web.returns import queries
from auscult.web.returns.board_appendix import appendix, shown_rows
from auscult.web.returns.board_models import Edition
from auscult.web.returns.board_page import Board, board
from auscult.web.returns.board_telling import digest
from auscult.web.returns.board_words import Number, day, plain, range_of, read
from auscult.web.returns.drawing_lines import Curve
from auscult.web.returns.drawing_rows import DrawnRow, Intervals, Waterfall
from auscult.web.returns.drawing_scale import WIDTH
from auscult.web.returns.telling_types import Facts, Figure

FOLDER = Path(__file__).parent / "templates" / "returns"
MOST_WAYS = 5  # that are compared in words: all are drawn
MOST_UNKNOWN = 7  # lines of what isn't known: the rest stands in the appendix
SHORT = 12  # letters of a digest on paper


def as_pdf(actor: Actor, facts: Facts, *, kept: Edition | None = None) -> bytes:
    """Return the page on A4, in the language that is active."""
    page = board(facts)
    return sheets.sheet(actor, "board", _page(actor, page, kept), folder=FOLDER, before="drawings")


def _about(actor: Actor, facts: Facts, kept: Edition | None = None) -> str:
    told = queries.today(actor)
    if kept is not None:
        told = kept.made_at.astimezone(time_zone(actor)).date()
    words = {
        "house": organisation(actor).name,
        "day": day(told),
        "digest": digest(facts)[:SHORT],
    }
    return _("%(house)s · as told on %(day)s · %(digest)s") % words


def _page(actor: Actor, page: Board, kept: Edition | None) -> dict[str, Any]:
    facts = page.facts
    level = round(100 * facts.level)
    return {
        "title": _("What it cost, what it brought"),
        "about": _about(actor, facts, kept),
        "days": " · ".join(filter(None, (organisation(actor).name, page.kind, page.days))),
        "headline": [one.text for one in page.headline],
        "heads": {
            "cost": _("What it cost"),
            "brought": _("What it brought"),
            "pays": _("Does it pay, and how sure is that?"),
            "ways": _("What one costs, here and elsewhere"),
            "unknown": _("What isn't known"),
            "more": _("What we would do with 10 hours more"),
        },
        "waterfall": _waterfall(page.waterfall, facts.currency),
        # The sums stand in the drawing; what it doesn't have is the hours.
        "cost": numbers(page.cost[-1:] if page.waterfall else page.cost),
        "brought": numbers(page.brought),
        "channels": _channels(page),
        "pays": numbers(page.paying),
        "curve": _curve(page.curve, facts.currency),
        "curve-said": page.curve_said,
        "ways": intervals(page.ways_drawn, facts.currency),
        "ways-said": [
            f"{one.name}: {' '.join(one.lines)} {one.source}" for one in page.ways[:MOST_WAYS]
        ],
        "unknown": [one.text for one in page.unknown[:MOST_UNKNOWN]],
        "more": list(page.more) or [_("The planner hasn't been asked yet.")],
        "other-way": page.other_way,
        "foot": _(
            "Ranges hold the true figure in about %(level)s of 100 cases like this one. The technical"
            " appendix has formulas, rows, reasons and code."
        )
        % {"level": level},
    }


def numbers(found: tuple[Number, ...]) -> list[dict[str, Any]]:
    """Return figures as a sheet takes them."""
    return [
        {
            "name": one.name,
            "shown": one.shown,
            "range": one.range,
            "said": " ".join(one.said),
        }
        for one in found
    ]


def _waterfall(drawn: Waterfall | None, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "name": one.bar.name,
            "x": one.x / WIDTH,
            "width": one.width / WIDTH,
            "given": one.bar.given,
            "total": one.total,
            "shown": f"{plain(one.bar.amount)} {currency}",
        }
        for one in (drawn.rows if drawn else ())
    ]


def _channels(page: Board) -> str:
    names = [f"{one.name} {one.outcomes}" for one in page.channels]
    if not names:
        return ""
    words = {"rule": page.rule, "names": ", ".join(names)}
    return _("Credited (%(rule)s): %(names)s.") % words


def _curve(drawn: Curve | None, currency: str) -> dict[str, Any] | None:
    if drawn is None:
        return None
    return {
        "points": [[drawn.across.share(one.x), 1 - drawn.up.share(one.y)] for one in drawn.steps],
        "mark": None if drawn.mark_x is None else drawn.mark_x / WIDTH,
        "first": plain(drawn.across.low),
        "last": f"{plain(drawn.across.high)} {currency}",
        "across": _("what one is worth"),
    }


def intervals(drawn: Intervals | None, currency: str) -> list[dict[str, Any]]:
    """Return figures with their intervals as a sheet draws them."""
    return [_interval(one, currency) for one in (drawn.rows if drawn else ())]


def _interval(one: DrawnRow, currency: str) -> dict[str, Any]:
    row = one.row
    figure = Figure(value=row.value, low=row.low, high=row.high)
    return {
        "name": row.name,
        "x": None if one.x is None else one.x / WIDTH,
        "low": one.low_x / WIDTH,
        "width": one.width / WIDTH,
        "beyond": one.beyond,
        "own": row.own,
        "shown": "" if row.value is None else read(row.value, currency),
        "range": range_of(figure),
        "said": "" if row.value is not None else row.said,
    }


def appendix_as_pdf(actor: Actor, facts: Facts) -> bytes:
    """Return the technical appendix on A4, in the language that is active."""
    found = appendix(actor, facts)
    page = board(facts)
    data = {
        "title": _("Technical appendix"),
        "about": _about(actor, facts),
        "days": " · ".join(filter(None, (organisation(actor).name, page.kind, page.days))),
        "heads": {
            "evidence": _("Evidence"),
            "model": _("Model"),
            "unknown": _("What isn't known"),
            "data": _("Data"),
            "code": _("To repeat it in a notebook"),
            "reasons": _("What has to be said"),
            "digest": _("Digest of the facts"),
        },
        "proofs": [asdict(one) for one in found.proofs],
        "model": list(found.model),
        "unknown": [one.text for one in page.unknown],
        "tables": [*shown_rows(found), *_studies(found.studies)],
        "digest": digest(facts),
        "code": found.code if found.repeatable else "",
    }
    return sheets.sheet(actor, "appendix", data, folder=FOLDER)


def _studies(studies: Any) -> list[str]:
    return [
        _("%(title)s: %(method)s, seed %(seed)s, SHA-256 of its data %(digest)s…")
        % {
            "title": one.title,
            "method": one.method,
            "seed": one.seed,
            "digest": one.digest,
        }
        for one in studies
    ]
