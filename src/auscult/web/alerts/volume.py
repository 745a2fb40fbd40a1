"""More mentions than usual: all watches at once, hour by hour, by `engine.signals.Bursts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from auscult.engine.signals import Alarm, Band, Bursts, Phase, State
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.alerts.finding import Ended, Finding
from auscult.web.alerts.models import FALSE_ALARMS, Alert, Keenness, Kind, Rule
from auscult.web.alerts.series import HOUR, Hours, hour_of, hours
from auscult.web.listening import queries as listening

LEARNS_FROM = timedelta(weeks=12)
FIT_EVERY = timedelta(days=1)
LATE = timedelta(minutes=10)  # what was posted in an hour has come so long after it
LONGEST = timedelta(days=14)  # of a storm that goes on, what is counted
LOOKS_BACK = timedelta(days=3)  # a runner that was away for longer goes on from there


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What is usual of watches, and from which sources that is known."""

    bursts: Bursts
    weights: dict[int, dict[int, float]]

    def of_watch(self, watch: int) -> Fit:
        """Return what is usual of one of its watches."""
        row = self.bursts.keys.index(str(watch))
        part = slice(row, row + 1)
        bursts = replace(
            self.bursts,
            keys=self.bursts.keys[part],
            rates=self.bursts.rates[part],
            dispersion=self.bursts.dispersion[part],
            learned=self.bursts.learned[part],
        )
        return Fit(bursts=bursts, weights=self.weights)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        return {
            "bursts": self.bursts.as_data(),
            "weights": [[w, s, rate] for w, row in self.weights.items() for s, rate in row.items()],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Fit:
        """Read what `as_data` gave."""
        weights: dict[int, dict[int, float]] = {}
        for watch, source, rate in data["weights"]:
            weights.setdefault(watch, {})[source] = rate
        return cls(bursts=Bursts.from_data(data["bursts"]), weights=weights)


def fit(actor: Actor, *, watches: Sequence[int], until: datetime, keenness: Keenness) -> Fit:
    """Learn what is usual of watches from the twelve weeks before a full hour."""
    past = hours(actor, watches=watches, since=until - LEARNS_FROM, until=until)
    weights = past.weights()
    counts, read = past.of_watches(weights)
    bursts = Bursts.fit(
        counts,
        start=past.since,
        step=HOUR,
        keys=[str(watch) for watch in watches],
        covered=read,
        zone=time_zone(actor).key,
        false_alarms=FALSE_ALARMS[keenness],
    )
    return Fit(bursts=bursts, weights=weights)


def scan(one: Fit, seen: Hours, state: State | None) -> tuple[State, tuple[Alarm, ...]]:
    """Take in hours that are over."""
    counts, read = seen.of_watches(one.weights)
    return one.bursts.scan(counts, start=seen.since, covered=read, state=state)


def band(one: Fit, seen: Hours) -> Band:
    """Return what was likely of hours, to draw."""
    _, read = seen.of_watches(one.weights)
    return one.bursts.band(start=seen.since, size=read.shape[1], covered=read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of a look, in the order of time; `kept` is to be stored with it."""

    kept: dict[str, Any]
    events: tuple[Finding | Ended, ...] = ()


def look(actor: Actor, rules: Sequence[Rule], kept: Mapping[str, Any]) -> Looked:
    """Hold the hours that are over since the last look against what is usual."""
    wanted: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind == Kind.VOLUME:
            wanted.setdefault(rule.keenness, []).append(rule)
    every = list(listening.watches(actor).order_by("pk").values_list("pk", flat=True))
    after: dict[str, Any] = {}
    events: list[Finding | Ended] = []
    for keenness, its_rules in wanted.items():
        watches = [w for w in every if any(r.watch_id in (None, w) for r in its_rules)]
        if not watches:
            continue
        after[keenness], alarms = _look(actor, watches, Keenness(keenness), kept.get(keenness))
        for alarm in alarms:
            for rule in (r for r in its_rules if r.watch_id in (None, int(alarm.key))):
                if alarm.phase is Phase.BEGAN:
                    events.append(_finding(rule, alarm))
                else:
                    events.append(Ended(key=key_of(rule, int(alarm.key)), facts=facts(alarm)))
    return Looked(kept=after, events=tuple(events))


def _look(
    actor: Actor, watches: Sequence[int], keenness: Keenness, kept: Mapping[str, Any] | None
) -> tuple[dict[str, Any], tuple[Alarm, ...]]:
    until = hour_of(actor.clock.now() - LATE)
    since, old = until - HOUR, None
    if kept is not None:
        old = datetime.fromisoformat(kept["until"])
        since = max(old, until - LOOKS_BACK)
    if kept is not None and since >= until and kept["watches"] == list(watches):
        return dict(kept), ()
    fitted = datetime.fromisoformat(kept["fitted"]) if kept else None
    if (
        kept is None
        or fitted is None
        or kept["watches"] != list(watches)
        or (since - fitted >= FIT_EVERY)
    ):
        one, fitted = fit(actor, watches=watches, until=min(since, until), keenness=keenness), since
        data = one.as_data()
    else:
        one, data = Fit.from_data(kept["fit"]), kept["fit"]
    state = State.from_data(kept["state"]) if kept else None
    alarms: tuple[Alarm, ...] = ()
    if since < until:
        seen = hours(actor, watches=watches, since=since, until=until)
        state, alarms = scan(one, seen, state)
    return {
        "until": until.isoformat(),
        "fitted": fitted.isoformat(),
        "watches": list(watches),
        "fit": data,
        "state": (state or one.bursts.begin()).as_data(),
    }, alarms


def so_far(
    actor: Actor, kept: Mapping[str, Any], alerts: Sequence[Alert]
) -> dict[int, dict[str, Any]]:
    """Return what came in storms that go on, and what is usual, up to the last whole hour."""
    told: dict[int, dict[str, Any]] = {}
    for alert in alerts:
        one = kept.get(alert.rule.keenness) if alert.rule else None
        if one is None or alert.watch_id not in one["watches"]:
            continue
        until = datetime.fromisoformat(one["until"])
        since = max(hour_of(alert.since), until - LONGEST)
        fitted = Fit.from_data(one["fit"])
        row = fitted.bursts.keys.index(str(alert.watch_id))
        seen = hours(actor, watches=one["watches"], since=since, until=until)
        counts, _ = seen.of_watches(fitted.weights)
        usual = band(fitted, seen).expected
        told[alert.pk] = {
            "observed": int(counts[row].sum()),
            "expected": round(float(usual[row].sum()), 2),
            "until": until.isoformat(),
        }
    return told


def key_of(rule: Rule, watch: int) -> str:
    """Return what makes two findings one storm."""
    return f"volume/{rule.pk}/{watch}"


def facts(alarm: Alarm) -> dict[str, Any]:
    """Return an alarm's numbers, for the reason and the drawing."""
    return {
        "observed": int(alarm.observed),
        "expected": round(alarm.expected, 2),
        "low": alarm.low,
        "high": alarm.high,
        "probability": alarm.probability,
        "until": alarm.at.isoformat(),
    }


def _finding(rule: Rule, alarm: Alarm) -> Finding:
    return Finding(
        rule=rule,
        key=key_of(rule, int(alarm.key)),
        since=alarm.since,
        watch_id=int(alarm.key),
        facts=facts(alarm),
    )
