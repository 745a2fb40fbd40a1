"""Addresses of the room Returns: outcome."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
