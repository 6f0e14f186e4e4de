"""A small workspace made by an ordinary import: two products and their usage, five weeks of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path

from metrics.importing.report import ImportOptions
from metrics.jobs import Job, start

FIRST, WEEKS = date(2026, 10, 5), 5
#: Enough rows a day for a silent one to be no quiet day.
BALISE_USERS = 12
PRODUCTS = "product,name\natelier,Atelier\nbalise,Balise\n"


def import_usage(place: Path, silent: Collection[date] = ()) -> Path:
    """Import it into `place`; Balise sends nothing on the `silent` days."""
    (place / "vigie.toml").write_text('company = "Groupe Rivage"\n', "utf-8")
    lines = ["Event Name,Time,Distinct ID,Product,Country"]
    for day in range(7 * WEEKS):
        moment = datetime.combine(FIRST + timedelta(day), datetime.min.time()).replace(hour=10)
        lines += [f"Open,{moment},a{n},Atelier,{'FR' if n % 2 else 'DE'}" for n in range(6)]
        if moment.date() not in silent:
            lines += [f"Open,{moment},b{n},Balise,FR" for n in range(BALISE_USERS)]
    products, events = place / "products.csv", place / "Mixpanel events 2026-11-09.csv"
    products.write_text(PRODUCTS, "utf-8")
    events.write_text("\n".join([*lines, ""]), "utf-8")
    outcome = start(
        Job("import", str(place), "test", (str(products), str(events)), options=ImportOptions())
    ).wait()
    assert outcome is not None
    assert outcome.status == "done", outcome
    return place
