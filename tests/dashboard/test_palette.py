"""Colours can be read and told apart, in light and in dark."""

import tomllib
from itertools import combinations

import numpy as np
import pytest

from dashboard.palette import DARK, LIGHT, PALETTES, product_colour, product_slots
from tests.dashboard.messages import CODE

READABLE = 4.5
APART = 0.07  # distance in OKLab; 0.02 is just visible
#: Machado, Oliveira & Fernandes (2009), severity 1.
PROTANOPIA = [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]]
DEUTERANOPIA = [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]
THEME = tomllib.loads((CODE / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    high, low = sorted(
        (float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other)), reverse=True
    )
    return (high + 0.05) / (low + 0.05)


def oklab(light: np.ndarray) -> np.ndarray:
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(light, 0, None)
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_ink_can_be_read_on_every_surface(mode):
    palette, theme = PALETTES[mode], THEME[mode]
    inks = (
        palette.ink, palette.quiet, palette.accent, palette.better, palette.worse,
        theme["textColor"], theme["linkColor"], theme["greenTextColor"], theme["redTextColor"],
        theme["grayTextColor"],
    )  # fmt: skip
    for surface in (palette.surface, theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        for ink in inks:
            assert contrast(ink, surface) >= READABLE, (mode, ink, surface)
    for colour in palette.categories:
        assert contrast(colour, palette.surface) >= READABLE, (mode, colour)
    assert contrast(theme["primaryColor"], "#ffffff") >= READABLE


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", [np.eye(3), np.array(PROTANOPIA), np.array(DEUTERANOPIA)])
def test_the_eight_stay_apart_for_every_reader(palette, sight):
    seen = [oklab(np.clip(sight @ linear(colour), 0, 1)) for colour in palette.categories]
    assert len(seen) == 8
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) >= APART
    good, bad = (oklab(np.clip(sight @ linear(c), 0, 1)) for c in (palette.better, palette.worse))
    assert np.linalg.norm(good - bad) >= APART


def test_pages_and_charts_share_one_surface():
    for mode, palette in PALETTES.items():
        assert THEME[mode]["backgroundColor"] == palette.surface
        assert THEME[mode]["textColor"] == palette.ink


def test_a_product_keeps_its_colour_when_another_comes():
    before = product_slots(("atelier", "balise", "cadran"))
    assert len(set(before.values())) == 3
    after = product_slots(("atelier", "balise", "cadran", "zinc"))
    assert {key: after[key] for key in before} == before
    assert product_colour("atelier", ["balise", "atelier"], LIGHT) in LIGHT.categories
    assert product_colour("nobody", ["atelier"], LIGHT) == LIGHT.accent


def test_eight_products_have_eight_colours():
    assert len(set(product_slots(tuple(f"p{n}" for n in range(8))).values())) == 8
