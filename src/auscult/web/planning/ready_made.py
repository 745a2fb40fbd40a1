"""Plans to begin with: read from `templates_data`, in two languages, days counted from day 1."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from auscult.web.planning.bet_actions import BetWish, TaskWish
from auscult.web.planning.errors import TemplateBroken

FOLDER = Path(__file__).parent / "templates_data"
NAMES = ("community", "service-line", "flu-season", "crisis-readiness", "recruiting-nurses")
LANGUAGES = ("en", "de")
Template = dict[str, Any]


@cache
def read(name: str, language: str) -> Template:
    """Return a template in a language.

    Raises
    ------
    TemplateBroken
        None has this name.
    """
    if name not in NAMES or language not in LANGUAGES:
        raise TemplateBroken(name, f"{', '.join(NAMES)}")
    return tomllib.loads((FOLDER / f"{name}.{language}.toml").read_text(encoding="utf-8"))


def language() -> str:
    """Return the active language, as far as there are templates in it."""
    active = (get_language() or "en")[:2]
    return active if active in LANGUAGES else "en"


def titles() -> list[tuple[str, str]]:
    """Return the names of the templates with their titles in the active language."""
    return [(name, read(name, language())["title"]) for name in NAMES]


def bet_wish(bet: Template, **more: Any) -> BetWish:
    """Return a template's bet."""
    plain = {name: bet[name] for name in ("title", "audience", "amplifies", "kit") if name in bet}
    return BetWish(**plain, networks=tuple(bet.get("networks", ())), **more)


def task_wish(task: Template, first_day: date, **more: Any) -> TaskWish:
    """Return a template's task in a cycle that begins on a day; its own days count from 1."""
    begins, ends = task["days"]
    return TaskWish(
        title=task["title"],
        first_day=first_day + timedelta(days=begins - 1),
        last_day=first_day + timedelta(days=ends - 1),
        skill=task.get("skill", ""),
        **more,
    )
