"""Sales opportunities, as HubSpot exports them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sample_data import story
from sample_data.company import PRODUCTS
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline

HEADERS = (
    "Deal ID", "Deal Name", "Deal Stage", "Pipeline", "Amount", "Close Date", "Create Date",
    "Deal Owner", "Deal Type", "Closed Lost Reason", "Associated Company Domain",
    "Associated Contact Email", "Competitor",
)  # fmt: skip
_OPEN_STAGES = (
    "Appointment Scheduled",
    "Qualified To Buy",
    "Decision Maker Bought-In",
    "Contract Sent",
)
_REASONS = ("Price", "Missing feature", "No decision", "Timing", "Integration")
_RIVALS = {
    "sillon": ("Chiffrier", "Comptalux"), "escale": ("Notedéfrais+", "Valisio"),
    "passerelle": ("Relais EDI", "Tuyauterie"), "clairiere": ("Guichet Ouvert", "Portalis"),
    "oree": ("Répondeur", "Assistance IA"),
}  # fmt: skip


def _deals(timeline: Timeline, seed: int) -> list[tuple[date, list[object]]]:
    rows: list[tuple[date, list[object]]] = []
    for product in PRODUCTS:
        chance = generator(seed, "deals", product.product)
        owed = wins_owed = 0.0
        for week in range(max(0, product.first_week + 4), WEEKS + 6):
            monday = timeline.monday(week)
            owed += product.deals * (1 + story.season(monday)) / 2 * chance.uniform(0.9, 1.1)
            rival = story.rival_present(product.product, week)
            rate = product.win_rate * (story.RIVAL_WIN_FACTOR if rival else 1.0)
            for _ in range(int(owed)):
                owed -= 1
                wins_owed += rate + chance.uniform(-0.18, 0.18)
                won = wins_owed >= 0.5
                wins_owed -= won
                closed = monday + timedelta(int(chance.integers(0, 5)))
                created = max(closed - timedelta(int(chance.integers(14, 100))), timeline.start)
                if created > timeline.until:
                    continue
                known = _RIVALS[product.product]
                named = known[int(chance.integers(2))] if chance.random() < 0.45 else ""
                if rival and chance.random() < (story.RIVAL_IN_WON if won else story.RIVAL_IN_LOST):
                    named = story.RIVAL_NAME
                reason = (
                    "Competitor"
                    if named and chance.random() < 0.6
                    else _REASONS[int(chance.integers(5))]
                )
                open_ = closed > timeline.until
                stage = (
                    _OPEN_STAGES[int(chance.integers(4))]
                    if open_
                    else "Closed Won"
                    if won
                    else "Closed Lost"
                )
                number = len(rows) + 1
                client = int(chance.integers(1, 4000))
                rows.append(
                    (
                        created,
                        [
                            f"{product.product[:3].upper()}-{number:05}",
                            f"Client {client} - {product.name}",
                            stage, f"Ventes {product.name}",
                            f"{product.plans[-1][1] * 12 * int(chance.integers(3, 30)):.2f}",
                            closed, created,
                            f"vente{int(chance.integers(1, 6))}@mareval.example.invalid",
                            "Existing Business" if chance.random() < 0.25 else "New Business",
                            reason if stage == "Closed Lost" else "",
                            f"client{client}.example.invalid",
                            f"contact{client}@client.example.invalid", named,
                        ],
                    )
                )  # fmt: skip
    return sorted(rows, key=lambda row: (row[0], str(row[1][0])))


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    path = folder / f"hubspot-crm-exports-deals-{timeline.exported}.csv"
    return [write_csv(path, HEADERS, (row for _, row in _deals(timeline, seed)), line_end="\r\n")]
