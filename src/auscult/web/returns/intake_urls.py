"""Addresses of the room Returns: files that are read in, and telephone lines."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import intake_views, phone_views

urlpatterns = [
    path("", intake_views.intakes, name="intakes"),
    path("add/", intake_views.add_intake, name="add-intake"),
    path("waiting/", intake_views.waiting, name="waiting-file"),
    path("<int:number>/", intake_views.intake, name="intake"),
    path("<int:number>/take-back/", intake_views.take_back, name="take-back"),
    path("phone/", phone_views.lines, name="phone-lines"),
    path("phone/add/", phone_views.add_line, name="add-phone-line"),
    path("phone/<int:number>/", phone_views.line, name="phone-line"),
]
