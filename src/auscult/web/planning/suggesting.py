"""A text field that offers what is there already, and takes other words as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Offering(forms.TextInput):
    """A text field with a list that browsers offer while one types."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__()
        self.words = tuple(words)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the field with its list."""
        number = f"{(attrs or {}).get('id', name)}_offered"
        field = super().render(name, value, {**(attrs or {}), "list": number}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((w,) for w in self.words))
        return format_html('{}<datalist id="{}">{}</datalist>', field, number, options)
