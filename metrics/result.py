"""Figures as they travel between stages: frozen, with everything needed to judge them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple


class Scope(NamedTuple):
    """What a figure is about: ('company', ''), ('product', 'atelier'), ('owner', 'PM:c-morel')."""

    kind: str
    key: str


@dataclass(frozen=True)
class Figure:
    """One KPI of one scope in one period.

    `value` is None when it cannot be given honestly; `reason` then says why: no_data, gap,
    not_closed, partial_members, zero_denominator, small_group, history_begins, too_few, not_added,
    other_periods.
    `closed` is False while the period is open for this scope. `low` and `high` bound the 95 %
    interval of a survey score. `members` is a digest of the set of products or squads behind it.
    """

    kpi: str
    scope: Scope
    grain: str
    period: str
    start: date
    end: date
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    closed: bool = True
    reason: str | None = None
    members: str = ""
    dimension: str = ""
    member: str = ""


def as_row(figure: Figure) -> dict[str, Any]:
    """A figure as a row; the company's scope is written 'company'."""
    return {
        "kpi": figure.kpi,
        "scope_kind": figure.scope.kind,
        "scope": figure.scope.key or figure.scope.kind,
        "grain": figure.grain,
        "dimension": figure.dimension,
        "member": figure.member,
        "period": figure.period,
        "start": figure.start,
        "end": figure.end,
        "value": figure.value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "low": figure.low,
        "high": figure.high,
        "closed": figure.closed,
        "reason": figure.reason,
    }
