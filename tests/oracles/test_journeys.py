"""Published answers on journeys, through import, models and compiled questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.journeys import Case, check, written

CASES = list(written(Path(__file__).with_name("posthog.yml")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_case(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "workspace")
