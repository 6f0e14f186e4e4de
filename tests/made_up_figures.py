"""Frames of figures as a computation gives them, made up by a test."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from metrics.calendar import Period
from metrics.result import Scope

COMPANY = Scope("company", "")


def figures_frame(
    kpi: str,
    periods: Sequence[Period],
    value: object,
    scope: Scope = COMPANY,
    **columns: object,
) -> pd.DataFrame:
    """One closed figure a period of one series; `columns` say what is otherwise than usual."""
    usual: dict[str, object] = {
        "kpi": kpi,
        "definition": "d1",
        "scope_kind": scope.kind,
        "scope": scope.key,
        "grain": str(periods[0].grain),
        "dimension": "",
        "member": "",
        "start": [period.start for period in periods],
        "end": [period.end for period in periods],
        "period": [period.key for period in periods],
        "value": value,
        "numerator": None,
        "denominator": None,
        "n": None,
        "low": None,
        "high": None,
        "closed": True,
        "reason": None,
        "members": "m1",
    }
    return pd.DataFrame(usual | columns)
