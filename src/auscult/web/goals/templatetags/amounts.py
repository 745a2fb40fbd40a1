"""The filter by which templates show values of objectives."""

from __future__ import annotations

from django import template

from auscult.web.goals.amounts import amount

register = template.Library()
register.filter("amount", amount)
