"""Addresses of what people bring to a plan: a part of `urls.py`."""

from __future__ import annotations

from django.urls import path

from auscult.web.planning import (
    comment_views,
    help_views,
    read_in_views,
    readiness_views,
    reading_views,
)

urlpatterns = [
    path("help/offer/", help_views.offer, name="offer-skill"),
    path("help/<int:number>/withdraw/", help_views.withdraw, name="withdraw-offer"),
    path("tasks/<int:number>/join/", help_views.join, name="join-task"),
    path("bets/<int:number>/comments/", comment_views.add, name="add-comment"),
    path("comments/<int:number>/change/", comment_views.change, name="change-comment"),
    path("comments/<int:number>/remove/", comment_views.remove, name="remove-comment"),
    path("page/link/", reading_views.make, name="make-link"),
    path("read/<str:secret>/", reading_views.read, name="read"),
    path("cycles/read/", read_in_views.read_in, name="read-in"),
    path("cycles/<int:number>/read/", read_in_views.read_rows, name="read-rows"),
    path("readiness/", readiness_views.room, name="readiness"),
    path("readiness/log/", readiness_views.log, name="log-practice"),
    path("readiness/<int:number>/change/", readiness_views.change, name="change-practice"),
    path("readiness/<int:number>/remove/", readiness_views.remove, name="remove-practice"),
    path("accounts/ask/", readiness_views.ask, name="ask-account"),
    path("accounts/<int:number>/", readiness_views.account, name="request"),
    path("accounts/<int:number>/change/", readiness_views.ask_again, name="ask-again"),
    path("accounts/<int:number>/withdraw/", readiness_views.withdraw, name="withdraw-request"),
    path("accounts/<int:number>/decide/", readiness_views.decide, name="decide-request"),
]
