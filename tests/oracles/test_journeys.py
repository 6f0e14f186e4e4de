"""Published answers on journeys, through import, models and compiled questions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.oracles.journeys import KINDS, Case, check, published, written

CASES = list(written(Path(__file__).with_name("posthog.yml")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_case(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path / "workspace")


def more() -> list[Path]:
    """Further cases, in the folder that VIGIE_ORACLES names."""
    folder = os.environ.get("VIGIE_ORACLES")
    return sorted(Path(folder).rglob("*.json")) if folder else []


@pytest.mark.parametrize("path", more(), ids=lambda path: path.stem)
def test_a_further_case(path: Path, tmp_path: Path) -> None:
    case = published(path)
    if case.kind not in KINDS or "timezone" not in case.params:
        pytest.skip(f"{case.kind}: not a journey")
    check(case, tmp_path / "workspace")
