"""What a file's rows do to what counts now: new, in the place of older ones, or the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import duckdb
from sqlglot import exp

from metrics.importing.dataset import DATASETS, Dataset

NOT_CONTENT = ("import_id", "source", "observed_at", "observed_day")


#: Datasets whose rows many tools number from 1 in every file: the same number may be another row.
NUMBERED_ANEW = ("responses", "feedback")


@dataclass(frozen=True)
class Compared:
    """Rows of a file beside those that count now: `outdated` ones lose to the imports `by`, and
    of the replaced, `moved` ones take the place of a row of another day or stream."""

    replaced: int = 0
    unchanged: int = 0
    outdated: int = 0
    moved: int = 0
    by: tuple[int, ...] = ()


def landed_columns(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[str]:
    """The landing table's columns that a row itself brings."""
    query = exp.select("*").from_(exp.table_(dataset.table, db="main")).limit(0)
    told = connection.execute(query.sql("duckdb")).description or ()
    return [name for name, *_ in told if name not in NOT_CONTENT]


def compare_versions(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    columns: Sequence[str],
    source: str,
    observed_at: datetime,
    now: str,
    *,
    history: bool,
) -> Compared:
    """Records against the present versions in catalog `now` ('' when there is none yet).

    A record is unchanged when all its rows have the content that counts now; it replaces when it
    is at least as new as what it differs from; it is outdated when newer rows have the place of
    all of its own, unless older ones tell the `history`.
    """
    if not now:
        return Compared()
    query = _comparison(dataset.name, tuple(columns), now)
    found = connection.execute(query, [observed_at, source]).fetchone()
    if found is None:
        return Compared()
    replaced, unchanged, outdated, moved, by = found
    if history:
        outdated, by = 0, None
    return Compared(replaced or 0, unchanged or 0, outdated or 0, moved or 0, tuple(by or ()))


@cache
def _comparison(name: str, columns: tuple[str, ...], now: str) -> str:
    """SQL that counts the records of `shaped` beside the versions in catalog `now`; asks for the
    moment of observation and the source."""
    dataset = DATASETS[name]
    content = [name for name in columns if name not in dataset.key]
    same = exp.and_(
        *(
            exp.NullSafeEQ(this=exp.column(name, table="s"), expression=exp.column(name, table="c"))
            for name in content
        )
    )
    matched = exp.and_(
        exp.column("source", table="c").eq(exp.Placeholder()),
        *(exp.column(name, table="s").eq(exp.column(name, table="c")) for name in dataset.key),
    )
    present = exp.column("source", table="c").is_(exp.null()).not_()
    elsewhere = exp.or_("s.day is distinct from c.day", "s.stream is distinct from c.stream")
    rows = exp.select(
        exp.column("record", table="s"),
        present.as_("present"),
        same.as_("same"),
        exp.alias_("c.observed_at <= ?", "newer"),
        (elsewhere if dataset.name in NUMBERED_ANEW else exp.false()).as_("elsewhere"),
        exp.column("import_id", table="c").as_("held_by"),
    )
    rows = rows.from_(exp.to_table("shaped").as_("s")).join(
        _present(dataset, now).subquery("c"), on=matched, join_type="left"
    )
    rows = rows.where("s.problem is null and s.skip is null")
    records = (
        exp.select(
            "bool_and(present and same) as same",
            "bool_or(present and newer and not same) as newer",
            "bool_and(present and (same or not newer)) as older",
            "bool_or(present and newer and not same and elsewhere) as moved",
            "list(distinct held_by) filter (present and not same and not newer) as by",
        )
        .from_(rows.subquery("r"))
        .group_by("record")
    )
    counted = exp.select(
        "count_if(not same and newer)",
        "count_if(same)",
        "count_if(not same and older)",
        "count_if(moved)",
        "list_sort(list_distinct(flatten(list(coalesce(by, [])) filter (not same and older))))",
    )
    return counted.from_(records.subquery("r")).sql("duckdb")


def _present(dataset: Dataset, now: str) -> exp.Select:
    """The newest version of every key, as the canonical views resolve it."""
    newest = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column("source"), *(exp.column(name) for name in dataset.key)],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=exp.column("observed_at"), desc=True),
                exp.Ordered(this=exp.column("import_id"), desc=True),
            ]
        ),
    )
    query = exp.select("*").from_(f'"{now}".main.{dataset.table}')
    query.set("qualify", exp.Qualify(this=exp.EQ(this=newest, expression=exp.Literal.number(1))))
    return query


def meets_others(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    source: str,
    counts: dict[str, dict[date, int]],
    now: str,
) -> bool:
    """Whether any slice that counts now in catalog `now` lies within the days of `counts`."""
    days = [day for by_day in counts.values() for day in by_day]
    if not now or not days:
        return False
    query = (
        exp.select("1")
        .from_(f'"{now}".main.slices')
        .where("dataset = ?", "source = ?", "day between ? and ?")
        .limit(1)
    )
    asked = [dataset.name, source, min(days), max(days)]
    return connection.execute(query.sql("duckdb"), asked).fetchone() is not None


