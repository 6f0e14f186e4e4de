"""Tickets of users, as Zendesk exports a view of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np

from sample_data import story
from sample_data.company import PRODUCTS
from sample_data.draw import generator
from sample_data.store import MONTHS_KEPT
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline

HEADERS = (
    "Id", "Subject", "Requester", "Requested", "Status", "Priority", "Product", "Group", "Updated",
    "Solved", "Satisfaction",
)  # fmt: skip
TICKETS_A_WEEK = 14  # per product
_SUBJECTS = (
    "L'export du tableau reste vide", "Mot de passe perdu", "Question sur ma facture",
    "Écran lent depuis ce matin", "Import d'un fichier impossible", "Comment inviter un collègue ?",
    "Erreur à l'enregistrement", "Changer d'abonnement",
)  # fmt: skip
_SATISFACTION = ("Good", "Bad", "Offered", "Unoffered")
_SHARES = (0.34, 0.06, 0.28, 0.32)


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    """One file of the tickets since the tool came into use, when the reviews began to be kept."""
    first = timeline.months()[-MONTHS_KEPT]
    now = datetime.combine(timeline.exported, time(6))
    rows: list[list[object]] = []
    for product in PRODUCTS:
        chance = generator(seed, "support", product.product)
        for week in range(WEEKS):
            monday = timeline.monday(week)
            if monday + timedelta(6) < first:
                continue
            for _ in range(round(TICKETS_A_WEEK * (0.3 + 0.7 * story.season(monday)))):
                opened = datetime.combine(monday, time(7)) + timedelta(
                    days=int(chance.integers(0, 5)), seconds=int(chance.integers(0, 39_000))
                )
                wait = timedelta(hours=float(np.exp(np.log(30) + 0.9 * chance.standard_normal())))
                subject = _SUBJECTS[int(chance.integers(len(_SUBJECTS)))]
                said = _SATISFACTION[int(chance.choice(4, p=_SHARES))]
                if opened.date() < first:
                    continue
                solved = opened + wait.__class__(seconds=round(wait.total_seconds()))
                done = solved < now
                rows.append(
                    [opened, subject, f"usager{int(chance.integers(10**6))}@client.example.invalid",
                     f"{opened:%Y-%m-%d %H:%M}", "Solved" if done else "Open", "Normal",
                     product.name, "Assistance", f"{solved if done else opened:%Y-%m-%d %H:%M}",
                     f"{solved:%Y-%m-%d %H:%M}" if done else "", said if done else "Unoffered"]
                )  # fmt: skip
    rows.sort(key=lambda row: (str(row[0]), str(row[6]), str(row[2])))
    path = folder / f"zendesk tickets {timeline.exported}.csv"
    return [
        write_csv(path, HEADERS, ([number, *row[1:]] for number, row in enumerate(rows, 40_001)))
    ]
