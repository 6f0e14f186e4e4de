"""Market shares by month, one file per product, in StatCounter's shape."""

from __future__ import annotations

from pathlib import Path

from sample_data import story
from sample_data.company import PRODUCTS, Product
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import Timeline

#: Each product's share of its market in the first month and the points it gains in two years.
_SHARES = {
    "sillon": (18.0, 0.6), "escale": (7.5, 2.1), "passerelle": (22.0, -4.2),
    "clairiere": (0.0, 1.8), "oree": (9.0, 2.6),
}  # fmt: skip
_RIVALS = {
    "sillon": ("Chiffrier", "Comptalux"), "escale": ("Notedéfrais+", "Valisio"),
    "passerelle": ("Relais EDI", "Tuyauterie"), "clairiere": ("Guichet Ouvert", "Portalis"),
    "oree": ("Répondeur", story.RIVAL_NAME),
}  # fmt: skip


def rivals(product: str) -> tuple[str, str]:
    return _RIVALS[product]


def _table(product: Product, timeline: Timeline, seed: int) -> list[list[object]]:
    chance = generator(seed, "market", product.product)
    first, gain = _SHARES[product.product]
    rows: list[list[object]] = []
    months = timeline.months()
    for number, month in enumerate(months):
        week = timeline.week(month)
        own = first + gain * number / len(months) + chance.uniform(-0.15, 0.15)
        own = max(own, 0.0) if week >= product.first_week else 0.0
        one = 24 + chance.uniform(-0.3, 0.3)
        other = 15 + chance.uniform(-0.3, 0.3)
        if product.product == story.RIVAL_PRODUCT:
            since = max(0, week - story.RIVAL_WEEK)
            other = 0.0 if since == 0 else 0.9 * since
            own -= 0.12 * since
        shares = [round(share, 2) for share in (own, one, other)]
        rows.append([f"{month:%Y-%m}", *shares, round(100 - sum(shares), 2)])
    return rows


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    months = timeline.months()
    span = f"{months[0]:%Y%m}-{months[-1]:%Y%m}"
    paths = []
    for product in PRODUCTS:
        headers = ("Date", product.name, *rivals(product.product), "Other")
        path = folder / f"{product.product}_segment-fr-monthly-{span}.csv"
        rows = _table(product, timeline, seed)
        paths.append(write_csv(path, headers, rows))
    return paths
