"""Small pieces of SQL trees that several questions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

ROWS_AHEAD = exp.WindowSpec(
    kind="ROWS", start=exp.Literal.number(1), start_side="FOLLOWING",
    end="UNBOUNDED", end_side="FOLLOWING",
)  # fmt: skip
PEERS_AND_AHEAD = exp.WindowSpec(
    kind="RANGE", start="CURRENT ROW", end="UNBOUNDED", end_side="FOLLOWING"
)
BEFORE_AND_PEERS = exp.WindowSpec(
    kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
)


@dataclass
class Bound:
    """Values that a person typed, each behind a named placeholder."""

    values: dict[str, str] = field(default_factory=dict)

    def value(self, value: str) -> exp.Placeholder:
        name = next((key for key, known in self.values.items() if known == value), None)
        if name is None:
            name = f"v{len(self.values) + 1}"
            self.values[name] = value
        return exp.Placeholder(this=name, kind=exp.DataType.build("VARCHAR"))


def column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table)


def when(condition: exp.Expr, value: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Case:
    """`case when condition then value [else otherwise] end`."""
    case = exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())])
    if otherwise is not None:
        case.set("default", otherwise.copy())
    return case


def flag(condition: exp.Expr) -> exp.Case:
    """1 where the condition holds, else 0, also where it is not known."""
    return when(condition, exp.Literal.number(1), exp.Literal.number(0))


def is_set(name: str) -> exp.EQ:
    """Whether a flag is 1."""
    return exp.EQ(this=column(name), expression=exp.Literal.number(1))


def over(
    value: exp.Expr,
    partition: Sequence[str],
    order: Sequence[str],
    frame: exp.WindowSpec | None = None,
) -> exp.Window:
    """`value over (partition by … order by … frame)`."""
    return exp.Window(
        this=value,
        partition_by=[column(name) for name in partition],
        order=exp.Order(expressions=[exp.Ordered(this=column(name)) for name in order]),
        spec=frame.copy() if frame is not None else None,
    )


def known(value: exp.Expr) -> exp.Not:
    return exp.not_(exp.Is(this=value, expression=exp.null()))


def seconds(since: exp.Expr, until: exp.Expr) -> exp.Div:
    """Seconds from one moment to another, in floating point."""
    return exp.Div(this=microseconds(since, until), expression=exp.Literal.number(1_000_000))


def microseconds(since: exp.Expr, until: exp.Expr) -> exp.DateDiff:
    return exp.DateDiff(this=until.copy(), expression=since.copy(), unit=exp.var("MICROSECOND"))


def total(value: exp.Expr) -> exp.Sum:
    return exp.Sum(this=value)


def rows_counted() -> exp.Count:
    return exp.Count(this=exp.Star(), big_int=True)


def typed(value: exp.Expr, kind: str, name: str) -> exp.Expr:
    """An output column: cast, since engines type the same expression differently."""
    return exp.alias_(exp.cast(value, kind), name)


def with_ctes(last: exp.Select, parts: Mapping[str, exp.Expr]) -> exp.Select:
    """`last` with the named queries before it, in their order."""
    tree = last.copy()
    tree.set(
        "with_",
        exp.With(
            expressions=[
                exp.CTE(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))
                for name, query in parts.items()
            ]
        ),
    )
    return tree
