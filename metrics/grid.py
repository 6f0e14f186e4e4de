"""Figures of many sets over many periods at once: one cell per set and period."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from metrics.coverage import REASONS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Words = NDArray[np.object_]


@dataclass(frozen=True)
class Grid:
    """`value` is NaN where `reason` says why. All arrays have the shape (sets, periods).

    `n`, `low`, `high`, `numerator` and `denominator` are NaN where they mean nothing.
    """

    value: Floats
    closed: Flags
    reason: Words
    n: Floats
    numerator: Floats
    denominator: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, value: Floats, closed: Flags, reason: Words, n: Floats | None = None) -> Grid:
        nothing = np.full(value.shape, np.nan)
        return cls(
            value, closed, reason, nothing if n is None else n, nothing, nothing, nothing, nothing
        )


def gravest(one: Words, other: Words) -> Words:
    """Cell by cell the graver of two reasons."""

    def rank(reason: str) -> int:
        word = reason.partition(":")[0]
        return REASONS.index(word) if word in REASONS else len(REASONS)

    ranks = np.vectorize(rank, otypes=[int])
    return np.where(ranks(one) >= ranks(other), one, other)


def divided(numerator: Grid, denominator: Grid) -> Grid:
    """Sum over sum in floating point; a zero denominator has no figure and says so."""
    zero = denominator.value == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(zero, np.nan, numerator.value / denominator.value)
    reason = gravest(numerator.reason, denominator.reason)
    reason = np.where(zero & (reason == ""), "zero_denominator", reason)
    return replace(
        Grid.of(value, numerator.closed & denominator.closed, reason, denominator.n),
        numerator=numerator.value,
        denominator=denominator.value,
    )


def _shifted(grid: Grid, source: NDArray[np.int64], of_fewer: Flags) -> Grid:
    """Each period takes the cell of the period `source` names; −1 is before the data begin, and
    what is `of_fewer` members than the period's own figure is compared with nothing."""
    inside = source >= 0
    column = np.where(inside, source, 0)

    def take(array: NDArray[np.generic], outside: object) -> NDArray[np.generic]:
        return np.where(inside[None, :], array[:, column], outside)  # type: ignore[call-overload,no-any-return]

    # Before its launch a product had nothing, and that is known.
    absent = grid.reason == "not_launched"
    before = replace(
        grid,
        value=np.where(absent, 0.0, grid.value),
        closed=grid.closed | absent,
        reason=np.where(absent, "", grid.reason),
    )
    value = np.where(of_fewer, np.nan, take(before.value, np.nan))
    reason = take(before.reason, "history_begins")
    if of_fewer.any():
        reason = gravest(reason, np.where(of_fewer, "history_begins", ""))  # type: ignore[arg-type]
    return Grid.of(value, take(before.closed, True), reason)  # type: ignore[arg-type]


def transferred(grid: Grid, held: NDArray[np.int32]) -> Grid:
    """Scope by scope: the earlier period's figure of the set held now, less that of the set held
    then. `held` names the set of each scope and period, −1 for none. The first period has none.
    """
    shape = held.shape
    value, closed = np.full(shape, np.nan), np.zeros(shape, dtype=np.bool_)
    reason = np.full(shape, "history_begins", dtype=object)
    rows, columns = np.where(held[:, 1:] >= 0)
    now, then = held[rows, columns + 1], held[rows, columns]
    had = then >= 0
    earlier = np.where(had, grid.value[then, columns], 0.0)
    why = np.where(had, grid.reason[then, columns], "")
    value[rows, columns + 1] = grid.value[now, columns] - earlier
    # Who holds what at the end of a period that has not closed is not known yet.
    shut = grid.closed[now, columns + 1]
    why = gravest(why, np.where(shut, "", grid.reason[now, columns + 1]))
    reason[rows, columns + 1] = gravest(grid.reason[now, columns], why)
    closed[rows, columns + 1] = grid.closed[now, columns] & shut
    return Grid.of(value, closed, reason)


