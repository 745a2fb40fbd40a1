"""Fill an archive with the small town and one row for each kind of page.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names; prints, as JSON, the
arguments of the addresses that show each row.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from small_town import fill


def rows() -> dict[str, dict[str, Any]]:
    """Make the rows that the town doesn't have; return the arguments of all."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from architecture.rows import ROWS
    from auscult.web.accounts.models import Membership, Role
    from auscult.web.accounts.queries import actor_for
    from auscult.web.briefs.models import Brief
    from auscult.web.dashboards.models import Dashboard
    from auscult.web.listening.models import CopyGroup, Mention, Watch
    from auscult.web.returns.cost_models import WorkRole
    from auscult.web.returns.outcome_models import OutcomeKind
    from auscult.web.sources.models import Source

    member = Membership.objects.get(role=Role.OWNER)
    owner = actor_for(member.user, member.organisation_id)
    found = {
        "watch": {"number": Watch.objects.order_by("pk")[0].pk},
        "mention": {"number": Mention.objects.latest("pk").pk},
        "brief": {"week": Brief.objects.latest("week").week},
        "copies": {"number": CopyGroup.objects.order_by("-posts")[0].number},
    }
    for kind, make in ROWS.items():
        if kind in found:
            continue
        found[kind] = make(owner)
        # Each row is made for an archive of its own, so several bring the same names.
        for model, name in (
            (Source, "walk"),
            (Watch, "Counted"),
            (Dashboard, "Ours"),
            (WorkRole, "walker"),
        ):
            model.objects.filter(name=name).update(name=f"{name} of {kind}")
        OutcomeKind.objects.filter(slug="walks").update(name=f"Walks of {kind}", slug=kind)
    # Nobody asks the made-up addresses of these sources.
    Source.objects.filter(name__startswith="walk of").update(state="paused")
    return found


if __name__ == "__main__":
    fill()
    print(json.dumps(rows(), default=str))
