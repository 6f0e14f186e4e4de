"""Survey answers, as a French Google Form gives them to a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from sample_data import story
from sample_data.company import MEMBERS, PRODUCTS, SQUADS
from sample_data.draw import apportioned, generator
from sample_data.sprints import sprints_of
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline, first_of_month

NPS_QUESTION = "Recommanderiez-vous ce produit à un collègue ? (0 à 10)"
CSAT_QUESTION = "Êtes-vous satisfait du produit ? (1 à 5)"
COMMENT_QUESTION = "Pourquoi cette note ?"
SATISFACTION_HEADERS = (
    "Horodateur", "Adresse e-mail", "Produit", NPS_QUESTION, CSAT_QUESTION, COMMENT_QUESTION,
)  # fmt: skip
PMF_QUESTION = "Seriez-vous déçu(e) de ne plus pouvoir utiliser ce produit ?"
PMF_HEADERS = ("Horodateur", "Produit", PMF_QUESTION, "Pourquoi ?")
PMF_ANSWERS = ("Très déçu(e)", "Un peu déçu(e)", "Pas déçu(e)", "Je ne l'utilise plus")
ENGAGEMENT_ITEMS = (
    "Je sais ce que l'on attend de moi",
    "J'ai les moyens de bien faire mon travail",
    "Mon avis compte dans les décisions de l'équipe",
    "Je progresse dans mon métier",
    "La charge de travail est tenable",
    "Je suis fier du produit que nous faisons",
)
ENPS_QUESTION = "Recommanderiez-vous votre équipe comme un endroit où travailler ? (0 à 10)"
ENGAGEMENT_HEADERS = ("Horodateur", "Équipe", *ENGAGEMENT_ITEMS, ENPS_QUESTION, "Commentaire")
EFFORT_QUESTION = "A-t-il été facile de faire ce que vous vouliez ? (1 à 7)"
EFFORT_HEADERS = ("Horodateur", "Produit", EFFORT_QUESTION)
EFFORT_ANSWERS_A_WEEK = 12  # per product
INVITATION_HEADERS = ("Vague", "Équipe", "Début", "Fin", "Personnes invitées")
ANSWERS_A_WEEK = 32  # per product

_COMMENTS = {
    "low": ("Trop lent le matin.", "Le support met des jours à répondre.",
        "Les exports perdent des lignes."),
    "middle": ("Correct, mais l'aide est à revoir.", "Il manque un mode hors ligne.",
        "Prix un peu élevé."),
    "high": ("Simple et rapide.", "L'équipe écoute vraiment.",
        "Nous ne pourrions plus nous en passer."),
}  # fmt: skip
_BENEFITS = ("Du temps gagné", "Moins d'erreurs", "Une vue d'ensemble", "La tranquillité")


def _stamp(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M:%S}"


def _moment(day: date, chance: np.random.Generator) -> datetime:
    return datetime.combine(day, time(8)) + timedelta(seconds=int(chance.integers(0, 36_000)))


def _satisfaction(timeline: Timeline, seed: int) -> list[tuple[datetime, list[object]]]:
    rows: list[tuple[datetime, list[object]]] = []
    for product in PRODUCTS:
        chance = generator(seed, "satisfaction", product.product)
        for week in range(max(0, product.first_week + 4), WEEKS):
            monday = timeline.monday(week)
            count = max(4, round(ANSWERS_A_WEEK * (0.4 + 0.6 * story.season(monday))))
            net = product.nps + story.nps_shift(product.product, monday, timeline)
            net += chance.uniform(-0.045, 0.045)
            promoters = (1 + net) / 2 - 0.13
            groups = apportioned([1 - promoters - 0.26, 0.26, promoters], count)
            satisfied = product.satisfied + 0.3 * (net - product.nps) + chance.uniform(-0.02, 0.02)
            unhappy = round(count * (1 - satisfied))
            scores = [
                *((int(chance.integers(0, 7)), "low") for _ in range(groups[0])),
                *((int(chance.integers(7, 9)), "middle") for _ in range(groups[1])),
                *((int(chance.integers(9, 11)), "high") for _ in range(groups[2])),
            ]
            for rank, (score, mood) in enumerate(scores):
                when = _moment(monday + timedelta(int(chance.integers(0, 5))), chance)
                csat = int(chance.integers(1, 4)) if rank < unhappy else int(chance.integers(4, 6))
                said = _COMMENTS[mood][int(chance.integers(3))] if chance.random() < 0.3 else ""
                mail = f"usager{int(chance.integers(10**6))}@client.example.invalid"
                rows.append((when, [_stamp(when), mail, product.name, score, csat, said]))
    return sorted(rows, key=lambda row: (row[0], str(row[1][1])))


def _fit(timeline: Timeline, seed: int) -> list[tuple[datetime, list[object]]]:
    """Quarterly, in the second month of each quarter: about eighty answers a product."""
    rows: list[tuple[datetime, list[object]]] = []
    for month in (first_of_month(timeline.start, offset) for offset in range(0, 25, 3)):
        for product in PRODUCTS:
            first = max(month, timeline.start)
            if product.launched > first - timedelta(60):
                continue
            chance = generator(seed, "fit", product.product, month.isoformat())
            count = int(chance.integers(74, 88))
            share = product.very_disappointed + chance.uniform(-0.025, 0.025)
            if story.rival_present(product.product, timeline.week(first)):
                share -= 0.06
            answers = apportioned(
                [share, 0.93 * (1 - share) - 0.12, 0.12, 0.07 * (1 - share)], count
            )
            for answer, times in zip(PMF_ANSWERS, answers, strict=True):
                for _ in range(int(times)):
                    when = _moment(first + timedelta(int(chance.integers(0, 12))), chance)
                    why = _BENEFITS[int(chance.integers(4))] if chance.random() < 0.5 else ""
                    rows.append((when, [_stamp(when), product.name, answer, why]))
    return sorted(rows, key=lambda row: (row[0], str(row[1])))


def _effort(timeline: Timeline, seed: int) -> list[tuple[datetime, list[object]]]:
    """A steady question after a task: about as many find it easy as are satisfied."""
    rows: list[tuple[datetime, list[object]]] = []
    for product in PRODUCTS:
        chance = generator(seed, "effort", product.product)
        for week in range(max(0, product.first_week + 4), WEEKS):
            easy = round(EFFORT_ANSWERS_A_WEEK * (product.satisfied - 0.06))
            for rank in range(EFFORT_ANSWERS_A_WEEK):
                day = timeline.monday(week) + timedelta(int(chance.integers(0, 5)))
                when = _moment(day, chance)
                score = int(chance.integers(5, 8) if rank < easy else chance.integers(1, 5))
                rows.append((when, [_stamp(when), product.name, score]))
    return sorted(rows, key=lambda row: (row[0], str(row[1])))


def waves(timeline: Timeline) -> list[date]:
    """Mondays of the engagement waves: one a quarter, the last one four weeks before the end."""
    last = timeline.monday(WEEKS - 4)
    return sorted(last - timedelta(91 * step) for step in range(8))


def _engagement(timeline: Timeline, seed: int) -> list[tuple[datetime, list[object]]]:
    rows: list[tuple[datetime, list[object]]] = []
    for monday in waves(timeline):
        for squad in SQUADS:
            chance = generator(seed, "engagement", squad.squad, monday.isoformat())
            level = 3.9 + 0.05 * (SQUADS.index(squad) % 4)
            strained = [
                story.strain(squad.squad, sprint.to_go)
                for sprint in sprints_of(squad, timeline, seed)
                if sprint.to_go >= 0 and sprint.start <= monday <= sprint.end
            ]
            fall = 1.25 * max(strained, default=0.0)
            members = len(MEMBERS[squad.squad])
            for person in range(members if chance.random() < 0.7 else members - 1):
                mood = (person - members / 2) * 0.09
                scores = [
                    int(np.clip(round(level - fall + mood + chance.uniform(-0.75, 0.75)), 1, 5))
                    for _ in ENGAGEMENT_ITEMS
                ]
                enps = int(
                    np.clip(round(8.1 + 2 * mood - 2.6 * fall + chance.uniform(-1.1, 1.3)), 0, 10)
                )
                when = _moment(monday + timedelta(int(chance.integers(0, 5))), chance)
                rows.append((when, [_stamp(when), squad.name, *scores, enps, ""]))
    return sorted(rows, key=lambda row: (row[0], str(row[1])))


def _invitations(timeline: Timeline) -> Iterator[tuple[object, ...]]:
    """Every member of every squad is invited, from a Monday to the Sunday that follows."""
    for monday in waves(timeline):
        for squad in SQUADS:
            name = f"{monday:%Y}-T{(monday.month + 2) // 3}"
            yield name, squad.name, monday, monday + timedelta(6), len(MEMBERS[squad.squad])


def write(folder: Path, timeline: Timeline, seed: int) -> list[Path]:
    """Satisfaction, ease of use, product-market fit, engagement, and who was asked: one each."""
    tables = (
        ("Enquête de satisfaction", SATISFACTION_HEADERS, _satisfaction(timeline, seed)),
        ("Enquête de facilité", EFFORT_HEADERS, _effort(timeline, seed)),
        ("Enquête PMF", PMF_HEADERS, _fit(timeline, seed)),
        ("Baromètre des équipes", ENGAGEMENT_HEADERS, _engagement(timeline, seed)),
    )
    return [
        write_csv(
            folder / f"{title} (réponses) {timeline.exported}.csv",
            headers,
            (row for _, row in rows),
        )
        for title, headers, rows in tables
    ] + [
        write_csv(
            folder / f"Vagues du baromètre {timeline.exported}.csv",
            INVITATION_HEADERS,
            _invitations(timeline),
        )
    ]
