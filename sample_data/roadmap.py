"""The roadmap with its RICE scores, and the objectives, as two Notion databases; interviews."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from sample_data.billing import Subscription, mrr
from sample_data.company import PRODUCT_MANAGERS, PRODUCTS, SQUADS, Product, Squad
from sample_data.delivery import EPICS
from sample_data.draw import generator
from sample_data.tables import compact, write_csv
from sample_data.timeline import WEEKS, Timeline, first_of_month

ROADMAP_HEADERS = (
    "Name", "Product", "Squad", "Status", "Reach", "Impact", "Confidence", "Effort", "RICE",
    "MoSCoW", "Target KPI", "Expected effect", "Objective", "Origin", "Epic", "Dates", "First due",
    "Shipped", "Review date", "Last edited time",
)  # fmt: skip
OBJECTIVE_HEADERS = (
    "Key Result", "Objective", "Product", "Owner", "Quarter", "Start", "Target", "Current", "KPI",
    "Due date", "Last edited time",
)  # fmt: skip
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_THEMES = ("Guided start", "Instant search", "Mobile approval", "Bulk import", "Shared views",
           "Open API", "Smart reminders", "Offline mode", "Audit trail", "Bank link")  # fmt: skip
_TARGETS = ("activation_rate", "active_users", "nps", "new_mrr", "retention_w4", "mrr")
_ORIGINS = ("Feedback: speed", "Lost deal: missing feature", "Discovery", "Strategy", "")
_OBJECTIVES = (
    "Be the tool people start with", "Grow revenue that lasts", "Be recommended",
)  # fmt: skip
_REVIEWED_AFTER = 56  # days from shipping to the look at what it did


def _day(day: date | None) -> str:
    return "" if day is None else f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _database(name: str) -> str:
    """A file name as Notion gives it: the database and 32 hexadecimal digits."""
    digits = "".join(f"{zlib.crc32(f'{name}{part}'.encode()):08x}" for part in range(4))
    return f"{name} {digits}.csv"


def _edited(timeline: Timeline, day: date) -> str:
    """When the row was last touched: long ago, or on the morning of the export."""
    return f"{_day(min(day, timeline.exported))} 8:30 AM"


def _work(squad: Squad, epic: int) -> str:
    """What the squad's tracker calls the parent of the items: Jira's key, Linear's project."""
    return f"{squad.project}-{epic + 1}" if squad.tool == "jira" else EPICS[epic]


