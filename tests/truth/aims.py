"""What was aimed at, what was built, and what audits found."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd

from tests.truth.dictionary import grain_of
from tests.truth.exports import (
    FIFTH_DIGIT,
    HISTORY_BEGINS,
    LAST_DAY,
    LAUNCHED,
    PRODUCT_NAMES,
    SQUAD_NAMES,
    Exports,
    days_of,
    number_of,
    quotient,
)
from tests.truth.market import MARKET
from tests.truth.spans import Span, of_grain

#: The first day of each product's carbon figures, where it is not that of the market's.
CARBON_BEGINS = {"clairiere": date(2025, 10, 1)}
#: The first initiatives of the roadmap began then.
ROADMAP_BEGINS = date(2024, 12, 16)
FROM_MARKET = ("Feedback", "Lost deal", "Discovery")


class Aims(Exports):
    """What was aimed at, what was built, and what audits found."""

    @cached_property
    def _key_results(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("OKR *.csv"))
        quarters = rows["Quarter"].str.split(" Q")
        return pd.DataFrame(
            {
                "product": rows["Product"].map(PRODUCT_NAMES),
                "kpi": rows["KPI"],
                "begun": [date(int(y), 3 * int(q) - 2, 1) for y, q in quarters],
                "ended": pd.to_datetime(rows["Due date"], format="%B %d, %Y").dt.date,
                "start": rows["Start"],
                "target": rows["Target"],
                "typed": rows["Current"],
            }
        )

    def _running(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        rows = self._key_results
        if span.end > LAST_DAY:
            return rows.iloc[:0]
        now = (rows["begun"] <= span.end) & (rows["ended"] >= span.end)
        return rows[now & rows["product"].isin(products)]

    def _okr_progress(self, products: tuple[str, ...], span: Span) -> float | None:
        shares = []
        for row in self._running(products, span).itertuples():
            period = of_grain(grain_of(row.kpi))(span.end)
            value = None
            while period.end > span.end:
                period = period.before()
            while value is None and period.end > row.begun:
                value = self.value(row.kpi, "product", row.product, period)
                period = period.before()
            if value is None:
                if span.end < row.ended:  # the export says how it stood once it had ended
                    return None
                value = row.typed
            shares.append(min(1.0, max(0.0, (value - row.start) / (row.target - row.start))))
        return quotient(sum(shares), len(shares))

    def _okr_expected_progress(self, products: tuple[str, ...], span: Span) -> float | None:
        shares = [
            ((span.end - row.begun).days + 1) / ((row.ended - row.begun).days + 1)
            for row in self._running(products, span).itertuples()
        ]
        if self._okr_progress(products, span) is None:
            return None
        return quotient(sum(shares), len(shares))

    def _north_star(self, products: tuple[str, ...], span: Span) -> float | None:
        stars = pd.read_csv(self.folder / "products.csv").set_index("product")["north_star"]
        named = {str(stars[product]) for product in products}
        if len(named) != 1:
            return None
        found: float | None = getattr(self, f"_{named.pop()}")(products, span)
        return found

    @cached_property
    def _roadmap(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("Roadmap *.csv"), encoding="utf-8-sig")
        dated = {
            name: days_of(pd.to_datetime(rows[header], format="%B %d, %Y"))
            for name, header in (("due", "First due"), ("shipped", "Shipped"))
        }
        led = pd.read_csv(self._one("discoveries *.csv")).dropna(subset="initiative")
        heard = set(zip(led["product"], led["initiative"], strict=True))
        return rows.assign(
            product=rows["Product"].map(PRODUCT_NAMES),
            squad=rows["Squad"].map(SQUAD_NAMES),
            from_market=[
                str(origin).startswith(FROM_MARKET) or (product, name) in heard
                for product, name, origin in zip(
                    rows["Product"], rows["Name"], rows["Origin"], strict=True
                )
            ],
            **dated,
        )

    def _delivered(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        rows = self._roadmap
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return rows.iloc[:0]
        inside = rows["shipped"].between(number_of(span.start), number_of(span.end))
        return rows[inside & rows["product"].isin(products)]

    def due_for_review(self, product: str, span: Span) -> int:
        """Shipped initiatives of a product ('' for all) that aim at a KPI, by review day."""
        rows = self._roadmap.dropna(subset=["Target KPI", "Review date"])
        days = days_of(pd.to_datetime(rows["Review date"], format="%B %d, %Y"))
        inside = (days >= number_of(span.start)) & (days <= number_of(span.end))
        return int(
            (inside & (rows["product"].isin([product] if product else FIFTH_DIGIT.values()))).sum()
        )

    def _linked_initiatives(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._delivered(products, span)
        return quotient(int(rows["Target KPI"].notna().sum()), len(rows))

    def _market_driven_roadmap_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._delivered(products, span)
        return quotient(int(rows["from_market"].sum()), len(rows))

    def _on_time_delivery(self, squads: tuple[str, ...], span: Span) -> float | None:
        rows = self._roadmap
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return None
        due = rows[rows["due"].between(number_of(span.start), number_of(span.end))]
        due = due[due["squad"].isin(squads)]
        kept = (due["shipped"] > 0) & (due["shipped"] <= due["due"])
        return quotient(int(kept.sum()), len(due))

    @cached_property
    def _worth(self) -> list[tuple[str, date, float, float]]:
        """Of each sprint: squad, last day, points done in it, and those that serve an objective."""
        aimed = self._roadmap.dropna(subset=["Objective", "Epic"])
        served = set(zip(aimed["squad"], aimed["Epic"], strict=True))
        found = []
        for squad, sprint, start, end in self._calendar:
            done = useful = 0.0
            rows = self._items[self._items["squad"] == squad]
            for row in rows[rows["done"].between(number_of(start), number_of(end))].itertuples():
                if sprint in row.sprints:
                    points = 1.0 if pd.isna(row.points) else float(row.points)
                    done += points
                    useful += points * ((squad, row.parent) in served)
            found.append((squad, end, done, useful))
        return found

    def _sprint_value_share(self, squads: tuple[str, ...], span: Span) -> float | None:
        if span.start < ROADMAP_BEGINS or span.end > LAST_DAY:
            return None
        ended = [s for s in self._worth if s[0] in squads and span.start <= s[1] <= span.end]
        return quotient(sum(s[3] for s in ended), sum(s[2] for s in ended))

    @cached_property
    def _observed(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("observations *.csv"))
        days = [
            date.fromisoformat(text if len(text) == 10 else f"{text}-01") for text in rows["period"]
        ]
        return rows.assign(product=rows["scope"].map(PRODUCT_NAMES), day=days)

    def _rgaa_compliance(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.end > LAST_DAY:
            return None
        rows = self._observed[self._observed["product"].isin(products)]
        rows = rows[rows["day"] <= span.end].sort_values("day", kind="stable")
        latest = rows.drop_duplicates(["metric", "product"], keep="last")
        totals = latest.groupby("metric")["value"].sum()
        return quotient(totals.get("rgaa_criteria_met"), totals.get("rgaa_criteria_applicable"))

    def _carbon_per_active_user(self, products: tuple[str, ...], span: Span) -> float | None:
        begun = [p for p in products if LAUNCHED.get(p, HISTORY_BEGINS) <= span.end]
        if span.end > MARKET[1] or any(
            CARBON_BEGINS.get(product, MARKET[0]) > span.start for product in begun
        ):
            return None
        rows = self._observed[self._observed["metric"] == "carbon_grams"]
        inside = (rows["day"] >= span.start) & (rows["day"] <= span.end)
        grams = float(rows["value"][inside & rows["product"].isin(products)].sum())
        return quotient(grams, self._active_users(products, span))
