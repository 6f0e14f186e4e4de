"""The roadmap with its RICE scores, and the objectives, as two Notion databases."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from pathlib import Path

from sample_data.company import PRODUCT_MANAGERS, PRODUCTS, SQUADS
from sample_data.delivery import EPICS
from sample_data.draw import generator
from sample_data.tables import compact, write_csv
from sample_data.timeline import WEEKS, Timeline, first_of_month

ROADMAP_HEADERS = (
    "Name", "Product", "Squad", "Status", "Reach", "Impact", "Confidence", "Effort", "RICE",
    "MoSCoW", "Target KPI", "Expected effect", "Objective", "Origin", "Epic", "Dates", "First due",
    "Shipped",
)  # fmt: skip
OBJECTIVE_HEADERS = (
    "Key Result", "Objective", "Product", "Owner", "Quarter", "Start", "Target", "Current", "KPI",
    "Due date",
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
    ("Be the tool people start with", "activation_rate", 0.55, 0.68),
    ("Grow revenue that lasts", "mrr", 20_000.0, 26_000.0),
    ("Be recommended", "nps", 25.0, 38.0),
)


def _day(day: date | None) -> str:
    return "" if day is None else f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _database(name: str) -> str:
    """A file name as Notion gives it: the database and 32 hexadecimal digits."""
    digits = "".join(f"{zlib.crc32(f'{name}{part}'.encode()):08x}" for part in range(4))
    return f"{name} {digits}.csv"


def _initiatives(timeline: Timeline, seed: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for squad in SQUADS:
        chance = generator(seed, "roadmap", squad.squad)
        for number, week in enumerate(range(4, WEEKS + 22, 9)):
            begin = timeline.monday(week)
            due = begin + timedelta(7 * int(chance.integers(6, 12)))
            late = (
                timedelta(7 * int(chance.integers(1, 5))) if chance.random() < 0.3 else timedelta()
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
                    _OBJECTIVES[int(chance.integers(3))][0] if chance.random() < 0.75 else "",
                    _ORIGINS[int(chance.integers(5))], EPICS[number % len(EPICS)],
                    f"{_day(begin)} → {_day(due + late)}", _day(due),
                    _day(shipped if done else None),
                ]
            )  # fmt: skip
    return rows


def _key_results(timeline: Timeline, seed: int) -> list[list[object]]:
    rows: list[list[object]] = []
    quarters = [first_of_month(timeline.start, 2 + 3 * step) for step in range(8)]
    for quarter in (day for day in quarters if day <= timeline.until):
        for product in PRODUCTS:
            if product.launched > quarter:
                continue
            chance = generator(seed, "objectives", product.product, quarter.isoformat())
            end = first_of_month(quarter, 3) - timedelta(1)
            elapsed = min(1.0, ((timeline.until - quarter).days + 1) / 91)
            for objective, kpi, start, target in _OBJECTIVES:
                current = start + (target - start) * elapsed * chance.uniform(0.5, 1.1)
                rows.append(
                    [
                        f"{kpi} of {product.name}", objective, product.name,
                        PRODUCT_MANAGERS[product.product].name,
                        f"{quarter.year} Q{(quarter.month - 1) // 3 + 1}", compact(start),
                        compact(target), compact(round(current, 3)), kpi, _day(end),
                    ]
                )  # fmt: skip
    return rows


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    tables = (
        ("Roadmap", ROADMAP_HEADERS, _initiatives(timeline, seed)),
        ("OKR", OBJECTIVE_HEADERS, _key_results(timeline, seed)),
    )
    return [
        write_csv(folder / _database(name), headers, rows, encoding="utf-8-sig", line_end="\r\n")
        for name, headers, rows in tables
    ]
