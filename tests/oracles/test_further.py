"""Further cases, in the folder of JSON files that VIGIE_ORACLES names: all that fit, and for the
others the reason why they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.oracles import journeys
from tests.oracles.further import CHECKS, DO_NOT_FIT


def more() -> list[Path]:
    folder = os.environ.get("VIGIE_ORACLES")
    return sorted(Path(folder).rglob("*.json")) if folder else []


@pytest.mark.parametrize("path", more(), ids=lambda path: path.stem)
def test_a_further_case(path: Path, tmp_path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    kind = content["kind"]
    if kind in DO_NOT_FIT:
        pytest.skip(f"{kind}: {DO_NOT_FIT[kind]}")
    if kind in journeys.KINDS:
        journeys.check(journeys.published(path), tmp_path / "w")
    elif kind in CHECKS:
        CHECKS[kind](content, tmp_path / "w")
    else:
        pytest.fail(f"nothing here knows what a case of the kind '{kind}' asks")
