"""The colours of the sheet: text can be read on its ground, and what is pressed or focused can be seen."""

from __future__ import annotations

import re

import pytest

from service.config import ROOT

CSS = (ROOT / "service/pages/static/console.css").read_text()
TEXT = [
    ("ink", "page"),
    ("ink", "sheet"),
    ("quiet", "page"),
    ("quiet", "sheet"),
    ("link", "page"),
    ("link", "sheet"),
    ("ink", "new-tint"),
    ("quiet", "new-tint"),
    ("link", "busy-tint"),
    ("ink", "busy-tint"),
    ("ink", "bad-tint"),
    ("on-button", "button"),
    *((state, f"{state}-tint") for state in ("good", "busy", "warn", "bad", "new")),
]
SHAPES = [
    ("focus", "page"),
    ("focus", "sheet"),
    ("focus", "busy-tint"),
    ("field", "sheet"),
    ("field", "page"),
    ("button", "sheet"),
    ("button", "page"),
    *((drawn, "sheet") for drawn in ("warn", "busy", "bad", "good")),
    ("quiet", "new-tint"),
    ("new", "new-tint"),
]
"""Rings, borders of fields, bars of charts: what has to be seen, not read."""


def variables(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme by name."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")
    pattern = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
    return dict(pattern.findall(light)) | (dict(pattern.findall(dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of a colour."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.req("G17")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read_on_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = variables(scheme)

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.req("G17")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen_on_their_ground(scheme: str, shape: str, ground: str) -> None:
    colours = variables(scheme)

    assert contrast(colours[shape], colours[ground]) >= 3


def test_every_colour_is_a_variable() -> None:
    rules = CSS.partition("* { box-sizing")[2]

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rules) == []
