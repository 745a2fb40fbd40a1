"""The shell: what holds the applications together."""

from datetime import date
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

from auscult.engine.kernel import words


class Shell(AppConfig):
    """Settings, addresses, base page."""

    name = "auscult.web.shell"
    label = "shell"

    def ready(self) -> None:
        """Let the engine speak the language of whoever asks; hand down what links to goals."""
        from auscult.web.goals import figures, links  # noqa: PLC0415 - models first

        words.speak(gettext, ngettext, _number, _day)
        links.put(lambda: _linking().LINKABLES)
        figures.put(lambda: _linking().FIGURES)


def _linking() -> Any:
    """Return what applications hand down, loaded late: it takes all of Listening along."""
    return import_module("auscult.web.shell.linking")


def _number(number: int) -> str:
    return number_format(number, force_grouping=True)


def _day(day: date) -> str:
    # Translators: how a day is written in a sentence; see Django's filter date
    return date_format(day, gettext("d F Y"))
