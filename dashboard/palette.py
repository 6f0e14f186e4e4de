"""The colours: eight for products, two with a meaning, and the neutrals, for light and for dark.

Every ink keeps a contrast of at least 4.5 : 1 on its surface, and the eight stay apart for readers
with protanopia or deuteranopia. Meaning never rests on colour alone: see `dashboard.sentences`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

PRODUCT_SLOTS = 8


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, as #rrggbb."""

    surface: str
    ink: str
    quiet: str  # grey for what is neither good nor bad, and for prior years
    grid: str
    band: str  # the usual range
    accent: str  # what can be clicked
    better: str  # blue-green
    worse: str  # vermilion
    categories: tuple[str, ...]


LIGHT = Palette(
    surface="#ffffff",
    ink="#0f151d",
    quiet="#5b6470",
    grid="#e6e9ee",
    band="#e9edf3",
    accent="#1f4fd1",
    better="#00756b",
    worse="#b83a00",
    categories=(
        "#14338f",
        "#523300",
        "#5c1f52",
        "#5c00d6",
        "#297a8f",
        "#707a00",
        "#7a4747",
        "#665cff",
    ),
)

DARK = Palette(
    surface="#14181f",
    ink="#e8ecf1",
    quiet="#a3adba",
    grid="#2c333e",
    band="#28303b",
    accent="#8ab4ff",
    better="#3fc1ae",
    worse="#ff8a5c",
    categories=(
        "#70a3ff",
        "#ffcc85",
        "#ffccf5",
        "#8f7aad",
        "#70b8b8",
        "#b8ad00",
        "#cc6652",
        "#3d7aff",
    ),
)

PALETTES = {"light": LIGHT, "dark": DARK}


@lru_cache(maxsize=32)
def product_slots(products: tuple[str, ...]) -> dict[str, int]:
    """Which of the eight colours each product has; the same on every page and every day.

    A product's slot comes from its own key, so that a new product does not recolour the others;
    where two keys meet, the later in the alphabet takes the next free slot.
    """
    slots: dict[str, int] = {}
    for product in sorted(products):
        slot = crc32(product.encode()) % PRODUCT_SLOTS
        taken = set(slots.values())
        while slot in taken and len(taken) < PRODUCT_SLOTS:
            slot = (slot + 1) % PRODUCT_SLOTS
        slots[product] = slot
    return slots


def product_colour(product: str, products: Iterable[str], palette: Palette) -> str:
    """The colour of one product among the company's; the accent for one nobody knows."""
    slot = product_slots(tuple(sorted(products))).get(product)
    return palette.accent if slot is None else palette.categories[slot]


def mixed(one: str, other: str, part: float) -> str:
    """The colour that lies a part of the way (0 to 1) from one to another."""
    ends = zip(*([int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (one, other)),
               strict=True)  # fmt: skip
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in ends)


def contrast(one: str, other: str) -> float:
    """How far two colours are apart for reading, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted(_luminance(colour) + 0.05 for colour in (one, other))
    return high / low


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
