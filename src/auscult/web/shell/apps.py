"""The shell: what holds the applications together."""

from django.apps import AppConfig


class Shell(AppConfig):
    """Settings, addresses, base page."""

    name = "auscult.web.shell"
    label = "shell"
