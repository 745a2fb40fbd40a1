"""Addresses of the room Returns: the page for the board."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import board_views

urlpatterns = [path("", board_views.room, name="room")]
