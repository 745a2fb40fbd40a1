"""What the house of a simulated town starts with; it needs nothing that makes a town."""

from __future__ import annotations

from importlib.resources import files


def starter_watches() -> str:
    """Give the text of the watches that a hospital like Lakeside General starts with."""
    page = files("auscult.engine.simulate") / "watches.toml"
    return page.read_text(encoding="utf-8")
