"""Deals won and lost, rivals, and the market they are in."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd

from tests.truth.exports import (
    FIFTH_DIGIT,
    LAST_DAY,
    LAUNCHED,
    PRODUCT_NAMES,
    Exports,
    days_of,
    number_of,
    quotient,
)
from tests.truth.spans import Span

#: The months of which the market is known.
MARKET = (date(2024, 12, 1), date(2026, 10, 31))


class Market(Exports):
    """Deals won and lost, rivals, and the market they are in."""

    @cached_property
    def _deals(self) -> pd.DataFrame:
        rows = pd.read_csv(self._one("hubspot-*.csv"))
        rows["product"] = rows["Pipeline"].str.removeprefix("Ventes ").map(PRODUCT_NAMES)
        rows["day"] = days_of(pd.to_datetime(rows["Close Date"]))
        return rows

    @cached_property
    def _first_deals(self) -> pd.Series:
        return self._deals.groupby("product")["Create Date"].min()

    def _win_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._deals[self._deals["product"].isin(products)]
        begun = self._first_deals[self._first_deals.index.isin(products)]
        late = begun[(begun > str(span.start)) & (begun <= str(span.end))]
        if span.end > LAST_DAY or set(late.index) - set(LAUNCHED):
            return None
        rows = rows[rows["day"].between(number_of(span.start), number_of(span.end))]
        won = (rows["Deal Stage"] == "Closed Won").sum()
        lost = rows["Deal Stage"] == "Closed Lost"
        lost = (lost & (rows["Closed Lost Reason"] != "No decision")).sum()
        return quotient(float(won), float(won + lost))

    @cached_property
    def _market(self) -> pd.DataFrame:
        """One row a product and month: first day, own share, the largest rival's, all of them."""
        parts = []
        for product in FIFTH_DIGIT.values():
            rows = pd.read_csv(self._one(f"{product}_segment-fr-monthly-*.csv"))
            rivals = rows.iloc[:, 2:-1]
            parts.append(
                pd.DataFrame(
                    {
                        "product": product,
                        "day": pd.to_datetime(rows["Date"]).dt.date,
                        "own": rows.iloc[:, 1],
                        "rival": rivals.max(axis=1),
                        "total": rows.iloc[:, 1:].sum(axis=1),
                    }
                )
            )
        return pd.concat(parts)

    def _in_market(self, products: tuple[str, ...], span: Span) -> pd.DataFrame:
        """The months of the one market; none for products of several markets."""
        rows = self._market
        if len(products) > 1 or span.start < MARKET[0] or span.end > MARKET[1]:
            return rows.iloc[:0]
        inside = (rows["day"] >= span.start) & (rows["day"] <= span.end)
        return rows[inside & rows["product"].isin(products)]

    def _market_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._in_market(products, span)
        return quotient(float(rows["own"].sum()), float(rows["total"].sum()))

    def _relative_market_share(self, products: tuple[str, ...], span: Span) -> float | None:
        rows = self._in_market(products, span)
        return quotient(float(rows["own"].sum()), float(rows["rival"].sum()))

    def _competitive_win_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        if span.end > LAST_DAY or (
            self._win_rate(products, span) is None and self._decided(products, span)
        ):
            return None
        return quotient(
            float(self._decided(products, span, "Closed Won", rival=True)),
            float(self._decided(products, span, rival=True)),
        )

    def _decided(
        self, products: tuple[str, ...], span: Span, stage: str = "", *, rival: bool = False
    ) -> int:
        """Deals won or lost in a span, of one stage or both, all or those that name a rival."""
        rows = self._deals[self._deals["product"].isin(products)]
        rows = rows[rows["day"].between(number_of(span.start), number_of(span.end))]
        lost = rows["Deal Stage"] == "Closed Lost"
        lost &= rows["Closed Lost Reason"] != "No decision"
        chosen = (rows["Deal Stage"] == "Closed Won") | lost
        if stage:
            chosen &= rows["Deal Stage"] == stage
        return int((chosen & rows["Competitor"].notna()).sum() if rival else chosen.sum())

    def _rating_gap(self, products: tuple[str, ...], span: Span) -> float | None:
        """Nobody gave the ratings of rivals."""
        return None
