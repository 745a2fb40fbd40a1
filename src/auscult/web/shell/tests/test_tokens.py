"""The colours of the house, held against WCAG's formula in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auscult.web.shell.showing import TOKENS, colours

STYLES = TOKENS.parent
GROUNDS = ("page", "surface", "sunken")
# What is written on what: at least 4.5:1.
WRITTEN = [
    *((text, ground) for text in ("text", "quiet", "accent", "good", "warn", "bad", "info")
      for ground in GROUNDS),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("text", "accent-soft"),
    ("mark-text", "mark"),
    *((kind, f"{kind}-soft") for kind in ("good", "warn", "bad", "info")),
    *(("text", f"{kind}-soft") for kind in ("good", "warn", "bad", "info")),
    *(("accent", f"{kind}-soft") for kind in ("good", "warn", "bad", "info")),
]  # fmt: skip
# What is drawn, or is the edge of a control: at least 3:1.
DRAWN = [
    *((mark, ground) for mark in ("line-strong", "bar", "focus") for ground in ("page", "surface")),
    *((f"series-{n}", "surface") for n in range(1, 7)),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(theme: int) -> None:
    known = {name: pair[theme] for name, pair in colours().items()}
    weak = {
        f"{front} on {ground}": round(found, 2)
        for least, pairs in ((4.5, WRITTEN), (3.0, DRAWN))
        for front, ground in pairs
        if (found := contrast(known[front], known[ground])) < least
    }
    assert weak == {}


def _styles() -> list[Path]:
    return sorted(STYLES.glob("*.css"))


def test_colours_are_named_in_one_file_alone() -> None:
    named = {
        f"{path.name}: {found}"
        for path in _styles()
        if path != TOKENS
        for found in re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,\s)])", path.read_text("utf-8"))
    }
    assert named == set()


def test_every_name_that_is_used_is_there() -> None:
    texts = {path.name: path.read_text("utf-8") for path in _styles()}
    there = set(re.findall(r"(--[\w-]+):", " ".join(texts.values())))
    used = {
        (name, one) for name, text in texts.items() for one in re.findall(r"var\((--[\w-]+)", text)
    }
    assert {pair for pair in used if pair[1] not in there} == set()


def test_nothing_is_left_or_right() -> None:
    """Sides are those of the text, so that a page turns round with its language."""
    sided = re.compile(
        r"(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:|"
        r"text-align:\s*(?:left|right)|float:\s*(?:left|right)"
    )
    found = [
        f"{path.name}: {one}"
        for path in _styles()
        for one in sided.findall(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_file_of_styles_is_longer_than_500_lines() -> None:
    assert [p.name for p in _styles() if len(p.read_text("utf-8").splitlines()) > 500] == []
