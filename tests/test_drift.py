"""A level that drifts, held against a Kalman filter and against many made-up futures."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from metrics.drift import drift_of


def wandering(seed: int, *, noise: float, shock: float, points: int = 52) -> list[float]:
    rng = np.random.default_rng(seed)
    level = 40 + np.cumsum(0.4 + shock * rng.normal(size=points))
    return list(map(float, level + noise * rng.normal(size=points)))


@pytest.mark.parametrize(("noise", "shock"), [(1.0, 1.0), (1.0, 0.2), (0.2, 1.0), (2.0, 0.0)])
@pytest.mark.parametrize("points", [8, 52])
def test_it_sees_what_a_kalman_filter_sees(noise: float, shock: float, points: int) -> None:
    values = wandering(points, noise=noise, shock=shock, points=points)
    drift = drift_of(values)
    model = UnobservedComponents(np.array(values), "local linear deterministic trend")
    model.ssm.initialize_approximate_diffuse(1e9)
    seen = model.filter([drift.noise, drift.shock]).get_forecast(6)
    ends = [drift.end(ahead) for ahead in range(1, 7)]
    assert [mean for mean, _ in ends] == pytest.approx(seen.predicted_mean, rel=1e-4, abs=1e-3)
    assert [spread for _, spread in ends] == pytest.approx(seen.se_mean, rel=1e-3)


@pytest.mark.parametrize(("noise", "shock"), [(1.0, 1.0), (1.0, 0.2), (0.2, 1.0)])
def test_no_other_variances_make_the_series_more_likely(noise: float, shock: float) -> None:
    values = wandering(5, noise=noise, shock=shock)
    drift = drift_of(values)
    model = UnobservedComponents(np.array(values), "local linear deterministic trend")
    found = model.loglike(np.array([drift.noise, drift.shock]))
    for more in (0.5, 0.8, 1.0, 1.25, 2.0):
        for other in (0.5, 0.8, 1.0, 1.25, 2.0):
            params = np.array([drift.noise * more, drift.shock * other])
            assert model.loglike(params) <= found + 1e-3


@pytest.mark.parametrize("shares", [[1.0] * 5, [0, 0.4, 1, 1, 0.25]])
def test_a_sum_to_come_spreads_as_its_futures_do(shares: list[float]) -> None:
    drift = drift_of(wandering(3, noise=1.0, shock=0.6))
    rng, futures = np.random.default_rng(4), 40_000
    state = rng.multivariate_normal([drift.level, drift.slope], drift.doubt, size=futures)
    level, total = state[:, 0], np.zeros(futures)
    for share in shares:
        level = level + state[:, 1] + np.sqrt(drift.shock) * rng.normal(size=futures)
        total += share * level + np.sqrt(share * drift.noise) * rng.normal(size=futures)
    mean, spread = drift.total(shares)
    assert mean == pytest.approx(total.mean(), abs=4 * spread / np.sqrt(futures))
    assert spread == pytest.approx(total.std(), rel=0.03)


def test_a_straight_line_goes_on() -> None:
    drift = drift_of([float(3 + 2 * at) for at in range(12)] + [27.001])
    assert drift.end(4)[0] == pytest.approx(35, abs=0.1)
