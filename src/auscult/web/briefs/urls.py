"""Addresses of the weekly brief."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from auscult.web.briefs import views


class Day:
    """A day in an address, as 2026-11-16."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the day; ValueError is a 404."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """Return it as an address has it."""
        return str(value)


register_converter(Day, "day")
app_name = "briefs"

urlpatterns = [
    path("", views.room, name="room"),
    path("plan/", views.plan, name="plan"),
    path("subscribe/", views.subscribe, name="subscribe"),
    path("<day:week>/", views.brief, name="brief"),
    path("<day:week>/brief.pdf", views.printed, name="printed"),
]
