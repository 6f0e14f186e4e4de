"""What subscriptions bring in, and how that moves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from tests.truth.exports import (
    FIFTH_DIGIT,
    LAST_DAY,
    LAUNCHED,
    PRODUCT_NAMES,
    Exports,
    days_of,
    moments_of,
    number_of,
    once,
    quotient,
)
from tests.truth.spans import Span

#: Before the first export nobody is told of who had left: the day before it begins the history.
BILLING_BEGINS = date(2024, 11, 30)


class Billing(Exports):
    """What subscriptions bring in, and how that moves."""

    @cached_property
    def _contracts(self) -> tuple[pd.DataFrame, np.ndarray, list[int]]:
        """One row a subscription (product, account, first paid and first unpaid day), its monthly
        amounts as each export shows them, and the export days."""
        exports = {day: pd.read_csv(p) for day, p in self._files("subscriptions_*.csv").items()}
        newest = pd.concat(exports.values()).drop_duplicates("id", keep="last").set_index("id")
        amounts = {}
        for day, rows in exports.items():
            months = rows["Interval"].map({"month": 1, "quarter": 3, "year": 12})
            monthly = rows["Amount"] * rows["Quantity"] / months
            amounts[number_of(day)] = pd.Series(monthly.to_numpy(), index=rows["id"])
        table = pd.DataFrame(amounts).reindex(newest.index)
        begun = moments_of(newest["Trial End (UTC)"].fillna(newest["Start Date (UTC)"]))
        ended = moments_of(newest["Ended At (UTC)"])
        contracts = pd.DataFrame(
            {
                "product": newest["Plan"].str.split().str[0].map(PRODUCT_NAMES),
                "account": newest["Customer ID"],
                "currency": newest["Currency"],
                "begun": days_of(begun),
                "ended": np.where(ended.isna(), 10**7, days_of(ended)),
            }
        )
        return contracts, table.bfill(axis=1).ffill(axis=1).to_numpy(), list(amounts)

    @cached_property
    def _rates(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "rates.csv")

    def _franc(self, day: date) -> float:
        rows = self._rates
        return float(rows["rate"][rows["date"] <= str(day)].iloc[-1])

    @cached_property
    def _book_cache(self) -> dict[tuple[date, date], pd.Series]:
        return {}

    def _book(self, day: date, priced: date | None = None) -> pd.Series:
        """What each account pays a month for each product at the end of `day`, in EUR at the rates
        of that day or of the day `priced`."""
        at = (day, priced or day)
        if at not in self._book_cache:
            contracts, amounts, exports = self._contracts
            # The first export after the day shows what was paid on it.
            column = min(len(exports) - 1, int(np.searchsorted(exports, number_of(day), "right")))
            paid = (contracts["begun"] <= number_of(day)) & (contracts["ended"] > number_of(day))
            rows = contracts[paid].assign(amount=amounts[paid.to_numpy(), column])
            rows["amount"] *= np.where(rows["currency"] == "chf", self._franc(at[1]), 1.0)
            self._book_cache[at] = rows.groupby(["product", "account"])["amount"].sum().round(6)
        return self._book_cache[at]

    def _held(self, products: tuple[str, ...], day: date, priced: date | None = None) -> pd.Series:
        book = self._book(day, priced)
        return book[book.index.get_level_values("product").isin(products)]

    def _billed(self, products: Iterable[str], span: Span, since: date | None = None) -> bool:
        """Whether one of the products was there, and who paid is known from the day `since` on."""
        begun = [p for p in products if LAUNCHED.get(p, BILLING_BEGINS) <= span.end]
        old = [product for product in begun if product not in LAUNCHED]
        known = not old or (since or span.end) >= BILLING_BEGINS
        return span.end <= LAST_DAY and bool(begun) and known

    def _mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span):
            return None
        return float(self._held(products, span.end).sum())

    def _arr(self, products: tuple[str, ...], span: Span) -> float | None:
        now = self._mrr(products, span)
        return None if now is None else 12 * now

    @cached_property
    def _first_paid(self) -> pd.Series:
        """The day from which each account has ever paid for each product."""
        contracts = self._contracts[0]
        real = contracts[contracts["ended"] > contracts["begun"]]
        return real.groupby(["product", "account"])["begun"].min()

    @once
    def _bridge(self, products: tuple[str, ...], span: Span) -> dict[str, float] | None:
        """How MRR moved between the end of the period before and this one's, account by account."""
        if not self._billed(products, span, span.start - timedelta(1)):
            return None
        opening = self._held(products, span.start - timedelta(1))
        closing = self._held(products, span.end)
        steady = self._held(products, span.end, span.start - timedelta(1))
        both = pd.DataFrame({"opening": opening, "closing": closing, "steady": steady}).fillna(0.0)
        known = self._first_paid.reindex(both.index) < number_of(span.start)
        change = (both["steady"] - both["opening"]).round(6)
        come, gone = both["opening"] == 0, both["closing"] == 0
        by_account = both.groupby("account").sum()  # one that keeps another product is not lost
        began = by_account["opening"] > 0
        return {
            "opening": float(opening.sum()),
            "accounts": float(began.sum()),
            "lost": float((began & (by_account["closing"] == 0)).sum()),
            "new": float(both["closing"][come & ~known].sum()),
            "reactivation": float(both["closing"][come & known].sum()),
            "expansion": float(change[~come & ~gone & (change > 0)].sum()),
            "contraction": float(-change[~come & ~gone & (change < 0)].sum()),
            "churned": float(both["opening"][gone].sum()),
            "fx": float((both["closing"] - both["steady"])[~come].sum()),
        }

    def _moved(self, products: tuple[str, ...], span: Span, name: str) -> float | None:
        bridge = self._bridge(products, span)
        return bridge[name] if bridge else None

    def _new_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "new")

    def _expansion_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "expansion")

    def _contraction_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "contraction")

    def _churned_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "churned")

    def _reactivation_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "reactivation")

    def _fx_mrr(self, products: tuple[str, ...], span: Span) -> float | None:
        return self._moved(products, span, "fx")

    def _revenue_quick_ratio(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        won = moved["new"] + moved["expansion"] + moved["reactivation"]
        return quotient(won, moved["churned"] + moved["contraction"])

    def _gross_revenue_retention(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        kept = moved["opening"] - moved["contraction"] - moved["churned"]
        return quotient(kept, moved["opening"])

    def _net_revenue_retention(self, products: tuple[str, ...], span: Span) -> float | None:
        if (moved := self._bridge(products, span)) is None:
            return None
        kept = moved["opening"] + moved["expansion"] - moved["contraction"] - moved["churned"]
        return quotient(kept, moved["opening"])

    def _logo_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moved = self._bridge(products, span)
        return quotient(moved["lost"], moved["accounts"]) if moved else None

    def _revenue_churn_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        moved = self._bridge(products, span)
        return (
            quotient(moved["churned"] + moved["contraction"], moved["opening"]) if moved else None
        )

    def _arpa(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span):
            return None
        held = self._held(products, span.end)
        return quotient(float(held.sum()), held.index.get_level_values("account").nunique())

    def _grown(self, products: tuple[str, ...], span: Span) -> tuple[float, float, float]:
        """The change over a year of these products and of the company, and the company then."""
        everything = tuple(FIFTH_DIGIT.values())
        ago = span.year_before().end
        then = float(self._held(everything, ago).sum())
        changes = [
            float(self._held(held, span.end).sum()) - float(self._held(held, ago).sum())
            for held in (products, everything)
        ]
        return changes[0], changes[1], then

    def _comparable(self, products: tuple[str, ...], span: Span, ago: date) -> bool:
        """Whether what these products and the company had on the day `ago` can be told."""
        everything = tuple(FIFTH_DIGIT.values())
        return self._billed(products, span) and self._billed(everything, span, ago)

    def _growth_contribution(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._comparable(products, span, span.year_before().end):
            return None
        change, _, then = self._grown(products, span)
        return 100 * change / then if then else None

    def _share_of_growth(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._comparable(products, span, span.year_before().end):
            return None
        change, whole, _ = self._grown(products, span)
        return quotient(change, whole)

    def _period_growth_contribution(self, products: tuple[str, ...], span: Span) -> float | None:
        ago = span.start - timedelta(1)
        if not self._comparable(products, span, ago):
            return None
        then = float(self._held(tuple(FIFTH_DIGIT.values()), ago).sum())
        change = float(self._held(products, span.end).sum() - self._held(products, ago).sum())
        return 100 * change / then if then else None

    def _transferred(
        self, held: tuple[str, ...], before: tuple[str, ...], span: Span
    ) -> float | None:
        """What was paid, a period ago, for the products held now, less for those held then."""
        ago = span.before()
        if not held or span.end > LAST_DAY:
            return None
        now = self._mrr(held, ago)
        then = self._mrr(before, ago) if before else 0.0
        return None if now is None or then is None else now - then

    def _rule_of_40(self, products: tuple[str, ...], span: Span) -> float | None:
        ago = self._mrr(products, span.year_before())
        now, margin = self._mrr(products, span), self._contribution_margin_rate(products, span)
        if not ago or now is None or margin is None:
            return None
        return 100 * (now / ago - 1) + 100 * margin

    @cached_property
    def _first_contracts(self) -> pd.DataFrame:
        """By product and account, the first paid contract with the channel that it came by."""
        exports = self._files("subscriptions_*.csv").values()
        newest = pd.concat(pd.read_csv(path) for path in exports).drop_duplicates("id", keep="last")
        contracts = self._contracts[0].assign(
            channel=newest.set_index("id")["channel (metadata)"].reindex(self._contracts[0].index)
        )
        paid = contracts[contracts["ended"] > contracts["begun"]].sort_values(["begun", "channel"])
        return paid.drop_duplicates(["product", "account"]).set_index(["product", "account"])

    def _self_serve_share(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._billed(products, span, span.start - timedelta(1)):
            return None
        first = self._first_contracts
        opening = self._held(products, span.start - timedelta(1))
        closing = self._held(products, span.end)
        new = closing[~closing.index.isin(opening.index)]
        come = first.reindex(new.index)
        new = new[(come["begun"] >= number_of(span.start)).to_numpy()]
        channels = first["channel"].reindex(new.index)
        return quotient(float(new[channels == "self-serve"].sum()), float(new.sum()))

    @cached_property
    def _free(self) -> pd.DataFrame:
        """Days on the free plan: product, user, day, whether the qualifying use was reached."""
        rules = pd.read_csv(self._one("qualifying usage *.csv"))
        parts = []
        for rule in rules.itertuples():
            product = PRODUCT_NAMES[str(rule.product)]
            rows = self._events[self._events["product"] == product]
            uses = rows[rows["event"] == rule.event].sort_values("day", kind="stable")
            place = uses.groupby("user").cumcount() + 1
            reached = uses[place == rule.at_least].set_index("user")["day"]
            free = rows[rows["plan"] == rule.free_plan][["product", "user", "day"]]
            free = free.drop_duplicates()
            since = free["user"].map(reached)
            parts.append(free.assign(qualified=(since <= free["day"]).to_numpy()))
        return pd.concat(parts)

    def _pql_rate(self, products: tuple[str, ...], span: Span) -> float | None:
        if not self._tracked(products, span.start, span.end, span.end):
            return None
        rows = self._free[self._free["product"].isin(products)]
        rows = rows[rows["day"].between(number_of(span.start), number_of(span.end))]
        return quotient(rows["user"][rows["qualified"]].nunique(), rows["user"].nunique())
