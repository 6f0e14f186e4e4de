"""Files whose rows have no identifier: what each speaks of, and which of them tell of the same.

The view `winning_slices` resolves what counts; here is what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from sqlglot import exp

from metrics.importing import comparison
from metrics.importing.binding import Binding
from metrics.importing.dataset import Dataset
from metrics.importing.header import comparable
from metrics.importing.observed import Observed
from metrics.importing.profile import Profile
from metrics.importing.session import Session

#: Rows of the smaller file that are looked for in the other.
SAMPLE_ROWS = 400
#: From this share of them found on, two files tell of the same: parts of an export share few rows.
SAME_SHARE = 0.5


@dataclass(frozen=True)
class Export:
    """One import of a dataset with slices, with the columns of the table `exports`."""

    import_id: int
    dataset: str
    source: str
    origin: str | None
    arrived_at: datetime | None  # None of imports from before it was kept
    ordered_at: datetime
    first_time: datetime | None
    last_time: datetime | None
    first_day: date | None
    last_day: date | None

    def is_before(self, other: Export) -> bool:
        return (self.ordered_at, self.import_id) < (other.ordered_at, other.import_id)

    def came_with(self, other: Export) -> bool:
        """Whether one job brought both."""
        return self.arrived_at is not None and self.arrived_at == other.arrived_at

    def may_meet(self, other: Export) -> bool:
        """Whether they can tell of the same: of one origin, of moments that overlap."""
        if self.origin and other.origin and self.origin != other.origin:
            return False
        if self.first_time is None or self.last_time is None:
            return True
        if other.first_time is None or other.last_time is None:
            return True
        return self.first_time <= other.last_time and other.first_time <= self.last_time


@dataclass(frozen=True)
class Met:
    """The imports whose slices one takes or leaves: `older` than it, `newer`, and the other
    `parts` of the export that its own job brought."""

    older: tuple[int, ...] = ()
    newer: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


def origin_of(profile: Profile, headers: Iterable[str], name: str) -> str | None:
    """Which company or tool behind the profile a file is of, where its name or headers tell."""
    if profile.origin_in_name and (found := re.search(profile.origin_in_name, name)):
        return found.group(1)
    present = {comparable(header) for header in headers}
    return next(
        (
            origin
            for origin, telling in profile.origins.items()
            if any(comparable(header) in present for header in telling)
        ),
        None,
    )


def note(
    session: Session,
    binding: Binding,
    observed: Observed,
    origin: str | None,
    strays: Collection[date] = (),
    spoken: tuple[object, ...] | None = None,
) -> Export:
    """Insert what the session's import, just landed, speaks of, but for its stray days: first and
    last moment and day, `spoken` where they were told while it had more rows."""
    connection, dataset = session.connection, binding.dataset
    range_: tuple[object, ...] = spoken or (None, None, None, None)
    if spoken is None and "time" in dataset.fields:
        query = exp.select("min(time)", "max(time)", "min(day)", "max(day)").from_(dataset.table)
        query = query.where("import_id = ?")
        if strays:
            query = query.where(exp.column("day").isin(*map(str, sorted(strays))).not_())
        found = connection.execute(query.sql("duckdb"), [session.import_id]).fetchone()
        range_ = found or range_
    ordered_at = observed.at if observed.stated else session.arrived_at
    row = (session.import_id, dataset.name, binding.profile.tool, origin, session.arrived_at,
           ordered_at, *range_)  # fmt: skip
    connection.execute("insert into exports values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return Export(*row)  # type: ignore[arg-type]


def meet(session: Session, dataset: Dataset, export: Export) -> Met:
    """Find out which imports an export meets, and note which parts of exports tell of the same."""
    others = _others(session, export)
    if not others:
        return Met()
    same = _same_pairs(session)
    found = []
    for other in others:
        if not export.may_meet(other):
            continue
        in_parts = any(each.came_with(other) and each != other for each in others)
        if (export.came_with(other) or in_parts) and _is_same(session, dataset, export, other):
            found.append([export.import_id, other.import_id])
            same |= {(export.import_id, other.import_id), (other.import_id, export.import_id)}
    if found:
        session.connection.executemany("insert into same_exports values (?, ?)", found)
    parts = tuple(
        other.import_id
        for other in others
        if export.came_with(other)
        and (not export.origin or not other.origin or export.origin == other.origin)
        and (export.import_id, other.import_id) not in same
    )
    meets = [
        other
        for other in others
        if export.may_meet(other)
        and other.import_id not in parts
        and not _is_spared(export, other, others, same)
    ]
    return Met(
        tuple(each.import_id for each in meets if each.is_before(export)),
        tuple(each.import_id for each in meets if not each.is_before(export)),
        parts,
    )


def unlike(session: Session, dataset: Dataset, export: Export, older: Collection[int]) -> list[int]:
    """Those `older` imports of the same days with whose rows an export has none in common."""
    return [
        other.import_id
        for other in _others(session, export)
        if other.import_id in older and _share(session, dataset, export, other) == 0
    ]


def borrow(session: Session, dataset: Dataset, source: str) -> None:
    """In a dry run, lay what is noted of the imports that count now beside the one looked at, so
    that `winning_slices` tells what of it would count."""
    connection = session.connection
    [(own,)] = connection.execute("select current_database()").fetchall()
    if not session.now or session.now == own or not _is_known(session):
        return
    for name in ("imports", "exports", "slices"):
        rows = exp.select("*").from_(_table(session, name)).where("dataset = ?", "source = ?")
        insert = f"insert into {name} by name {rows.sql('duckdb')}"
        connection.execute(insert, [dataset.name, source])
    rows = exp.select("*").from_(_table(session, "same_exports"))
    connection.execute(f"insert into same_exports by name {rows.sql('duckdb')}")


def prune(connection: duckdb.DuckDBPyConnection) -> None:
    """Once an import is gone, delete the pairs that would not be known without it: those of an
    import that is no part among others."""
    connection.execute(
        "delete from same_exports where not exists ("
        "select 1 from exports as a join exports as b on b.dataset = a.dataset "
        "and b.source = a.source and b.arrived_at = a.arrived_at and b.import_id <> a.import_id "
        "where a.import_id = same_exports.other_id)"
    )


def _others(session: Session, export: Export) -> list[Export]:
    """The other imports of the dataset and source that count now, oldest first."""
    if not _is_known(session):
        return []
    query = (
        exp.select("*")
        .from_(_table(session, "exports"))
        .where("dataset = ?", "source = ?", "import_id <> ?")
        .order_by("import_id")
    )
    rows = session.connection.execute(
        query.sql("duckdb"), [export.dataset, export.source, export.import_id]
    ).fetchall()
    return [Export(*row) for row in rows]


def _is_known(session: Session) -> bool:
    """Whether the warehouse that counts now is of a version that keeps this."""
    if not session.now:
        return True
    found = session.connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and table_name = 'exports'",
        [session.now],
    ).fetchone()
    return found is not None


def _same_pairs(session: Session) -> set[tuple[int, int]]:
    """Pairs that tell of the same, in both orders."""
    query = exp.select("import_id", "other_id").from_(_table(session, "same_exports"))
    pairs = session.connection.execute(query.sql("duckdb")).fetchall()
    return {pair for one, other in pairs for pair in ((one, other), (other, one))}


def _is_spared(
    export: Export, other: Export, others: Sequence[Export], same: set[tuple[int, int]]
) -> bool:
    """Whether the export renews another part of what `other` is a part of, and not this one."""
    if export.came_with(other) or (export.import_id, other.import_id) in same:
        return False
    return any(
        each.came_with(other)
        and each != other
        and (export.import_id, each.import_id) in same
        and (each.import_id, other.import_id) not in same
        for each in others
    )


def _is_same(session: Session, dataset: Dataset, export: Export, other: Export) -> bool:
    """Whether two files tell of the same: exports that state to be of different days always do."""
    stated = export.ordered_at != export.arrived_at and other.ordered_at != other.arrived_at
    if (
        export.came_with(other)
        and stated
        and session.local_day(export.ordered_at) != session.local_day(other.ordered_at)
    ):
        return True
    share = _share(session, dataset, export, other)
    return share is not None and share >= SAME_SHARE


def _share(session: Session, dataset: Dataset, export: Export, other: Export) -> float | None:
    """The share of the smaller file's rows, of days and streams that both have, that the other has
    too; None without such days."""
    connection = session.connection
    columns = comparison.landed_columns(connection, dataset)
    mine = exp.to_table(dataset.table)
    theirs = _table(session, dataset.table)
    counted = [
        exp.select("stream", "day", "count(*) as rows").from_(table).where(
            exp.column("import_id").eq(number)
        ).group_by("stream", "day")
        for table, number in ((mine, export.import_id), (theirs, other.import_id))
    ]  # fmt: skip
    both = (
        exp.select("list(distinct a.stream)", "list(distinct a.day)", "sum(a.rows)", "sum(b.rows)")
        .from_(counted[0].subquery("a"))
        .join(counted[1].subquery("b"), on="b.stream = a.stream and b.day = a.day")
    )
    found = connection.execute(both.sql("duckdb")).fetchone()
    if found is None or not found[0]:
        return None
    streams, days, own_rows, other_rows = found
    sides = [(mine, export.import_id), (theirs, other.import_id)]
    if other_rows < own_rows:
        sides.reverse()

    def rows(table: exp.Table, number: int) -> exp.Select:
        return (
            exp.select(*columns)
            .from_(table.copy())
            .where(exp.column("import_id").eq(number))
            .where(exp.column("stream").isin(*streams), exp.column("day").isin(*days))
        )

    content = exp.func("hash", *(exp.column(name) for name in columns))
    sample = rows(*sides[0]).order_by(content).limit(SAMPLE_ROWS)
    alike = exp.and_(
        *(
            exp.NullSafeEQ(this=exp.column(name, table="s"), expression=exp.column(name, table="o"))
            for name in columns
        )
    )
    query = (
        exp.select("count(o.stream) / count(*)")
        .from_(sample.subquery("s"))
        .join(rows(*sides[1]).distinct().subquery("o"), on=alike, join_type="left")
    )
    told = connection.execute(query.sql("duckdb")).fetchone()
    return float(told[0]) if told else None


def _table(session: Session, name: str) -> exp.Table:
    return exp.to_table(f'"{session.now}".main.{name}' if session.now else name)
