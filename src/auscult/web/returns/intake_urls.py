"""Addresses of the room Returns: intake."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
