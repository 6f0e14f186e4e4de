from __future__ import annotations

import numpy as np
import pytest

from metrics.errors import VigieError
from metrics.formula import names_in, parse_formula
from metrics.grid import Grid, Neighbours, evaluate

CLOSED = np.ones((2, 3), dtype=bool)
NEIGHBOURS = Neighbours(
    previous=np.array([-1, 0, 1]),
    prior_year=np.array([-1, -1, 0]),
    company=np.array([0, 0, 0], dtype=np.int32),
    told=lambda name: np.array([["x", "x", "x"], ["x", "x", "y" if name == "c" else "x"]]),
)


def grid(*rows: list[float]) -> Grid:
    values = np.array(rows, dtype=float)
    return Grid.of(values, CLOSED, np.where(np.isnan(values), "gap", "").astype(object))


A = grid([8, 16, 32], [1, 2, float("nan")])
B = grid([2, 4, 8], [0, 1, 1])


def worked_out(text: str) -> Grid:
    return evaluate(parse_formula(text, "here"), {"a": A, "b": B, "c": A}.__getitem__, NEIGHBOURS)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("a + b * 2", [12, 24, 48], [1, 4, None]),
        ("(a - b) / b", [3, 3, 3], [None, 1, None]),
        ("-a", [-8, -16, -32], [-1, -2, None]),
        ("previous(a)", [None, 8, 16], [None, 1, 2]),
        ("prior_year(a) / company(prior_year(a))", [None, None, 1], [None, None, 0.125]),
        ("previous(c)", [None, 8, 16], [None, 1, None]),
        ("a / 4", [2, 4, 8], [0.25, 0.5, None]),
        ("1 / b", [0.5, 0.25, 0.125], [None, 1, 1]),
    ],
)
def test_formulas_work_cell_by_cell(text, first, second):
    found = worked_out(text).value
    wanted = np.array(
        [[np.nan if cell is None else cell for cell in row] for row in (first, second)]
    )
    np.testing.assert_allclose(found, wanted)


def test_an_absent_part_gives_its_reason_to_the_whole():
    assert worked_out("a - b").reason[1, 2] == "gap"
    assert worked_out("a / b").reason[1, 0] == "zero_denominator"
    assert worked_out("previous(a) + b").reason[0, 0] == "history_begins"


def test_a_formula_names_what_it_reads_in_order():
    assert names_in("previous(b) + a * b", "here") == ("b", "a")


@pytest.mark.parametrize("text", ["a; b", "a where b", "sum(a)", "'x'", "a > b", "(select 1)"])
def test_anything_but_arithmetic_is_refused_with_the_choices(text):
    with pytest.raises(VigieError, match="here"):
        parse_formula(text, "here")
