"""A company with subscriptions, as its billing tool exports them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tests.company import Company, csv_text

HEADER = ["id", "Customer ID", "Plan", "Quantity", "Currency", "Interval", "Amount", "Status",
          "Start Date (UTC)", "Ended At (UTC)"]  # fmt: skip
NOON = "12:00"
#: account, quantity, price, interval, first day, day on which it ended
Line = tuple[str, int, str, str, str, str | None]


def billed(folder: Path, lines: list[Line]) -> Company:
    """A company with these subscriptions, as its billing tool exports them on 1 June 2026."""
    company = Company(folder / "w", {"time_zone": "UTC"})
    rows = [
        [f"sub_{number}", account, "Gold", quantity, "eur", interval, price,
         "canceled" if ended else "active", f"{started} {NOON}", ended and f"{ended} {NOON}"]
        for number, (account, quantity, price, interval, started, ended) in enumerate(lines)
    ]  # fmt: skip
    company.load("subscriptions.csv", csv_text(HEADER, rows), observed_at=datetime(2026, 6, 1))
    return company