def compare_slices(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    columns: Sequence[str],
    import_id: int,
    now: str,
    older: Sequence[int],
    newer: Sequence[int],
) -> tuple[Compared, set[tuple[str, date]]]:
    """Slices of the import just landed against those of `older` and `newer` imports that count now
    in catalog `now`, and which slices are unchanged, told where there are newer imports.

    A slice with the same rows, however often each occurs, is unchanged; one that is newer takes
    the place of as many rows as there were.
    """
    if not now or not (older or newer):
        return Compared(), set()
    stream = exp.Literal.string("") if dataset.loose else exp.column("stream", table="x")
    content = exp.func("hash", *(exp.column(name, table="x") for name in columns))
    total = exp.Sum(this=exp.cast(content, "hugeint"))

    def slices(table: exp.Expr, *extra: exp.Expr) -> exp.Select:
        return exp.select(
            stream.copy().as_("stream"),
            exp.column("day", table="x"),
            exp.Count(this=exp.Star()).as_("rows"),
            total.copy().as_("content"),
            *extra,
        ).from_(table)

    new = (
        slices(exp.to_table(dataset.table).as_("x"))
        .where(exp.column("import_id", table="x").eq(exp.Placeholder()))
        .group_by("1", "2")
    )
    counting = (
        exp.select("dataset", "import_id", "source", "stream", "day")
        .distinct()
        .from_(f'"{now}".main.winning_slices')
    )
    old = (
        slices(
            exp.to_table(f'"{now}".main.{dataset.table}').as_("x"),
            exp.func("bool_or", exp.column("import_id", table="x").isin(*newer)).as_("newer"),
        )
        .join(counting.subquery("w"), on=_in_slice(dataset, stream))
        .where(exp.column("import_id", table="x").isin(*older, *newer))
        .where("x.day in (select day from new)")
        .group_by("1", "2")
    )
    same = "o.rows = n.rows and o.content = n.content"
    told = f"list({{'stream': n.stream, 'day': n.day}}) filter ({same})" if newer else "null"
    query = (
        exp.select(
            f"sum(case when {same} then n.rows end)",
            f"sum(case when not ({same}) and not o.newer then least(n.rows, o.rows) end)",
            told,
        )
        .from_(exp.to_table("new").as_("n"))
        .join(exp.to_table("old").as_("o"), on="o.stream = n.stream and o.day = n.day")
        .with_("new", new)
        .with_("old", old)
    )
    found = connection.execute(query.sql("duckdb"), [import_id]).fetchone() or (0, 0, None)
    unchanged, replaced = (int(rows or 0) for rows in found[:2])
    alike = {(each["stream"], each["day"]) for each in found[2] or ()}
    return Compared(replaced, unchanged), alike


def _in_slice(dataset: Dataset, stream: exp.Expr) -> exp.Expr:
    """Whether a landed row `x`, of the stream told, lies in the winning slice `w`."""
    return exp.and_(
        exp.column("dataset", table="w").eq(exp.Literal.string(dataset.name)),
        "w.import_id = x.import_id",
        "w.source = x.source",
        exp.column("stream", table="w").eq(stream.copy()),
        "w.day = x.day",
    )


def losing(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    import_id: int,
    alike: Collection[tuple[str, date]],
) -> int:
    """How many rows of an import do not count, by what the connection knows of all imports; those
    of the slices `alike` count as another's."""
    stream = exp.Literal.string("") if dataset.loose else exp.column("stream", table="x")
    moment = ("x.time >= w.begins", "x.time < w.ends") if "time" in dataset.fields else ()
    counts = exp.and_(_in_slice(dataset, stream), *moment)
    query = (
        exp.select(stream.copy(), exp.column("day", table="x"), exp.Count(this=exp.Star()))
        .from_(exp.to_table(dataset.table).as_("x"))
        .join(exp.to_table("winning_slices").as_("w"), on=counts, join_type="anti")
        .where("x.import_id = ?")
        .group_by("1", "2")
    )
    rows = connection.execute(query.sql("duckdb"), [import_id]).fetchall()
    return sum(count for told, day, count in rows if (told, day) not in alike)


def day_counts(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, import_id: int
) -> dict[str, dict[date, int]]:
    """Stream → local day → rows of one import."""
    query = (
        exp.select("stream", "day", exp.Count(this=exp.Star()))
        .from_(dataset.table)
        .where(exp.column("import_id").eq(exp.Placeholder()))
        .group_by("1", "2")
    )
    counts: dict[str, dict[date, int]] = {}
    for stream, day, rows in connection.execute(query.sql("duckdb"), [import_id]).fetchall():
        counts.setdefault(stream, {})[day] = rows
    return counts
