"""The way between the pages of the room: two levels, and each page knows where it stands."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from auscult.web.planning.models import Cycle, Task
from auscult.web.planning.pages import GROUPS

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a href="([^"]+)"\s*(?:aria-current="(\w+)")?>([^<]+)</a>')


def current(forms: Any, name: str, *args: Any) -> list[tuple[str, str]]:
    """Return what the tabs of a page call current, and how."""
    text = forms("owner").get(reverse(f"planning:{name}", args=args)).content.decode()
    tabs = "".join(re.findall(r'<nav class="tabs.*?</nav>', text, re.DOTALL))
    return [(label, how) for _address, how, label in LINK.findall(tabs) if how]


def test_a_page_says_where_it_stands(forms: Any, cycle: Cycle) -> None:
    for group in GROUPS:
        for name, label in group.pages:
            said = [(unescape(one), how) for one, how in current(forms, name)]
            alone = len(group.pages) == 1
            above = [] if alone else [(str(group.label), "true")]
            assert said == [*above, (str(label), "page")]


def test_pages_below_others_say_where_they_belong(forms: Any, task: Task) -> None:
    def shown(name: str, *args: Any) -> str:
        return unescape(current(forms, name, *args)[-1][0])

    assert shown("leaders") == "What more could bring"
    assert shown("bet", task.bet_id) == "Board"
    assert shown("check-in", task.bet_id) == "Today"
    assert shown("change-cycle", 1) == "Cycles"
    assert shown("add-claim", "media") == "Purists' corner"
