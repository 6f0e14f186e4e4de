"""Reviews of the mobile applications, as Google Play's console gives them each month."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

from sample_data import story
from sample_data.company import PRODUCTS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import Timeline, first_of_month

HEADERS = (
    "Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device",
    "Review Submit Date and Time", "Review Submit Millis Since Epoch",
    "Review Last Update Date and Time", "Review Last Update Millis Since Epoch", "Star Rating",
    "Review Title", "Review Text", "Developer Reply Date and Time",
    "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link",
)  # fmt: skip
MONTHS_KEPT = 6
_TEXTS = ("Se bloque au démarrage", "Lent", "Bien mais perfectible", "Très pratique", "Excellent !")
_EPOCH = datetime(1970, 1, 1)


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    """One UTF-16 file per application and month: the last six whole months and the present one."""
    paths = []
    for product in PRODUCTS:
        if product.package is None:
            continue
        months = timeline.months()[-MONTHS_KEPT:]
        present = first_of_month(months[-1], 1)
        for month in (*months, *([present] if present <= timeline.until else [])):
            chance = generator(seed, "reviews", product.product, month.isoformat())
            whole = (first_of_month(month, 1) - month).days
            days = min(whole, (timeline.exported - month).days)
            drop = 0.8 * max(0.0, -story.nps_shift(product.product, month, timeline))
            rows: list[list[object]] = []
            for _ in range(int(chance.integers(34, 42)) * days // whole):
                moment = datetime.combine(month, time(6)) + timedelta(
                    days=int(chance.integers(0, days)), seconds=int(chance.integers(0, 60_000))
                )
                weights = (0.06 + drop / 2, 0.07 + drop / 2, 0.12, 0.33 - drop / 2, 0.42 - drop / 2)
                stars = 1 + int(chance.choice(5, p=weights))
                text = _TEXTS[stars - 1] if chance.random() < 0.6 else ""
                stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
                millis = int((moment - _EPOCH).total_seconds()) * 1000
                rows.append(
                    [product.package, 2600 + month.month, f"26.{month.month}", "fr", "generic",
                     stamp, millis, stamp, millis, stars, "", text, "", "", "", ""]
                )  # fmt: skip
            rows.sort(key=lambda row: int(str(row[6])))
            path = folder / f"reviews_reviews_{product.package}_{month:%Y%m}.csv"
            paths.append(write_csv(path, HEADERS, rows, encoding="utf-16-le"))
    return paths
