"""What customers and people answered, said and asked."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd

from tests.truth.exports import (
    HISTORY_BEGINS,
    LAST_DAY,
    PRODUCT_NAMES,
    SQUAD_NAMES,
    Exports,
    days_of,
    moments_of,
    number_of,
    quotient,
)
from tests.truth.spans import Span

#: The tools that hold tickets and reviews came into use then.
FEEDBACK_BEGINS = date(2026, 5, 1)
#: The themes of everything that anybody says in the sample, as a person reads it.
THEMES = {
    "Trop lent le matin.": {"speed"},
    "Le support met des jours à répondre.": {"support"},
    "Les exports perdent des lignes.": {"reliability", "data"},
    "Correct, mais l'aide est à revoir.": {"support"},
    "Il manque un mode hors ligne.": {"features"},
    "Prix un peu élevé.": {"price"},
    "Simple et rapide.": {"usability", "speed"},
    "L'équipe écoute vraiment.": {"support"},
    "Nous ne pourrions plus nous en passer.": set(),
    "Du temps gagné": set(),
    "Moins d'erreurs": {"reliability"},
    "Une vue d'ensemble": set(),
    "La tranquillité": set(),
    "Se bloque au démarrage": {"reliability"},
    "Lent": {"speed"},
    "Bien mais perfectible": set(),
    "Très pratique": {"usability"},
    "Excellent !": set(),
    "L'export du tableau reste vide": {"data"},
    "Mot de passe perdu": {"access", "reliability"},
    "Question sur ma facture": {"price"},
    "Écran lent depuis ce matin": {"speed"},
    "Import d'un fichier impossible": {"data"},
    "Comment inviter un collègue ?": set(),
    "Erreur à l'enregistrement": {"reliability"},
    "Changer d'abonnement": {"price"},
}
FEWEST_PEOPLE = 5


class Voices(Exports):
    """What customers and people answered, said and asked."""

    @cached_property
    def _answers(self) -> dict[str, pd.DataFrame]:
        """By survey: whose (a product or squad), day, score."""
        satisfaction = pd.read_csv(self._one("Enquête de satisfaction*.csv"))
        fit = pd.read_csv(self._one("Enquête PMF*.csv"))
        effort = pd.read_csv(self._one("Enquête de facilité*.csv"))
        teams = pd.read_csv(self._one("Baromètre*.csv"))

        def answers(rows: pd.DataFrame, whose: pd.Series, column: str) -> pd.DataFrame:
            moment = pd.to_datetime(rows["Horodateur"], format="%d/%m/%Y %H:%M:%S")
            found = pd.DataFrame({"whose": whose, "day": days_of(moment), "score": rows[column]})
            return found.assign(respondent=range(len(rows))).dropna(subset="score")

        products = satisfaction["Produit"].map(PRODUCT_NAMES)
        nps, csat = satisfaction.columns[3:5]
        squads = teams["Équipe"].map(SQUAD_NAMES)
        return {
            "nps": answers(satisfaction, products, nps),
            "csat": answers(satisfaction, products, csat),
            "pmf": answers(fit, fit["Produit"].map(PRODUCT_NAMES), fit.columns[2]),
            "ces": answers(effort, effort["Produit"].map(PRODUCT_NAMES), effort.columns[2]),
            "engagement": pd.concat(answers(teams, squads, name) for name in teams.columns[2:8]),
            "enps": answers(teams, squads, teams.columns[8]),
        }

    def _scores(self, members: tuple[str, ...], span: Span, survey: str) -> pd.DataFrame:
        rows = self._answers[survey]
        if span.end > LAST_DAY or span.start < HISTORY_BEGINS.replace(day=1):
            return rows.iloc[:0]
        inside = rows["day"].between(number_of(span.start), number_of(span.end))
        return rows[rows["whose"].isin(members) & inside]

    @staticmethod
    def _net(rows: pd.DataFrame) -> float | None:
        """% of 9 and 10 less % of 0 to 6."""
        if rows.empty:
            return None
        promoters, detractors = (rows["score"] >= 9).sum(), (rows["score"] <= 6).sum()
        return 100 * float(promoters - detractors) / len(rows)

    def _nps(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._net(self._scores(products, span, "nps"))

    def _csat(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "csat")
        return quotient(float((rows["score"] >= 4).sum()), len(rows))

    def _ces(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "ces")
        return quotient(float((rows["score"] >= 5).sum()), len(rows))

    @cached_property
    def _said(self) -> pd.DataFrame:
        """All feedback: product, day, text (None without), whether it is rated low, stars."""
        satisfaction = pd.read_csv(self._one("Enquête de satisfaction*.csv"))
        nps, csat, why = satisfaction.columns[3:6]
        fit = pd.read_csv(self._one("Enquête PMF*.csv"))
        fit = fit[fit[fit.columns[2]] != "Je ne l'utilise plus"]
        reviews = pd.concat(
            pd.read_csv(path, encoding="utf-16") for path in self.folder.glob("reviews_*.csv")
        )
        packages = {"sillon", "escale", "oree"}
        shop = {f"com.mareval.{product}": product for product in packages}
        tickets = self._tickets
        form = "%d/%m/%Y %H:%M:%S"
        parts = [
            pd.DataFrame(
                {
                    "product": satisfaction["Produit"].map(PRODUCT_NAMES),
                    "day": days_of(pd.to_datetime(satisfaction["Horodateur"], format=form)),
                    "text": satisfaction[why],
                    "low": (satisfaction[nps] <= 6) | (satisfaction[csat] <= 2),
                }
            ).dropna(subset="text"),
            pd.DataFrame(
                {
                    "product": fit["Produit"].map(PRODUCT_NAMES),
                    "day": days_of(pd.to_datetime(fit["Horodateur"], format=form)),
                    "text": fit[fit.columns[3]],
                    "low": False,
                }
            ).dropna(subset="text"),
            pd.DataFrame(
                {
                    "product": reviews["Package Name"].map(shop),
                    "day": days_of(moments_of(reviews["Review Submit Date and Time"])),
                    "text": reviews["Review Text"],
                    "low": reviews["Star Rating"] <= 2,
                    "stars": reviews["Star Rating"],
                }
            ),
            pd.DataFrame(
                {
                    "product": tickets["product"],
                    "day": tickets["opened_day"],
                    "text": tickets["subject"],
                    "low": tickets["said"] == "Bad",
                }
            ),
        ]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def _tickets(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("zendesk*.csv"))
        opened, solved = moments_of(rows["Requested"]), moments_of(rows["Solved"])
        return pd.DataFrame(
            {
                "product": rows["Product"].map(PRODUCT_NAMES),
                "subject": rows["Subject"],
                "said": rows["Satisfaction"],
                "opened_day": days_of(opened),
                "solved_day": days_of(solved),
                "days": (solved - opened).dt.total_seconds() / 86400,
            }
        )

    def _heard(self, products: tuple[str, ...], span: Span) -> pd.DataFrame | None:
        if span.start < FEEDBACK_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._said
        inside = rows["day"].between(number_of(span.start), number_of(span.end))
        return rows[inside & rows["product"].isin(products)]

    def _feedback_volume(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        return None if rows is None else float(len(rows))

    def _feedback_theme_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        texts = rows["text"].dropna()
        return quotient(float(sum(bool(THEMES[text]) for text in texts)), len(texts))

    def _negative_feedback_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        said = rows[rows["text"].notna()]
        return quotient(float(said["low"].sum()), len(said))

    def _store_rating(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._heard(products, span)
        if rows is None:
            return None
        stars = rows["stars"].dropna()
        return quotient(float(stars.sum()), len(stars))

    def _feedback_resolution_time(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.start < FEEDBACK_BEGINS or span.end > LAST_DAY:
            return None
        rows = self._tickets[self._tickets["product"].isin(products)]
        solved = rows["solved_day"].between(number_of(span.start), number_of(span.end))
        return float(rows["days"][solved].median()) if solved.any() else None

    def _waiting(self, products: tuple[str, ...], day: date) -> pd.DataFrame | None:
        """The tickets open at the end of a day."""
        if not FEEDBACK_BEGINS <= day <= LAST_DAY:
            return None
        rows = self._tickets[self._tickets["product"].isin(products)]
        begun = rows["opened_day"] <= number_of(day)
        return rows[begun & ~rows["solved_day"].between(1, number_of(day))]

    def _open_tickets(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._waiting(products, span.end)
        return None if rows is None else len(rows)

    def _open_ticket_age(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._waiting(products, span.end)
        if rows is None or rows.empty:
            return None
        return float((number_of(span.end) - rows["opened_day"]).median())

    def _pmf_score(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(products, span, "pmf")
        rows = rows[rows["score"] != "Je ne l'utilise plus"]
        return quotient(float((rows["score"] == "Très déçu(e)").sum()), len(rows))

    def _engagement_score(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(squads, span, "engagement")
        if rows["respondent"].nunique() < FEWEST_PEOPLE:
            return None
        return float(((rows["score"] - 1) / 4 * 10).mean())

    def _enps(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._scores(squads, span, "enps")
        return self._net(rows) if len(rows) >= FEWEST_PEOPLE else None
