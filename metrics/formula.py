"""Formulas over KPIs: `(mrr - prior_year(mrr)) / company(prior_year(mrr))`.

Parsed with the SQL parser, evaluated on grids (see `metrics.grid`), so a formula is never executed
as code. Functions: previous(x), prior_year(x), company(x).
"""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from metrics.errors import VigieError

FUNCTIONS = ("previous", "prior_year", "company")
_OPERATORS = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.Paren)


@cache
def parse_formula(text: str, place: str) -> exp.Expr:
    """The tree of a formula; raises VigieError naming what it may not hold."""
    try:
        tree: exp.Expr = sqlglot.parse_one(text, read="duckdb")
    except SqlglotError:
        raise VigieError(
            f"{place}: the formula '{text}' cannot be read.",
            next_step="Use KPI names, + − × / as + - * /, and previous(), prior_year(), company().",
        ) from None
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            if node.name not in FUNCTIONS:
                raise VigieError(
                    f"{place}: '{node.name}' is not a function of formulas.", choices=FUNCTIONS
                )
        elif not isinstance(node, (*_OPERATORS, exp.Column, exp.Identifier, exp.Literal)) or (
            isinstance(node, exp.Literal) and node.is_string
        ):
            raise VigieError(
                f"{place}: '{node.sql()}' may not stand in a formula.",
                choices=("KPI names", "numbers", "+ - * /", *(f"{name}()" for name in FUNCTIONS)),
            )
    return tree


def names_in(text: str, place: str) -> tuple[str, ...]:
    """The KPIs a formula reads, in order of appearance."""
    found = [column.name for column in parse_formula(text, place).find_all(exp.Column)]
    return tuple(dict.fromkeys(found))