@dataclass(frozen=True)
class Neighbours:
    """For each period the index of the previous one and of the same one a year earlier (−1: none);
    for each cell's set and period the id of the company's set, for company(x); and per KPI, set and
    period of which members its figures tell."""

    previous: NDArray[np.int64]
    prior_year: NDArray[np.int64]
    company: NDArray[np.int32]
    told: Callable[[str], Words]


def evaluate(tree: exp.Expr, look_up: Callable[[str], Grid], neighbours: Neighbours) -> Grid:
    """The grid of a formula. An absent part makes the whole absent, with that part's reason."""

    def walk(node: exp.Expr) -> Grid | float:
        match node:
            case exp.Paren():
                return walk(node.this)
            case exp.Literal():
                return float(node.name)
            case exp.Column():
                return look_up(node.name)
            case exp.Neg():
                return combine(np.subtract, 0.0, walk(node.this))
            case exp.Add():
                return combine(np.add, walk(node.this), walk(node.expression))
            case exp.Sub():
                return combine(np.subtract, walk(node.this), walk(node.expression))
            case exp.Mul():
                return combine(np.multiply, walk(node.this), walk(node.expression))
            case exp.Div():
                return quotient(walk(node.this), walk(node.expression))
            case exp.Anonymous():
                names = {column.name for column in node.find_all(exp.Column)}
                return call(node.name, walk(node.expressions[0]), names)
        raise AssertionError(f"not checked by parse_formula: {node!r}")

    def call(name: str, argument: Grid | float, of: Set[str]) -> Grid | float:
        if isinstance(argument, float):
            return argument
        match name:
            case "previous":
                return shifted(argument, neighbours.previous, of)
            case "prior_year":
                return shifted(argument, neighbours.prior_year, of)
            case "single":
                return single(argument)
        return company(argument)

    def shifted(grid: Grid, source: NDArray[np.int64], of: Set[str]) -> Grid:
        of_fewer = np.zeros(grid.value.shape, dtype=np.bool_)
        for name in of:
            told = neighbours.told(name)
            of_fewer |= told != told[:, np.where(source >= 0, source, 0)]
        return _shifted(grid, source, of_fewer & (source >= 0))

    def single(grid: Grid) -> Grid:
        several = grid.value > 1
        value = np.where(several, np.nan, 1.0)
        return Grid.of(
            np.where(np.isnan(grid.value), np.nan, value),
            grid.closed,
            np.where(several & (grid.reason == ""), "several_definitions", grid.reason),
        )

    def company(grid: Grid) -> Grid:
        columns = np.arange(grid.value.shape[1])
        rows = np.where(neighbours.company >= 0, neighbours.company, 0)
        width = grid.value.shape[0]
        return Grid.of(
            np.repeat(grid.value[rows, columns][None, :], width, axis=0),
            np.repeat(grid.closed[rows, columns][None, :], width, axis=0),
            np.repeat(grid.reason[rows, columns][None, :], width, axis=0),
        )

    def combine(
        operation: Callable[..., Floats], left: Grid | float, right: Grid | float
    ) -> Grid | float:
        if isinstance(left, float) and isinstance(right, float):
            return float(operation(left, right))
        if isinstance(left, Grid) and isinstance(right, Grid):
            return Grid.of(
                operation(left.value, right.value),
                left.closed & right.closed,
                gravest(left.reason, right.reason),
                left.n,
            )
        grid = left if isinstance(left, Grid) else right
        assert isinstance(grid, Grid)
        values = (
            operation(left.value, right) if isinstance(left, Grid) else operation(left, grid.value)
        )
        return Grid.of(values, grid.closed, grid.reason, grid.n)

    def quotient(left: Grid | float, right: Grid | float) -> Grid | float:
        if isinstance(left, Grid) and isinstance(right, Grid):
            return divided(left, right)
        if isinstance(right, float):
            return combine(np.multiply, left, 1 / right)
        above = Grid.of(np.full_like(right.value, left), right.closed, right.reason)
        return divided(above, right)

    result = walk(tree)
    if isinstance(result, float):
        raise AssertionError("a formula reads at least one KPI")
    return result
