"""How a KPI's figures go together over time and over scopes, in words."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.catalogue.kpi import Kind, Kpi, Text


@dataclass(frozen=True)
class RollUp:
    """What a longer period, and a wider scope, make of a KPI."""

    time: Text
    scopes: Text


_ADDS = Text("adds up", "s’additionne")
_COUNTED = Text("counted again, never added up", "recompté, jamais additionné")
_LAST_DAY = Text("the last day's", "la valeur du dernier jour")
_PARTS = Text(
    "numerator and denominator at the level asked for, then divided",
    "numérateur et dénominateur au niveau demandé, puis divisés",
)
_LEVEL = Text("worked out at the level asked for", "calculé au niveau demandé")
_FACTS = Text(
    "over all facts again, never averaged", "repris sur tous les faits, jamais de moyenne"
)

_BY_KIND = {
    Kind.FLOW: RollUp(_ADDS, _ADDS),
    Kind.STOCK: RollUp(_LAST_DAY, _ADDS),
    Kind.DISTINCT: RollUp(_COUNTED, _COUNTED),
    Kind.ROLLING: RollUp(_LAST_DAY, _COUNTED),
    Kind.RATIO: RollUp(_PARTS, _PARTS),
    Kind.SCORE: RollUp(_FACTS, _FACTS),
    Kind.QUANTILE: RollUp(_FACTS, _FACTS),
    Kind.COHORT: RollUp(
        Text("over the cohorts that have fully passed", "sur les cohortes entièrement écoulées"),
        _COUNTED,
    ),
    Kind.DERIVED: RollUp(_LEVEL, _LEVEL),
}


def roll_up(kpi: Kpi) -> RollUp:
    """The rule of a KPI's kind; movements are between two period ends, holders are counted."""
    rule = _BY_KIND[kpi.kind]
    if kpi.kind is Kind.FLOW and "movement" in kpi.calculation:
        return RollUp(
            Text("between the two ends of the period", "entre les deux bornes de la période"),
            rule.scopes,
        )
    if kpi.kind is Kind.STOCK and kpi.calculation.get("distinct"):
        return RollUp(rule.time, _COUNTED)
    return rule
