"""Formulas over KPIs: `(mrr - prior_year(mrr)) / company(prior_year(mrr))`.

Parsed with the SQL parser, evaluated on grids (see `metrics.grid`), so a formula is never executed
as code. Functions: previous(x), prior_year(x), company(x); single(x), which is 1 where x is 1 and
no figure where x counts several things that must not be mixed; where_declared(x, y), which is x for
the members of a cut that x has facts of and y for all else; and transferred(x), which stands alone:
what x was a period earlier for what a scope holds now, less what it was for what it held then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from metrics.errors import VigieError

TRANSFERRED = "transferred"
WHERE_DECLARED = "where_declared"
FUNCTIONS = ("previous", "prior_year", "company", "single", WHERE_DECLARED, TRANSFERRED)
_OPERATORS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren)


@cache
def parse_formula(text: str, place: str) -> exp.Expr:
    """The tree of a formula; raises VigieError naming what it may not hold."""
    try:
        tree: exp.Expr = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError:
        raise VigieError(
            f"{place}: the formula '{text}' cannot be read.",
            next_step="Use KPI names, + − × / as + - * /, and previous(), prior_year(), company(), "
            "single().",
        ) from None
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            if node.name not in FUNCTIONS:
                raise VigieError(
                    f"{place}: '{node.name}' is not a function of formulas.", choices=FUNCTIONS
                )
            if node.name == WHERE_DECLARED and (
                len(node.expressions) != 2
                or not all(isinstance(part, exp.Column) for part in node.expressions)
            ):
                raise VigieError(
                    f"{place}: '{text}' does not give {WHERE_DECLARED}() two KPIs.",
                    next_step=f"Write it over two: '{WHERE_DECLARED}(eligible_users, users)'.",
                )
            if node.name == TRANSFERRED and (
                node is not tree or not isinstance(node.expressions[0], exp.Column)
            ):
                raise VigieError(
                    f"{place}: '{text}' takes {TRANSFERRED}() as a part.",
                    next_step=f"Write it alone, over one KPI: '{TRANSFERRED}(mrr)'.",
                )
        elif not isinstance(node, (*_OPERATORS, exp.Column, exp.Identifier, exp.Literal)) or (
            isinstance(node, exp.Literal) and node.is_string
        ):
            raise VigieError(
                f"{place}: '{node.sql()}' may not stand in a formula.",
                choices=("KPI names", "numbers", "+ - * /", *(f"{name}()" for name in FUNCTIONS)),
            )
    return tree


def is_transferred(text: str, place: str) -> bool:
    """Whether a formula tells what came or went with a change of roles."""
    return getattr(parse_formula(text, place), "name", "") == TRANSFERRED


def settled(tree: exp.Expr, declared: Callable[[str], bool]) -> exp.Expr:
    """The formula of one member of a cut: where_declared(x, y) is x if `declared(x)`, else y."""

    def choose(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and node.name == WHERE_DECLARED:
            preferred, other = node.expressions
            return preferred if declared(preferred.name) else other  # type: ignore[no-any-return]
        return node

    return tree.transform(choose)


def names_in(text: str, place: str) -> tuple[str, ...]:
    """The KPIs a formula reads, in order of appearance."""
    found = [column.name for column in parse_formula(text, place).find_all(exp.Column)]
    return tuple(dict.fromkeys(found))
