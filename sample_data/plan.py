"""What was promised before each year: a budget of recurring revenue, and targets for the review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from sample_data.billing import Subscription, mrr
from sample_data.company import PRODUCTS
from sample_data.tables import compact, write_csv
from sample_data.timeline import Timeline

HEADERS = ("kpi", "scope_kind", "scope", "period", "kind", "value")
#: MRR that each product was to win in its first whole year of history and in those after, in euros
#: a month, as planned the autumn before.
_GROWTH = {
    "sillon": (6_500, 4_500),
    "escale": (4_200, 4_000),
    "passerelle": (-2_000, -2_500),
    "clairiere": (1_500, 9_000),
    "oree": (23_000, 18_500),
}
#: Products whose PM has promised figures besides revenue; Escale and Clairière have not.
_PROMISED = ("sillon", "passerelle", "oree")
#: What the company holds its squads and products to, by KPI.
_COMPANY = (
    ("contribution_margin_rate", 0.65), ("net_revenue_retention", 0.99), ("nps", 27.0),
    ("win_rate", 0.45), ("sprint_predictability", 0.80),
)  # fmt: skip


def _periods(year: int) -> Iterator[tuple[str, float]]:
    """Months and quarters by key, with the share of the year gone at their end."""
    yield from ((f"{year}-{month:02}", month / 12) for month in range(1, 13))
    yield from ((f"{year}-Q{quarter}", quarter / 4) for quarter in range(1, 5))


def _years(timeline: Timeline) -> range:
    """The years that were planned: each that begins within the history."""
    return range(timeline.start.year + 1, timeline.until.year + 1)


def _budget(timeline: Timeline, book: Sequence[Subscription]) -> Iterator[tuple[str, ...]]:
    for number, year in enumerate(_years(timeline)):
        opening = {product: mrr(book, product, date(year, 1, 1), timeline) for product in _GROWTH}
        for period, gone in _periods(year):
            planned = {
                product: round(amount + _GROWTH[product][min(number, 1)] * gone, -1)
                for product, amount in opening.items()
            }
            yield ("mrr", "company", "", period, "budget", compact(sum(planned.values())))
            for product, amount in planned.items():
                yield ("mrr", "product", product, period, "budget", compact(amount))


def _targets(timeline: Timeline) -> Iterator[tuple[str, ...]]:
    for year in _years(timeline):
        for period, _ in _periods(year):
            for kpi, value in _COMPANY:
                yield (kpi, "company", "", period, "target", compact(value))
            for product in PRODUCTS:
                if product.product in _PROMISED:
                    promised = (("activation_rate", round(product.activation, 2)),
                                ("nps", round(100 * product.nps)))  # fmt: skip
                    for kpi, value in promised:
                        yield (kpi, "product", product.product, period, "target", compact(value))


def write(folder: Path, timeline: Timeline, book: Sequence[Subscription]) -> list[Path]:
    """Write `targets.csv`, as the company keeps it in a spreadsheet."""
    return [
        write_csv(folder / "targets.csv", HEADERS, [*_budget(timeline, book), *_targets(timeline)])
    ]
