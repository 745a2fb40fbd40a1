"""API: claims with what the archive says of them."""

from __future__ import annotations

from typing import Any

from ninja import Field, Router, Schema

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Cursor,
    Limit,
    Listed,
    Moment,
    Number,
    listed,
)
from auscult.web.planning import claims_queries, claims_showing
from auscult.web.planning.claims_models import Claim

router = Router(tags=["plan"])


class ClaimShown(Schema):
    """A claim, with what was found last; without a finding it wasn't tested yet."""

    number: int
    title: str
    kind: str = Field(description="The ready-made claim: `media`, `post-at` and so on.")
    state: str = Field(description="`active`: tested daily; or `aside`.")
    whose: str = Field(description="`accounts`, `peers`, `communities` or `everybody`.")
    definition: dict[str, Any] = Field(description="As `auscult.engine.planning.claims` reads it.")
    tested_at: Moment | None
    posts: int = Field(description="Posts that were read for it.")
    verdict: str | None = Field(description="`holds here`, `doesn't` or `can't tell yet`.")
    ratio: float | None = Field(description="How many times as much the praised posts get.")
    low: float | None = Field(description="The least that isn't ruled out; null: no bound.")
    high: float | None = Field(description="The most that isn't ruled out; null: no bound.")
    level: float | None = Field(
        description="How often such an interval may miss, with all claims that are tested."
    )
    needed: int | None = Field(description="Posts that it takes in all, where that can be said.")
    reasons: list[str] = Field(description="What has to be said beside the numbers.")


def _claim(row: Claim) -> dict[str, Any]:
    found = claims_showing.shown(row)
    finding, said = found.finding, found.said
    plain = ("title", "kind", "state", "whose", "definition", "tested_at", "posts")
    told = ("ratio", "low", "high", "level", "needed")
    return {
        "number": row.pk,
        **{name: getattr(row, name) for name in plain},
        **{name: getattr(finding, name, None) for name in told},
        "verdict": finding.verdict.value if finding else None,
        "reasons": [*said.found, *said.caveats] if said else [],
    }


@router.get(
    "/claims", response=Listed[ClaimShown], operation_id="claims", summary="List the claims"
)
def claims(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists what is held against the archive, the newest first."""
    rows = claims_queries.claims(request.actor)
    return listed(rows, kind="claim", cursor=cursor, limit=limit, show=_claim, newest_first=True)


@router.get("/claims/{number}", response=ClaimShown, operation_id="claim", summary="Show a claim")
def claim(request: ApiRequest, number: Number) -> dict[str, Any]:
    """Shows a claim with its finding."""
    return _claim(claims_queries.claim(request.actor, number))
