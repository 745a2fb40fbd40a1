"""What a sentence says, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.briefs.composing import HAPPENED, NEEDS, NEW, Sentence

Values = Mapping[str, Any]


def title(part: str) -> str:
    """Return the name of a list."""
    return {
        HAPPENED: _("What happened"),
        NEW: _("What is new"),
        NEEDS: _("What needs you"),
    }[part]


def nothing(part: str) -> str:
    """Return what an empty list says."""
    return {
        HAPPENED: _("Nothing was found. Either nobody spoke, or nothing was read."),
        NEW: _("Nothing new was found."),
        NEEDS: _("Nothing needs you."),
    }[part]


def say(sentence: Sentence) -> str:
    """Return a sentence in words."""
    return WORDINGS[sentence.code](_shown(sentence.values))


def _shown(values: Values) -> Values:
    """Return values as a person reads them; the bare number stays as `n`, for its plural."""
    shown: dict[str, Any] = {
        name: intcomma(value) if isinstance(value, int) else value for name, value in values.items()
    }
    if "day" in values:
        day = date.fromisoformat(values["day"])
        shown["day"] = _("%(weekday)s, %(date)s") % {
            "weekday": date_format(day, "l"),
            "date": date_format(day, _("j F")),
        }
    return {**shown, "n": values.get("count", values.get("hours", values.get("weeks", 0)))}


def _whole_first(values: Values) -> str:
    found = ngettext(
        "Your watches found %(count)s mention.", "Your watches found %(count)s mentions.",
        values["n"],
    )  # fmt: skip
    still = _(
        "What is usual will be known after four weeks that were read; so far there are %(weeks)s."
    )
    return f"{found % values} {still % values}"


def _whole_as_usual(values: Values) -> str:
    return (
        ngettext(
            "Your watches found %(count)s mention, as usual: it is %(low)s to %(high)s in other weeks.",
            "Your watches found %(count)s mentions, as usual: it is %(low)s to %(high)s in other"
            " weeks.",
            values["n"],
        )
        % values
    )


def _whole_more(values: Values) -> str:
    return (
        ngettext(
            "Your watches found %(count)s mention, more than usual: it is %(low)s to %(high)s in"
            " other weeks.",
            "Your watches found %(count)s mentions, more than usual: it is %(low)s to %(high)s in"
            " other weeks.",
            values["n"],
        )
        % values
    )


def _whole_less(values: Values) -> str:
    return (
        ngettext(
            "Your watches found %(count)s mention, less than usual: it is %(low)s to %(high)s in"
            " other weeks.",
            "Your watches found %(count)s mentions, less than usual: it is %(low)s to %(high)s in"
            " other weeks.",
            values["n"],
        )
        % values
    )


def _read_in_part(values: Values) -> str:
    return _("Only %(percent)s %% of this time were read, so all counts are too small.") % values


def _watch_more(values: Values) -> str:
    return (
        ngettext(
            "“%(watch)s” had %(count)s mention, more than its usual %(low)s to %(high)s.",
            "“%(watch)s” had %(count)s mentions, more than its usual %(low)s to %(high)s.",
            values["n"],
        )
        % values
    )


def _watch_more_on_a_day(values: Values) -> str:
    return (
        ngettext(
            "“%(watch)s” had %(count)s mention, more than its usual %(low)s to %(high)s; %(top)s of"
            " it on %(day)s.",
            "“%(watch)s” had %(count)s mentions, more than its usual %(low)s to %(high)s; %(top)s of"
            " them on %(day)s.",
            values["n"],
        )
        % values
    )


def _watch_less(values: Values) -> str:
    return (
        ngettext(
            "“%(watch)s” had %(count)s mention, less than its usual %(low)s to %(high)s.",
            "“%(watch)s” had %(count)s mentions, less than its usual %(low)s to %(high)s.",
            values["n"],
        )
        % values
    )


def _taken_back(values: Values) -> str:
    return (
        ngettext("%(count)s mention was removed.", "%(count)s mentions were removed.", values["n"])
        % values
    )


def _community(values: Values) -> str:
    return (
        ngettext(
            "%(community)s speaks of you: %(count)s mention, and none in the %(weeks)s weeks before.",
            "%(community)s speaks of you: %(count)s mentions, and none in the %(weeks)s weeks before.",
            values["n"],
        )
        % values
    )


def _phrase_new(values: Values) -> str:
    return (
        ngettext(
            "“%(phrase)s” is new in “%(watch)s”: %(count)s voice used it.",
            "“%(phrase)s” is new in “%(watch)s”: %(count)s voices used it.",
            values["n"],
        )
        % values
    )


def _phrase_rising(values: Values) -> str:
    return (
        ngettext(
            "“%(phrase)s” rises in “%(watch)s”: %(count)s voice used it.",
            "“%(phrase)s” rises in “%(watch)s”: %(count)s voices used it.",
            values["n"],
        )
        % values
    )


def _copies(values: Values) -> str:
    return (
        ngettext(
            "%(count)s post shares its text with others; authors: %(authors)s.",
            "%(count)s posts share one text; authors: %(authors)s.",
            values["n"],
        )
        % values
    )


def _alerts(values: Values) -> str:
    return ngettext(
        "%(count)s alert waits for an answer.", "%(count)s alerts wait for an answer.",
        values["n"],
    ) % values  # fmt: skip


def _unread(values: Values) -> str:
    return (
        ngettext(
            "“%(source)s” wasn't read for %(hours)s hour of this time.",
            "“%(source)s” wasn't read for %(hours)s hours of this time.",
            values["n"],
        )
        % values
    )


def _needs_login(values: Values) -> str:
    return _("“%(source)s” asks for new credentials.") % values


def _source_failing(values: Values) -> str:
    return _("“%(source)s” can't be read at the moment; it is tried again.") % values


def _source_failed(values: Values) -> str:
    return _("“%(source)s” can't be read, and isn't tried again before you look at it.") % values


def _source_silent(values: Values) -> str:
    return _("“%(source)s” has been silent for longer than it usually is.") % values


def _watch_silent(values: Values) -> str:
    return (
        ngettext(
            "“%(watch)s” found nothing, and nothing in %(weeks)s week before. Is its query right?",
            "“%(watch)s” found nothing, and nothing in %(weeks)s weeks before. Is its query right?",
            values["n"],
        )
        % values
    )


def _and_more(values: Values) -> str:
    return ngettext("And %(count)s more.", "And %(count)s more.", values["n"]) % values


WORDINGS: Mapping[str, Callable[[Values], str]] = {
    "whole-first": _whole_first,
    "whole-as-usual": _whole_as_usual,
    "whole-more": _whole_more,
    "whole-less": _whole_less,
    "read-in-part": _read_in_part,
    "watch-more": _watch_more,
    "watch-more-on-a-day": _watch_more_on_a_day,
    "watch-less": _watch_less,
    "taken-back": _taken_back,
    "community": _community,
    "phrase-new": _phrase_new,
    "phrase-rising": _phrase_rising,
    "copies": _copies,
    "alerts": _alerts,
    "unread": _unread,
    "needs-login": _needs_login,
    "source-failing": _source_failing,
    "source-failed": _source_failed,
    "source-silent": _source_silent,
    "watch-silent": _watch_silent,
    "and-more": _and_more,
}
