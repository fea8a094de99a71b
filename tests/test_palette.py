"""The colours of the stylesheet, measured: text 7:1, quiet text and ink on marks 4.5:1, edges of controls 3:1."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static" / "site.css").read_text()
READING = (Path(settings.BASE_DIR) / "static" / "reading.css").read_text()


def palette(dark: bool) -> dict[str, str]:
    """The custom colours of the screen in light or dark."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.S)
    colours = colours_in(blocks[0])
    if dark:
        colours |= colours_in(blocks[1])
    return colours


def colours_in(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def chosen_palettes() -> dict[str, dict[str, str]]:
    """The colours of each choice of a reader, by its selector."""
    found = re.findall(r"^  :root(\S+) \{(.*?)^  \}", READING, re.S | re.M)
    return {selector: colours for selector, block in found if (colours := colours_in(block))}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


PAIRS = [
    ("ink", "paper", 7),
    ("ink", "raised", 7),
    ("link", "paper", 7),
    ("red", "paper", 7),
    ("quiet", "paper", 4.5),
    ("quiet", "raised", 4.5),
    ("ink", "mark", 4.5),
    ("ink", "mark-current", 4.5),
    ("paper", "ink", 7),
    ("edge", "paper", 3),
    ("edge", "raised", 3),
]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(front: str, back: str, least: float, dark: bool) -> None:
    colours = palette(dark)
    assert contrast(colours[front], colours[back]) >= least


@pytest.mark.parametrize("selector", chosen_palettes())
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast_as_chosen(front: str, back: str, least: float, selector: str) -> None:
    colours = chosen_palettes()[selector]
    # Who asks for high contrast gets 7:1 throughout; only the marks stay marks.
    wanted = 7 if "contrast" in selector and "mark" not in back else least
    assert contrast(colours[front], colours[back]) >= wanted


def test_light_and_dark_are_the_same_whoever_chooses_them() -> None:
    chosen = chosen_palettes()
    assert chosen['[data-theme="light"]'] == palette(dark=False)
    assert chosen['[data-theme="dark"]'] == palette(dark=True)


def test_dark_redefines_every_colour() -> None:
    light = palette(dark=False)
    assert all(palette(dark=True)[name] != value for name, value in light.items())


def test_no_colour_stands_outside_the_palette() -> None:
    """Parts use the custom properties; the picture of a printed cover keeps the colours of print."""
    parts = CSS[CSS.index("/* --- elements --- */") : CSS.index("/* --- print:")]
    lines = [line for line in parts.splitlines() if not line.startswith(".cover")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b", "\n".join(lines))


def test_style_and_script_are_small() -> None:
    sizes = {p.name: p.stat().st_size for p in (Path(settings.BASE_DIR) / "static").glob("site.*")}
    assert sizes["site.css"] < 40_000
    assert sizes["site.js"] < 8_000


def test_the_stylesheet_loads_nothing() -> None:
    assert "url(" not in CSS and "@import" not in CSS
