"""How pages show mentions: the words that hit are marked, long posts are cut around them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from auscult.web.listening.drawn import drawn
from auscult.web.listening.showing import Shown

register = template.Library()
_draw = drawn("listening/parts/mention.html", keep=1_000)

CUT = 600  # code points of a post that a list shows
LEAD = 120  # of them before the first hit, where the hit stands late


@register.simple_tag
def mention_row(mention: Shown, *, may_reveal: bool) -> SafeString:
    """Draw a mention as lists show it; `may_reveal`: with the way to its author."""
    return _draw(mention=mention, may_reveal=bool(may_reveal))


@register.filter
def marked(text: str | None, spans: Iterable[tuple[int, int]]) -> SafeString:
    """Return `text`, escaped, with each of `spans` in a `<mark>`; cut when long.

    Parameters
    ----------
    text : str or None
        A title or a body.
    spans : iterable of (int, int)
        First and past-the-last code point of each hit; may overlap.
    """
    text = text or ""
    hits = merged(spans, len(text))
    begin, end = window(text, hits)
    parts: list[str] = ["… "] if begin else []
    here = begin
    for first, last in hits:
        if first >= end or last <= begin:
            continue
        start, stop = max(first, begin), min(last, end)
        parts.append(conditional_escape(text[here:start]))
        parts.append(format_html("<mark>{}</mark>", text[start:stop]))
        here = stop
    parts.append(conditional_escape(text[here:end]))
    if end < len(text):
        parts.append(" …")
    return mark_safe("".join(parts))  # noqa: S308 - every part of the post is escaped above


@register.filter
def coded(text: str) -> SafeString:
    """Return a message, escaped, with what stands in `backquotes` as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an odd one out: part of what was typed
        return conditional_escape(text)
    return mark_safe(  # noqa: S308 - every part is escaped
        "".join(
            format_html("<code>{}</code>", part) if number % 2 else conditional_escape(part)
            for number, part in enumerate(parts)
        )
    )


def merged(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return `spans` in order, cut to `length`, overlapping ones made one."""
    whole: list[tuple[int, int]] = []
    for start, last in sorted(spans):
        end = min(last, length)
        if end <= start:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((start, end))
    return whole


def window(text: str, hits: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the part of `text` to show: CUT code points, with the first hit inside."""
    if len(text) <= CUT:
        return 0, len(text)
    first = hits[0][0] if hits else 0
    begin = max(0, first - LEAD) if first > CUT - LEAD else 0
    if begin:
        # Not in the middle of a word.
        space = text.find(" ", begin, first)
        begin = space + 1 if space >= 0 else begin
    end = min(begin + CUT, len(text))
    return begin, end
