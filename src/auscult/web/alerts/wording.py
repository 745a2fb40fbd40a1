"""What an alert says: its title, and why it was raised, in plain words with numbers."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.alerts.models import Alert, Kind
from auscult.web.delivery.queries import link

PHRASES_NAMED = 3
RARE = 1e-6  # less likely than that is said in words


def title(alert: Alert) -> str:
    """Return an alert's title, as a mail's subject has it."""
    named = {"watch": alert.watch.name if alert.watch else "", "rule": alert.name}
    match alert.kind:
        case Kind.VOLUME:
            return _("More than usual: %(watch)s") % named
        case Kind.PHRASE:
            phrases = [one["text"] for one in alert.facts.get("phrases", ())]
            told = ", ".join(f"“{one}”" for one in phrases[-PHRASES_NAMED:])
            return _("New in %(watch)s: %(phrases)s") % {**named, "phrases": told}
        case Kind.REACH:
            return _("%(rule)s: an author with many followers") % named
        case Kind.SOURCE:
            source = alert.source.name if alert.source else ""
            silent = alert.facts.get("health") == "silent"
            said = _("Silent: %(source)s") if silent else _("Failing: %(source)s")
            return said % {"source": source}
        case _:
            return named["rule"]


def reasons(alert: Alert) -> list[str]:
    """Return why an alert was raised, a sentence each."""
    match alert.kind:
        case Kind.VOLUME:
            return _volume(alert)
        case Kind.PHRASE:
            return [_phrase(one) for one in alert.facts.get("phrases", ())]
        case Kind.SOURCE:
            return _source(alert)
        case _:
            return _posts(alert)


def _volume(alert: Alert) -> list[str]:
    facts = alert.facts
    observed, expected = facts["observed"], facts["expected"]
    said = [
        ngettext(
            "%(n)s mention came from %(since)s to %(until)s; about %(expected)s are usual at that "
            "time of the week.",
            "%(n)s mentions came from %(since)s to %(until)s; about %(expected)s are usual at "
            "that time of the week.",
            observed,
        )
        % {
            "n": intcomma(observed),
            "since": moment(alert.since),
            "until": moment(facts["until"]),
            "expected": number(expected),
        },
        _("19 times in 20 it is between %(low)s and %(high)s.")
        % {"low": intcomma(facts["low"]), "high": intcomma(facts["high"])},
    ]
    chance = facts["probability"]
    if chance < RARE:
        said.append(_("As many or more by chance: less than once in a million such times."))
    else:
        said.append(
            _("As many or more by chance: about once in %(times)s such times.")
            % {"times": intcomma(times(chance))}
        )
    more = facts.get("so_far")
    if more and more["observed"] != observed and not alert.past_at:
        said.append(
            _("Up to %(until)s it was %(observed)s, where about %(expected)s are usual.")
            % {
                "until": moment(more["until"]),
                "observed": intcomma(more["observed"]),
                "expected": number(more["expected"]),
            }
        )
    return said


def _phrase(one: dict[str, Any]) -> str:
    values = {
        "phrase": one["text"],
        "n": intcomma(one["count"]),
        "expected": number(one["expected"]),
    }
    if one["new"]:
        return (
            ngettext(
                "“%(phrase)s”: %(n)s person used it within a day, and nobody before.",
                "“%(phrase)s”: %(n)s people used it within a day, and nobody before.",
                one["count"],
            )
            % values
        )
    return (
        ngettext(
            "“%(phrase)s”: %(n)s person used it within a day; about %(expected)s is usual.",
            "“%(phrase)s”: %(n)s people used it within a day; about %(expected)s are usual.",
            one["count"],
        )
        % values
    )


def _source(alert: Alert) -> list[str]:
    facts = alert.facts
    said = {
        "silent": _("Nothing has come since %(since)s; more is usual of such a source."),
        "failed": _("It stopped at %(since)s and doesn't try again by itself."),
    }.get(facts["health"], _("It can't be read since %(since)s; it is tried again."))
    told = [said % {"since": moment(alert.since)}]
    if facts.get("error"):
        told.append(_("It says: %(error)s") % {"error": facts["error"]})
    told.append(_("What was posted meanwhile may be missing: it counts as not read, not as zero."))
    return told


def _posts(alert: Alert) -> list[str]:
    count, least = alert.facts.get("count", 0), alert.facts["least"]
    values = {"n": intcomma(count), "least": intcomma(least), "since": moment(alert.since)}
    if alert.kind == Kind.REACH:
        return [
            ngettext(
                "%(n)s post since %(since)s by an author with %(least)s followers or more.",
                "%(n)s posts since %(since)s by authors with %(least)s followers or more.",
                count,
            )
            % values
        ]
    return [
        ngettext(
            "%(n)s post since %(since)s fits the rule's query; it asks for %(least)s within a day.",
            "%(n)s posts since %(since)s fit the rule's query; it asks for %(least)s within a day.",
            count,
        )
        % values
    ]


def moment(given: Any) -> str:
    """Return a moment as people read it, by the zone that is in force."""
    at = datetime.fromisoformat(given) if isinstance(given, str) else given
    return date_format(localtime(at), _("j M Y, H:i"))


def number(value: float) -> str:
    """Return a mean: with a decimal while it is small."""
    return intcomma(round(value)) if value >= 10 else f"{value:.1f}"


def times(chance: float) -> int:
    """Return how rare something is, to one digit that counts."""
    exact = 1 / chance
    digits = 10 ** math.floor(math.log10(exact))
    return int(round(exact / digits) * digits)


def page_of(alert: Alert) -> str:
    """Return the whole address of an alert's page."""
    return link(reverse("alerts:alert", args=[alert.pk]))


def as_data(alert: Alert) -> dict[str, Any]:
    """Return what machines are told of an alert: no text of a post, no author."""
    return {
        "id": alert.pk,
        "rule": alert.name,
        "kind": alert.kind,
        "state": alert.state,
        "title": title(alert),
        "why": reasons(alert),
        "watch": alert.watch.name if alert.watch else None,
        "source": alert.source.name if alert.source else None,
        "since": alert.since.isoformat(),
        "raised_at": alert.raised_at.isoformat(),
        "facts": {name: value for name, value in alert.facts.items() if name not in ("mentions",)},
        "page": page_of(alert),
    }
