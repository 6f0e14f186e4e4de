"""Derived KPIs that no formula says: the closed set of functions that a catalogue entry may name.

Here is what each reads, which is all that the catalogue needs; how it is computed is in the
modules of this folder, which `metrics.functions.computing` gathers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """`reads` are KPIs and measures, `facts` the model whose rows it takes as they are.

    `member` says whose figures they are: product or squad. With `either`, data of one of the KPIs
    it reads is enough for a figure. `names` is the column of the facts whose words name KPIs.
    `to_date`: it means something from a period's first day to any day of it.
    """

    reads: tuple[str, ...] = ()
    facts: str = ""
    names: str = ""
    member: str = "product"
    either: bool = False
    to_date: bool = False


FUNCTIONS = {
    "growth_base": Declared(reads=("mrr", "revenue_without_mrr"), either=True),
    "growth_beyond_noise": Declared(reads=("growth_base",)),
    "okr_progress": Declared(facts="running_key_results", names="kpi", to_date=True),
    "okr_expected_progress": Declared(facts="running_key_results", names="kpi", to_date=True),
    "north_star": Declared(to_date=True),
    "initiative_hit_rate": Declared(facts="initiative_reviews", names="target_kpi", to_date=True),
}
