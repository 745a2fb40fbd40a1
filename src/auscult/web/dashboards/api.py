"""API: dashboards, as far as the person may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from ninja import Field, Router, Schema

from auscult.web.accounts.interfaces import ApiRequest, Cursor, Limit, Listed, Number, listed
from auscult.web.accounts.policies import Right, require
from auscult.web.dashboards import queries
from auscult.web.dashboards.models import Dashboard

router = Router(tags=["dashboards"])


class DashboardShown(Schema):
    """What somebody wants to see together."""

    id: int
    name: str
    shared: bool
    watches: list[int] = Field(description="Empty: all that are no rivals.")
    rivals: list[int] = Field(description="Watches that find mentions of others.")
    panels: list[str]
    range: str
    changed_at: datetime
    page: str = Field(description="Where a person sees it in Auscult.")


def _shown(row: Dashboard) -> dict[str, Any]:
    content = {name: row.content.get(name) or [] for name in ("watches", "rivals", "panels")}
    return {
        **content,
        "id": row.pk,
        "name": row.name,
        "shared": row.shared,
        "range": row.content.get("range", ""),
        "changed_at": row.changed_at,
        "page": reverse("dashboards:dashboard", args=[row.pk]),
    }


@router.get(
    "/dashboards",
    response=Listed[DashboardShown],
    operation_id="dashboards",
    summary="List the dashboards",
)
def dashboards(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists one's own dashboards, and those that are shared."""
    require(request.actor, Right.SEE_FIGURES, "see dashboards")
    rows = queries.dashboards(request.actor)
    return listed(rows, kind="dashboard", cursor=cursor, limit=limit, show=_shown)


@router.get(
    "/dashboards/{number}",
    response=DashboardShown,
    operation_id="dashboard",
    summary="Show a dashboard",
)
def dashboard(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows what a dashboard holds; `GET /volumes` has the counts."""
    require(request.actor, Right.SEE_FIGURES, "see dashboards")
    return _shown(queries.dashboard(request.actor, str(number)))
