"""Sources that are silent or fail, by what `web.sources` says of their health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auscult.web.accounts.models import Actor
from auscult.web.alerts.finding import Ended, Finding
from auscult.web.alerts.models import Kind, Rule
from auscult.web.sources.models import Source
from auscult.web.sources.queries import sources

UNWELL = frozenset({"failing", "failed", "silent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a look; `unwell` is to be stored with it."""

    found: tuple[Finding, ...]
    ended: tuple[Ended, ...]
    unwell: dict[str, str]


def look(actor: Actor, rules: Sequence[Rule], unwell: Mapping[str, str]) -> Checked:
    """Ask each source how it is; one that isn't well for as long as a rule says is told of."""
    own = [rule for rule in rules if rule.kind == Kind.SOURCE]
    if not own:
        return Checked(found=(), ended=(), unwell={})
    now = actor.clock.now()
    found: list[Finding] = []
    after: dict[str, str] = {}
    rows = {str(row.pk): row for row in sources(actor)}
    for name, row in rows.items():
        health = row.health(now)
        if health not in UNWELL:
            continue
        since = datetime.fromisoformat(unwell.get(name, now.isoformat()))
        after[name] = since.isoformat()
        # A source is called silent only after a time of its own.
        told = [
            rule
            for rule in own
            if health == "silent" or now - since >= timedelta(minutes=rule.least)
        ]
        found += [_finding(rule, row, health, since) for rule in told]
    ended = [
        Ended(key=f"source/{rule.pk}/{name}")
        for name in unwell
        if name not in after
        for rule in own
    ]
    return Checked(found=tuple(found), ended=tuple(ended), unwell=after)


def _finding(rule: Rule, source: Source, health: str, since: datetime) -> Finding:
    quiet = source.last_event_at if health == "silent" else None
    return Finding(
        rule=rule,
        key=f"source/{rule.pk}/{source.pk}",
        since=quiet or since,
        source_id=source.pk,
        facts={"health": health, "error": source.error[:500]},
    )
