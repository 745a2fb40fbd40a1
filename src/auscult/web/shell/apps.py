"""The shell: what holds the applications together."""

from django.apps import AppConfig
from django.utils.translation import gettext, ngettext

from auscult.engine.kernel import words


class Shell(AppConfig):
    """Settings, addresses, base page."""

    name = "auscult.web.shell"
    label = "shell"

    def ready(self) -> None:
        """Let the engine speak the language of whoever asks."""
        words.speak(gettext, ngettext)