def _initiatives(timeline: Timeline, seed: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for squad in SQUADS:
        chance = generator(seed, "roadmap", squad.squad)
        for number, week in enumerate(range(4, WEEKS + 22, 9)):
            begin = timeline.monday(week)
            due = begin + timedelta(7 * int(chance.integers(6, 12)))
            late = (
                timedelta(7 * int(chance.integers(1, 5)))
                if (number + SQUADS.index(squad)) % 3 == 0
                else timedelta()
            )
            shipped = due + late - timedelta(int(chance.integers(0, 5)))
            done = shipped <= timeline.until
            status = "Shipped" if done else "In progress" if begin <= timeline.until else "Planned"
            reach, effort = int(chance.integers(2, 90)) * 100, float(chance.integers(1, 9)) / 2
            impact = float(chance.choice([0.5, 1.0, 2.0, 3.0]))
            confidence = float(chance.choice([0.5, 0.8, 1.0]))
            known = PRODUCTS[[each.product for each in PRODUCTS].index(squad.product)]
            rows.append(
                [
                    f"{_THEMES[(number * 3 + SQUADS.index(squad)) % len(_THEMES)]} {number + 1}",
                    known.name, squad.name, status, reach, compact(impact), f"{confidence:.0%}",
                    compact(effort), compact(round(reach * impact * confidence / effort)),
                    ("Must", "Should", "Could", "Won't")[int(chance.integers(4))],
                    _TARGETS[int(chance.integers(6))] if chance.random() < 0.8 else "",
                    f"+{int(chance.integers(2, 9))} %",
                    _OBJECTIVES[int(chance.integers(3))] if number % len(EPICS) < 4 else "",
                    _ORIGINS[(2 * number + SQUADS.index(squad)) % 5],
                    _work(squad, number % len(EPICS)),
                    f"{_day(begin)} → {_day(due + late)}", _day(due),
                    _day(shipped if done else None),
                    _day(shipped + timedelta(_REVIEWED_AFTER) if done else None),
                    _edited(timeline, shipped if done else begin),
                ]
            )  # fmt: skip
    return rows


def _aims(
    product: Product, book: Sequence[Subscription], quarter: date, timeline: Timeline
) -> list[tuple[str, float, float]]:
    """KPI, start and target of the three key results of a product's quarter."""
    paid = round(mrr(book, product.product, quarter, timeline))
    activation, nps = round(product.activation - 0.02, 2), round(100 * product.nps - 3)
    return [
        ("activation_rate", activation, round(activation + 0.06, 2)),
        ("mrr", paid, round(paid * 1.05 + 400, -1)),
        ("nps", nps, nps + 8),
    ]


def _key_results(timeline: Timeline, seed: int, book: Sequence[Subscription]) -> list[list[object]]:
    rows: list[list[object]] = []
    quarters = [first_of_month(timeline.start, 2 + 3 * step) for step in range(8)]
    for quarter in (day for day in quarters if day <= timeline.until):
        for product in PRODUCTS:
            if product.launched > quarter:
                continue
            chance = generator(seed, "objectives", product.product, quarter.isoformat())
            end = first_of_month(quarter, 3) - timedelta(1)
            elapsed = min(1.0, ((timeline.until - quarter).days + 1) / 91)
            for objective, (kpi, start, target) in zip(
                _OBJECTIVES, _aims(product, book, quarter, timeline), strict=True
            ):
                current = start + (target - start) * elapsed * chance.uniform(0.5, 1.1)
                rows.append(
                    [
                        f"{kpi} of {product.name}", objective, product.name,
                        PRODUCT_MANAGERS[product.product].name,
                        f"{quarter.year} Q{(quarter.month - 1) // 3 + 1}", compact(start),
                        f"{target:.2f}".rstrip("0").rstrip("."), round(current, 3), kpi, _day(end),
                        _edited(timeline, end + timedelta(1)),
                    ]
                )  # fmt: skip
    return rows


def _discoveries(timeline: Timeline, seed: int) -> list[list[object]]:
    """Two interviews a month and product; one in three led to an initiative of the roadmap."""
    rows: list[list[object]] = []
    named = [row for row in _initiatives(timeline, seed) if row[3] == "Shipped"]
    for product in PRODUCTS:
        chance = generator(seed, "discoveries", product.product)
        own = [row for row in named if row[1] == product.name]
        for month in timeline.months():
            if month < product.launched:
                continue
            for _ in range(2):
                led = own and chance.random() < 0.33
                rows.append(
                    [
                        month + timedelta(int(chance.integers(0, 28))), product.name,
                        ("interview", "study")[int(chance.integers(2))],
                        int(chance.integers(1, 9)), "What slows people down",
                        own[int(chance.integers(len(own)))][0] if led else "",
                    ]
                )  # fmt: skip
    return rows


def write(folder: Path, timeline: Timeline, seed: int, book: Sequence[Subscription]) -> list[Path]:
    tables = (
        ("Roadmap", ROADMAP_HEADERS, _initiatives(timeline, seed)),
        ("OKR", OBJECTIVE_HEADERS, _key_results(timeline, seed, book)),
    )
    return [
        write_csv(folder / _database(name), headers, rows, encoding="utf-8-sig", line_end="\r\n")
        for name, headers, rows in tables
    ] + [
        write_csv(
            folder / f"discoveries {timeline.exported}.csv",
            ("date", "product", "kind", "people_heard", "insight", "initiative"),
            _discoveries(timeline, seed),
        )
    ]
