"""Addresses of the room Returns: the page for the board, what was kept of it, the case for it."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import board_views, case_views, editions_views

urlpatterns = [
    path("", board_views.room, name="room"),
    path("board.pdf", board_views.printed, name="printed"),
    path("appendix/", board_views.appendix, name="appendix"),
    path("appendix.pdf", board_views.appendix_printed, name="appendix-printed"),
    path("facts.json", board_views.as_json, name="facts"),
    path("kept/", editions_views.listed, name="editions"),
    path("kept/keep/", editions_views.keep, name="keep-edition"),
    path("kept/<int:number>/", editions_views.edition, name="edition"),
    path("kept/<int:number>/board.pdf", editions_views.printed, name="edition-printed"),
    path("kept/<int:number>/now/", editions_views.then_and_now, name="edition-now"),
    path("kept/<int:number>/remove/", editions_views.remove, name="remove-edition"),
    path("case/", case_views.case, name="case"),
    path("case.pdf", case_views.printed, name="case-printed"),
]
