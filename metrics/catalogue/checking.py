"""What a KPI's definition may ask of its model: known the moment the catalogue loads.

A mistake found here stops nothing but the catalogue; found later it would stop every import.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from metrics.allowlist import parse
from metrics.calendar import Grain
from metrics.catalogue.kpi import Kind, Kpi, Unit
from metrics.errors import VigieError, unknown
from metrics.models import BUILT_IN, Model

#: The dataset that holds any metric: what is known of one says nothing of another.
OBSERVATIONS = "observations"

#: The columns of a model that hold money, and the currency that it is in.
AMOUNTS, CURRENCY = frozenset({"amount", "mrr"}), "currency"

#: The keys of a calculation that hold SQL over one row of the model.
EXPRESSIONS = ("expression", "entity", "filter", "currency")
#: The columns of answers that a KPI may read: what was asked, and what was answered.
ANSWERS_READ = {"filter": {"kind"}, "expression": {"score", "scale_min", "scale_max"}}


def check_expressions(kpi: Kpi, model: Model) -> None:
    """Refuse SQL outside the allow-list, over several rows, or of columns the model lacks, and
    dimensions that the model does not hold."""
    for dimension in kpi.dimensions:
        if dimension not in model.dimensions:
            raise unknown("dimension", dimension, model.dimensions, f"See {kpi.source}.")
    for key in EXPRESSIONS:
        if key not in kpi.calculation:
            continue
        place = f"{kpi.source} ({key})"
        tree = parse(str(kpi.calculation[key]), place)
        for node in tree.walk():
            if isinstance(node, exp.Query | exp.AggFunc | exp.Window):
                raise VigieError(
                    f"{place}: '{node.sql('duckdb')[:80]}' looks at several rows; it is read on "
                    "each row of the model.",
                    next_step="Give what one row counts for; the kind adds up. See "
                    "docs/catalogue.md.",
                )
        for column in tree.find_all(exp.Column):
            if column.name.lower() not in {name.lower() for name in model.columns}:
                raise unknown("column", column.name, model.columns, f"See {place}.")


def check_currency(kpi: Kpi, model: Model) -> None:
    """Refuse a KPI that takes amounts of several currencies for one: it says which column holds
    their currency, or keeps to one."""
    if CURRENCY not in model.columns or "currency" in kpi.calculation:
        return
    read = parse(str(kpi.calculation["expression"]), kpi.source).find_all(exp.Column)
    columns = {column.name.lower() for column in read}
    if not AMOUNTS & columns and not (columns and kpi.unit is Unit.MONEY):
        return
    kept = parse(str(kpi.calculation.get("filter", "true")), kpi.source)
    tests = kept.flatten() if isinstance(kept, exp.And) else [kept]
    if any(
        isinstance(test, exp.EQ)
        and test.this.name.lower() == CURRENCY
        and isinstance(test.expression, exp.Literal)
        for test in tests
    ):
        return
    priced = kpi.kind in (Kind.FLOW, Kind.STOCK) and "statistic" not in kpi.calculation
    keep = "with a filter such as: currency = 'EUR'"
    raise VigieError(
        f"{kpi.source} (expression): '{kpi.name}' reads amounts of '{model.name}', which are each "
        "in a currency of their own and cannot be put together as they are.",
        next_step=f"Add 'currency: {CURRENCY}': they count at the rates of their day. Or keep to "
        f"one {keep}."
        if priced
        else f"Keep to one {keep}.",
    )


def check_answers(kpi: Kpi, model: Model) -> None:
    """Refuse a KPI over what single people answered that could tell what one of them said: small
    groups are known by who answered, and hidden month by month. One that read less of the answers,
    or weighed them by whose they are, would tell the rest by what another one says."""
    place = f"{kpi.source} ({{key}}): '{kpi.name}' reads what people of a squad answered"
    if kpi.kind is not Kind.SCORE or kpi.calculation.get("entity") != "response_id":
        raise VigieError(
            f"{place.format(key='kind')}, and groups of few must stay hidden.",
            next_step="Give it as 'kind: score' with 'entity: response_id'.",
        )
    if kpi.cadence is not Grain.MONTH or set(kpi.grains) - {Grain.MONTH, Grain.QUARTER}:
        raise VigieError(
            f"{place.format(key='cadence')}: other periods would give hidden ones away.",
            next_step="Write 'cadence: month'.",
        )
    if not model.place.startswith(BUILT_IN):
        raise VigieError(
            f"{place.format(key='model')}, and '{model.name}' may leave some of them out.",
            next_step="Read the model team_answers.",
        )
    for key, allowed in ANSWERS_READ.items():
        read = {column.name.lower() for column in _columns(kpi, key)}
        if read - allowed:
            raise VigieError(
                f"{place.format(key=key)}: cut by {', '.join(sorted(read - allowed))}, groups "
                "could be told apart.",
                choices=sorted(allowed),
                next_step="Read these columns only.",
            )
    if kpi.dimensions:
        raise VigieError(
            f"{place.format(key='dimensions')}: small groups could be told apart.",
            next_step="Leave the dimensions out.",
        )


def _columns(kpi: Kpi, key: str) -> Iterator[exp.Column]:
    if key in kpi.calculation:
        yield from parse(str(kpi.calculation[key]), f"{kpi.source} ({key})").find_all(exp.Column)


def covered_datasets(kpi: Kpi, datasets: tuple[str, ...]) -> tuple[str, ...]:
    """The datasets whose days must be known: of observations those of the KPI's own metric.

    Raises VigieError when a KPI over observations does not name its metric in its filter.
    """
    if OBSERVATIONS not in datasets:
        return datasets
    tree = parse(str(kpi.calculation.get("filter", "true")), f"{kpi.source} (filter)")
    metrics = [
        test.expression.name
        for test in tree.find_all(exp.EQ)
        if test.this.name == "metric" and isinstance(test.expression, exp.Literal)
    ]
    if len(metrics) != 1:
        raise VigieError(
            f"{kpi.source}: '{kpi.name}' reads observations and must name one metric.",
            next_step="Add a filter such as: metric = 'support_backlog'",
        )
    return tuple(
        f"{OBSERVATIONS}:{metrics[0]}" if name == OBSERVATIONS else name for name in datasets
    )
