"""From a KPI's definition to SQL: pure, and always there to be read.

A base KPI becomes one statement: its model and the models behind it as CTEs, then `facts` (the
KPI's own rows), then the shape of its kind. Values of a filter that a person types are bound.
What holds from a day on holds no longer once its product or squad is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlglot import exp

from metrics import pinning
from metrics.allowlist import parse
from metrics.catalogue.kpi import Kpi
from metrics.errors import VigieError, unknown
from metrics.kinds import Shape, filled, shape_of
from metrics.models import Model, inlined
from metrics.same import Same


@dataclass(frozen=True)
class Statement:
    """One compiled KPI. `tree` is unpinned; `values` fill its placeholders in order."""

    tree: exp.Expr
    values: tuple[str, ...]
    shape: Shape
    model: Model

    @cached_property
    def text(self) -> str:
        """The text for DuckDB."""
        return self.sql()

    def sql(self, dialect: str = "duckdb") -> str:
        """The text for one engine, with the meaning of every construct pinned."""
        return pinning.render(self.tree, dialect)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name))


def expression_of(kpi: Kpi, key: str) -> exp.Expr:
    """The parsed expression under `key` of a KPI's calculation, checked against the allow-list."""
    return parse(str(kpi.calculation[key]), f"{kpi.source} ({key})").copy()


def _held_until(member: exp.Column, gone: Mapping[str, date]) -> exp.Expr:
    """The first day on which a fact holds no longer: its own, or that from which its member is
    gone. For each of `gone` a member is bound, and its day three times."""

    def day() -> exp.Expr:
        return exp.cast(exp.Placeholder(), "DATE")

    def after(column: exp.Column) -> exp.Expr:
        return exp.GT(this=column, expression=day())

    begun, held = _column("start_day"), _column("end_day")
    branches = []
    for _ in gone:
        is_it = exp.EQ(this=member.copy(), expression=exp.Placeholder())
        lasts = exp.paren(exp.or_(exp.Is(this=held.copy(), expression=exp.null()), after(held)))
        # What begins later holds no day at all.
        until = exp.Case(ifs=[exp.If(this=after(begun), true=begun.copy())], default=day())
        branches.append(exp.If(this=exp.and_(is_it, lasts), true=until))
    return exp.alias_(exp.Case(ifs=branches, default=held.copy()), "end_day")


def _facts(
    kpi: Kpi,
    model: Model,
    shape: Shape,
    cut: str | None,
    where: Mapping[str, str],
    gone: Mapping[str, date],
) -> exp.Select:
    """The KPI's own rows: member, cut, and what its shape reads."""
    columns: list[exp.Expr] = [
        exp.alias_(_column(model.member), "member"),
        exp.alias_(
            exp.func("coalesce", exp.cast(_column(cut), "VARCHAR"), exp.Literal.string(""))
            if cut
            else exp.Literal.string(""),
            "cut",
        ),
    ]
    for name in shape.facts:
        if name == "end_day" and gone:
            columns.append(_held_until(_column(model.member), gone))
        elif name in ("day", "start_day", "end_day"):
            columns.append(_column(name))
        elif name == "entity":
            key = "entity" if "entity" in kpi.calculation else "expression"
            columns.append(exp.alias_(expression_of(kpi, key), "entity"))
        elif name == "currency":
            in_own = (
                expression_of(kpi, "currency")
                if "currency" in kpi.calculation
                else exp.Literal.string("")
            )
            columns.append(exp.alias_(in_own, "currency"))
        else:
            columns.append(exp.alias_(expression_of(kpi, "expression"), "amount"))
    conditions: list[exp.Expr] = [
        exp.not_(exp.Is(this=_column(model.member), expression=exp.null()))
    ]
    if "filter" in kpi.calculation:
        conditions.append(exp.paren(expression_of(kpi, "filter")))
    conditions += [exp.EQ(this=_column(name), expression=exp.Placeholder()) for name in where]
    return exp.select(*columns).from_(model.name).where(exp.and_(*conditions))


#: Every output column is cast, since engines type the same expression differently.
_OUTPUT_TYPES = {"cut": "VARCHAR", "set_id": "BIGINT", "period_index": "BIGINT"}


def _typed(column: exp.Expr) -> exp.Expr:
    name = column.alias_or_name
    return exp.alias_(exp.cast(column.unalias(), _OUTPUT_TYPES.get(name, "DOUBLE")), name)


def compile_kpi(
    kpi: Kpi,
    models: Mapping[str, Model],
    *,
    cut: str | None = None,
    where: Mapping[str, str] | None = None,
    gone: Mapping[str, date] | None = None,
) -> Statement:
    """The statement of a base KPI (one that reads a model, not a formula).

    `gone` holds for each member that has ended the day from which it holds nothing. The same
    question has the same statement while its definitions are the same ones: to write its text takes
    longer than to answer it on small facts. Raises VigieError when the model or a dimension does
    not exist.
    """
    bound = tuple((where or {}).items()), tuple((gone or {}).items())
    return _compiled(Same(kpi), Same(models), cut, *bound)


@lru_cache(maxsize=1024)
def _compiled(
    same_kpi: Same[Kpi],
    same_models: Same[Mapping[str, Model]],
    cut: str | None,
    wanted: tuple[tuple[str, str], ...],
    ended: tuple[tuple[str, date], ...],
) -> Statement:
    kpi, models, where = same_kpi.value, same_models.value, dict(wanted)
    gone = dict(ended)
    name = str(kpi.calculation["model"])
    if name not in models:
        raise unknown("model", name, models, f"See {kpi.source}.")
    model = models[name]
    for dimension in [*([cut] if cut else []), *where]:
        if dimension not in model.dimensions:
            raise VigieError(
                f"{kpi.name} cannot be cut by '{dimension}': its facts ({name}) do not hold it.",
                choices=model.dimensions,
                exit_code=2,
            )
    shape = shape_of(kpi.kind, kpi.calculation, kpi.source)
    tree = filled(shape.template or shape.name, kpi.calculation)
    facts = exp.CTE(
        this=_facts(kpi, model, shape, cut, where, gone),
        alias=exp.TableAlias(this=exp.to_identifier("facts")),
    )
    spans = "end_day" in shape.facts
    own = tree.args.get("with_")
    tree.set("with_", exp.With(expressions=[facts, *(own.expressions if own else [])]))
    tree.set("expressions", [_typed(column) for column in tree.expressions])
    plain_models = {key: value for key, value in models.items() if key != "facts"}
    days = [(member, day.isoformat()) for member, day in gone.items()] if spans else []
    values = [value for member, day in days for value in (member, day, day, day)]
    return Statement(inlined(tree, plain_models), (*values, *where.values()), shape, model)
