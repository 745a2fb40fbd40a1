"""Parts of pages that are drawn once for what they show, and remembered.

A page of mentions costs most of its time in drawing rows and bars that were drawn a moment
before, for somebody else. What is drawn here depends on nothing but values that are given, the
language and the time zone; so the same values have the same drawing, and another value, as after
an edit, has another. All drawings are forgotten after a minute: what was removed stays nowhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

KEPT = 60.0  # seconds


def drawn(template: str, *, keep: int) -> Callable[..., SafeString]:
    """Return what draws a template from values by name, all hashable.

    Parameters
    ----------
    template : str
        Its name. It may use nothing but the values that it is given.
    keep : int
        How many drawings each process remembers; the one longest out of use goes first.
    """

    @lru_cache(keep)
    def draw(given: tuple[tuple[str, Hashable], ...], _language: str, _zone: str) -> SafeString:
        return render_to_string(template, dict(given))

    begun = time.monotonic()

    def draw_or_remember(**given: Hashable) -> SafeString:
        nonlocal begun
        now = time.monotonic()
        if now - begun > KEPT:
            begun = now
            draw.cache_clear()
        return draw(tuple(given.items()), get_language() or "", get_current_timezone_name())

    return draw_or_remember
