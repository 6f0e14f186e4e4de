"""Two thousand files that are almost exports: no traceback, no lost row, nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from .fuzz import Bench, Seed, make, seeds

READ, LANDED = 2_000, 60
FAILED_ONCE = (50_082, 50_377)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> list[Seed]:
    return seeds(tmp_path_factory.mktemp("shapes") / "exports")


@pytest.fixture(scope="module")
def bench(shapes: list[Seed], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with closing(Bench(tmp_path_factory.mktemp("bench"), shapes)) as opened:
        yield opened


def test_almost_exports_are_read_or_refused(bench: Bench, shapes: list[Seed]) -> None:
    for number in range(READ):
        case = make(number, shapes)
        try:
            bench.read(case)
        except Exception as error:
            error.add_note(f"case {number}: {case.told}")
            raise
    assert bench.outcomes["read"] > READ / 4
    assert len(bench.outcomes) > 12  # many different refusals were tried


def test_almost_exports_land_whole_or_not_at_all(bench: Bench, shapes: list[Seed]) -> None:
    for number in (*range(READ, READ + LANDED), *FAILED_ONCE):
        case = make(number, shapes)
        try:
            bench.check(case)
        except Exception as error:
            error.add_note(f"case {number}: {case.told}")
            raise
    assert bench.outcomes["loaded"] > LANDED / 4
