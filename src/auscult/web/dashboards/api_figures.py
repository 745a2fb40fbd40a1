"""API: what a dashboard counts in a range of days, and two ranges compared."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from auscult.web.accounts.interfaces import ApiRequest, Day, Number
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.dashboards import days, queries
from auscult.web.dashboards.compared import Compared, compared
from auscult.web.dashboards.content import Content, checked
from auscult.web.dashboards.days import Range
from auscult.web.dashboards.models import Dashboard
from auscult.web.dashboards.panels import Board, Panel
from auscult.web.dashboards.tables import Value

router = Router(tags=["dashboards"])

Which = Annotated[
    Number | Literal["overview"],
    Path(description="A dashboard's number, or `overview`: the ready-made one."),
]
Since = Annotated[
    Day | None, Query(description="The first day; without both, the dashboard's own range.")
]
Until = Annotated[Day | None, Query(description="The last day, with `since`.")]


class DaysShown(Schema):
    """Whole days of the organisation's time zone."""

    since: date
    until: date = Field(description="The last one; it belongs to them.")
    zone: str


class PanelShown(Schema):
    """The numbers of a panel: what its CSV holds."""

    name: str
    title: str
    says: str = Field(description="What there is to see, in a sentence.")
    notes: list[str]
    columns: list[str] = Field(description="In the language of `Accept-Language`.")
    rows: list[list[Value]] = Field(description="A value for each column; null: not known.")


class FiguresShown(Schema):
    """What a dashboard shows of a range of days."""

    dashboard: int | None = Field(description="Null: the ready-made one.")
    name: str
    days: DaysShown
    waiting: int = Field(description="Days of watches that are still being counted.")
    panels: list[PanelShown]


class ChangeShown(Schema):
    """What became of a count."""

    name: str
    before: int
    after: int
    ratio: float | None = Field(description="Of mentions a day; null: there were none before.")
    low: float = Field(description="The ratio lies between these, 95 times in 100.")
    high: float | None = Field(description="Null: without end.")
    clear: bool = Field(description="Whether the two can be told apart.")


class ChangesShown(Schema):
    """What became of counts of one kind."""

    name: str = Field(description="`watches`, or a panel's.")
    title: str
    rows: list[ChangeShown]


class ComparedShown(Schema):
    """A dashboard in two ranges."""

    dashboard: int | None = Field(description="Null: the ready-made one.")
    name: str
    before: DaysShown
    after: DaysShown
    tables: list[ChangesShown]


def _found(actor: Actor, which: int | str) -> tuple[Dashboard, Content]:
    require(actor, Right.SEE_FIGURES, "see dashboards")
    found = queries.dashboard(actor, str(which))
    return found, checked(found.content)


def _range(actor: Actor, content: Content, since: date | None, until: date | None) -> Range:
    given = {
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    return days.read(actor, given, default=content.range)


def _days(asked: Range) -> dict[str, Any]:
    return {"since": asked.first, "until": asked.last, "zone": asked.zone.key}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "name": panel.name,
        "title": panel.title,
        "says": panel.says,
        "notes": list(panel.notes),
        "columns": list(panel.table.columns),
        "rows": [list(row) for row in panel.table.rows],
    }


def _changes(one: Compared) -> dict[str, Any]:
    counted = ("before", "after", "ratio", "low", "high")
    rows = [
        {
            "name": label,
            "clear": change.is_clear,
            **{name: getattr(change, name) for name in counted},
        }
        for label, change in one.rows
    ]
    return {"name": one.name, "title": one.title, "rows": rows}


@router.get(
    "/dashboards/{which}/figures",
    response=FiguresShown,
    operation_id="dashboard_figures",
    summary="Count what a dashboard shows",
)
def figures(
    request: ApiRequest, which: Which, since: Since = None, until: Until = None
) -> dict[str, Any]:
    """Counts what each panel shows in a range of days; authors are pseudonyms."""
    actor = request.actor
    found, content = _found(actor, which)
    board = Board(actor, content, _range(actor, content, since, until), content.panels)
    return {
        "dashboard": found.pk,
        "name": found.name,
        "days": _days(board.range),
        "panels": [_panel(panel) for panel in board.panels()],
        "waiting": board.waiting,
    }


@router.get(
    "/dashboards/{which}/compare",
    response=ComparedShown,
    operation_id="compare_dashboard",
    summary="Compare two ranges of a dashboard",
)
def compare(
    request: ApiRequest,
    which: Which,
    since: Since = None,
    until: Until = None,
    other_since: Annotated[
        Day | None, Query(description="The range to hold it against; without both, that before.")
    ] = None,
    other_until: Annotated[Day | None, Query(description="Its last day.")] = None,
) -> dict[str, Any]:
    """Compares the counts of two ranges: mentions a day of the one by those of the other."""
    actor = request.actor
    found, content = _found(actor, which)
    asked = _range(actor, content, since, until)
    given = other_since or other_until
    other = _range(actor, content, other_since, other_until) if given else asked.before
    before, after = (Board(actor, content, one, content.panels) for one in (other, asked))
    return {
        "dashboard": found.pk,
        "name": found.name,
        "before": _days(other),
        "after": _days(asked),
        "tables": [_changes(one) for one in compared(before, after)],
    }
