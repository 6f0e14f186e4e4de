"""What chance alone brings: rare events, sampled scores, figures made of few cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from metrics.catalogue.kpi import Catalogue, Kind
from metrics.detection.judging import Judged
from metrics.detection.masked import Bools, Floats
from metrics.result import Figure

#: What happens less often than so many times a period is judged as chance deals it out (Poisson):
#: its moving ranges are mostly nothing. The tail is that beyond three standard deviations.
RARE = 2.0
RARE_TAIL = 0.00135

#: Half the width of a 95 % interval and of one that chance leaves once in 370, in standard errors.
HALF_95, HALF_LIMITS = 1.96, 3.0


def cases_of(figure: Figure, kind: Kind) -> float:
    """What one figure is made of; NaN where that is not known, 0 for a score."""
    found = figure.n if kind in (Kind.SCORE, Kind.QUANTILE) else figure.denominator
    if found is None:
        return 0.0 if kind is Kind.SCORE else np.nan
    return float(found)


def cases_in(rows: pd.DataFrame, catalogue: Catalogue) -> Floats:
    """What each figure is made of: the answers of a score, the facts of a quantile, else the
    denominator. NaN where that is not known, 0 for a score."""
    kinds = rows["kpi"].map(lambda name: catalogue[name].kind)
    answers = rows["n"].to_numpy(dtype=float, na_value=np.nan)
    of_answers = kinds.isin([Kind.SCORE, Kind.QUANTILE]).to_numpy()
    found = np.where(of_answers, answers, rows["denominator"].to_numpy(float, na_value=np.nan))
    unasked = (kinds == Kind.SCORE).to_numpy() & np.isnan(found)
    cases: Floats = np.where(unasked, 0.0, found)
    return cases


def errors_in(rows: pd.DataFrame, catalogue: Catalogue) -> Floats:
    """The standard errors of scores, as their 95 % intervals tell; NaN for all else."""
    if "low" not in rows:
        return np.full(len(rows), np.nan)
    scores = rows["kpi"].map(lambda name: catalogue[name].kind is Kind.SCORE).to_numpy(dtype=bool)
    low, high = (rows[name].to_numpy(dtype=float, na_value=np.nan) for name in ("low", "high"))
    found: Floats = np.where(scores, (high - low) / 2 / HALF_95, np.nan)
    return found


def as_sampled(judged: Judged, values: Floats, reach: Floats) -> Judged:
    """The judgement of a column with limits at least `reach` off the centre where that is known."""
    upper = np.fmax(judged.upper, judged.centre + reach)
    lower = np.fmin(judged.lower, judged.centre - reach)
    rules = judged.rules.copy()
    with np.errstate(invalid="ignore"):
        rules[(lower <= values) & (values <= upper), 0] = 0
    return replace(judged, upper=upper, lower=lower, rules=rules)


def by_chance(judged: Judged, values: Floats, counted: Bools, cases: Floats) -> Judged:
    """The judgement of a column with limits that chance alone does not pass, where what is counted
    happens less than `RARE` times a period.

    `cases` are what a rate is a share of; 1 makes a count of one. Of a rate near 1 it is the cases
    left over that are rare.
    """
    upper, lower = judged.upper, judged.lower
    rules = judged.rules.copy()
    cases = np.where(cases > 0, cases, np.nan)
    for side in (1, -1):
        usual = judged.centre if side > 0 else 1 - judged.centre
        mean = np.maximum(usual * cases, 1 / (judged.points + 1))
        rare = counted & (usual >= 0) & (usual * cases < RARE)
        most = np.ceil(special.pdtrik(1 - RARE_TAIL, np.where(rare, mean, 1.0))) / cases
        if side > 0:
            upper = np.where(rare, np.fmax(upper, most), upper)
        else:
            rare &= cases > 1
            lower = np.where(rare, np.fmin(lower, 1 - most), lower)
        within = (values <= upper) if side > 0 else (values >= lower)
        rules[rare & (rules[:, 0] == side) & within, 0] = 0
    return replace(judged, upper=upper, lower=lower, rules=rules)
