"""The computation behind each function that the catalogue may name."""

from __future__ import annotations

from collections.abc import Callable

from metrics.functions.given import Given
from metrics.functions.growth import growth_base, growth_beyond_noise
from metrics.functions.initiatives import initiative_hit_rate
from metrics.functions.objectives import north_star, okr_expected_progress, okr_progress
from metrics.grid import Grid

COMPUTED: dict[str, Callable[[Given], Grid]] = {
    "growth_base": growth_base,
    "growth_beyond_noise": growth_beyond_noise,
    "okr_progress": okr_progress,
    "okr_expected_progress": okr_expected_progress,
    "north_star": north_star,
    "initiative_hit_rate": initiative_hit_rate,
}
