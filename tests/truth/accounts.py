"""What the books say of products: revenue, cost, margin."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd

from tests.truth.exports import FIFTH_DIGIT, Exports, days_of, number_of, quotient
from tests.truth.spans import Span

LEDGER = (date(2024, 12, 1), date(2026, 10, 31))
SQUADS_BY_DIGIT = dict(
    zip("12345678", ("boussole", "sonde", "misaine", "foc", "amarre", "grandvoile", "balise",
                     "quart"), strict=True)
)  # fmt: skip


class Accounts(Exports):
    """What the books say of products: revenue, cost, margin."""

    @cached_property
    def _ledger(self) -> pd.DataFrame:
        """Entries of accounts that belong to a product: product, day, prefix, credit − debit."""
        parts = [
            pd.read_csv(path, sep="\t", dtype=str) for path in sorted(self.folder.glob("*FEC*.txt"))
        ]
        rows = pd.concat(parts)
        amounts = [
            rows[column].str.replace(",", ".").astype(float) for column in ("Credit", "Debit")
        ]
        found = pd.DataFrame(
            {
                "product": rows["CompteNum"].str[4].map(FIFTH_DIGIT),
                "day": days_of(pd.to_datetime(rows["EcritureDate"], format="%Y%m%d")),
                "prefix": rows["CompteNum"].str[:4],
                "amount": amounts[0] - amounts[1],
            }
        )
        return found[rows["JournalCode"] != "AN"]

    def _booked(
        self, products: tuple[str, ...], span: Span, prefixes: tuple[str, ...]
    ) -> float | None:
        if span.start < LEDGER[0] or span.end > LEDGER[1]:
            return None
        rows = self._ledger
        chosen = (
            rows["product"].isin(products)
            & rows["prefix"].isin(prefixes)
            & rows["day"].between(number_of(span.start), number_of(span.end))
        )
        return float(rows["amount"][chosen].sum())

    def _revenue(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._booked(products, span, ("7061",))

    def _contribution_margin(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._booked(products, span, ("7061", "6135", "6278", "6110"))

    def _contribution_margin_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        return quotient(self._contribution_margin(products, span), self._revenue(products, span))

    def _cost_per_active_user(self, products: tuple[str, ...], span: Span) -> float | None:
        cost = self._booked(products, span, ("6135", "6278", "6110"))
        users = self._active_users(products, span)
        return None if cost is None else quotient(-cost, users)

    @cached_property
    def _payroll(self) -> pd.DataFrame:
        """What each squad cost: squad, day, amount."""
        parts = [
            pd.read_csv(path, sep="\t", dtype=str) for path in sorted(self.folder.glob("*FEC*.txt"))
        ]
        rows = pd.concat(parts)
        rows = rows[rows["CompteNum"].str[:4].isin(["6411", "6451"])]
        return pd.DataFrame(
            {
                "squad": rows["CompteNum"].str[4].map(SQUADS_BY_DIGIT),
                "day": pd.to_datetime(rows["EcritureDate"], format="%Y%m%d").dt.date,
                "amount": rows["Debit"].str.replace(",", ".").astype(float),
            }
        )

    def _product_result(self, products: tuple[str, ...], span: Span) -> float | None:
        margin = self._contribution_margin(products, span)
        if margin is None:
            return None
        rows = self._payroll
        cost, shared = 0.0, False
        for row in rows[(rows["day"] >= span.start) & (rows["day"] <= span.end)].itertuples():
            worked = {product for squad, product in self._assigned(row.day) if squad == row.squad}
            if worked & set(products):
                shared = True
                cost += row.amount * len(worked & set(products)) / len(worked)
        return margin - cost if shared else None
