"""Publishing: only what changed, in small transactions, under a number that nobody reads yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.register.leases import Lease
from metrics.register.series import visible_at
from metrics.register.state import read_state
from metrics.register.tables import figures, publications, restatements, series, signals

#: Rows per transaction. A decision waits for one of them at most.
CHUNK = 2_000
#: Seconds between two transactions, so that a waiting decision finds the register free.
BREATH = 0.01
#: Two figures that differ by less, relatively, are the same figure.
TOLERANCE = 1e-9

SLOT = ["kpi", "scope_kind", "scope", "grain", "dimension", "member"]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Cause:
    """Why figures change: import, undo, definition, organisation, rate, setting; and which."""

    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Published:
    """`publication` is None when every figure was already there; then nothing was written."""

    publication: int | None
    rows_written: int
    rows_closed: int
    restated: int


@dataclass(frozen=True)
class _Versioned:
    """A table of rows valid from one publication to another, and how its rows compare."""

    table: sa.Table
    key: tuple[str, ...]  # beside the slot
    dates: tuple[str, ...]
    numbers: tuple[str, ...]  # float64, NaN when absent, compared with a tolerance
    exact: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.key, *self.dates, *self.numbers, *self.exact)))


_FIGURES = _Versioned(
    figures,
    key=("start",),
    dates=("start", "end"),
    numbers=("value", "numerator", "denominator", "n", "low", "high"),
    exact=("end", "period", "closed", "reason", "members"),
)
_SIGNALS = _Versioned(
    signals,
    key=("start", "rule"),
    dates=("start",),
    numbers=("centre", "lower", "upper"),
    exact=("direction", "provisional"),
)


def publish(
    register: sa.Engine,
    lease: Lease,
    computed: Iterable[pd.DataFrame],
    judged: Callable[[int], Iterable[pd.DataFrame]] = lambda publication: (),
    *,
    warehouse_version: int,
    cause: Cause,
    by: str,
    settling_days: int,
    today: date,
    progress: Callable[[int], None] = lambda rows_written: None,
) -> Published:
    """Write the figures that differ from the ones readers see, under a new publication.

    `computed` yields frames with the columns kpi, definition, scope_kind, scope, grain, dimension,
    member, start, end, period, value, numerator, denominator, n, low, high, closed, reason,
    members. `judged` is then called with the new publication's number, at which the new figures
    can be read, and yields frames of signals: the key columns, start, rule, direction, centre,
    lower, upper, provisional. Together they are everything: what they do not hold any more is
    closed. Readers see none of it until the caller flips the pointer. A value that changes although
    its period was closed and had ended more than `settling_days` before `today` leaves a
    restatement; a value where there was none before does not.
    """
    with register.begin() as connection:
        lease.hold(connection)
        current = read_state(connection).publication_id
        number = connection.execute(
            sa.insert(publications)
            .values(
                warehouse_version=warehouse_version,
                cause=cause.kind,
                cause_detail=cause.detail,
                started_at=datetime.now(UTC).replace(tzinfo=None),
                published_by=by,
                rows_written=0,
            )
            .returning(publications.c.id)
        ).scalar_one()
    settled = (today - timedelta(settling_days) - EPOCH).days
    writer = _Writer(register, lease, number, current, settled, cause, progress)
    writer.write(_FIGURES, computed)
    writer.write(_SIGNALS, judged(number))
    if writer.touched:
        return Published(number, writer.written, writer.closed, writer.restated)
    with register.begin() as connection:
        lease.hold(connection)
        connection.execute(sa.delete(publications).where(publications.c.id == number))
    return Published(None, 0, 0, 0)


def finish(connection: sa.Connection, published: Published) -> None:
    """Mark a publication finished; part of the transaction that makes it current."""
    connection.execute(
        sa.update(publications)
        .where(publications.c.id == published.publication)
        .values(
            finished_at=datetime.now(UTC).replace(tzinfo=None),
            rows_written=published.rows_written + published.rows_closed,
        )
    )


def clean(register: sa.Engine, lease: Lease) -> int:
    """Remove what a publisher that died left behind; returns how many rows that was.

    Its rows were never seen: they are deleted, and the rows they were to replace are opened again.
    """
    removed = 0
    with register.connect() as connection:
        current = read_state(connection).publication_id
    for table in (figures, signals):
        began, ended = table.c.from_publication > current, table.c.to_publication > current
        for ids in _portions(register, table, began):
            with register.begin() as connection:
                lease.hold(connection)
                mine = table.c.series_id.in_(ids)
                removed += connection.execute(sa.delete(table).where(mine, began)).rowcount
            time.sleep(BREATH)
        for ids in _portions(register, table, ended):
            with register.begin() as connection:
                lease.hold(connection)
                mine = table.c.series_id.in_(ids)
                removed += connection.execute(
                    sa.update(table).where(mine, ended).values(to_publication=None)
                ).rowcount
            time.sleep(BREATH)
    with register.begin() as connection:
        lease.hold(connection)
        connection.execute(sa.delete(restatements).where(restatements.c.publication_id > current))
        connection.execute(sa.delete(publications).where(publications.c.id > current))
    return removed


def _portions(
    register: sa.Engine, table: sa.Table, condition: sa.ColumnElement[bool]
) -> Iterator[list[int]]:
    """Series that hold rows under a condition, in portions of about CHUNK rows."""
    with register.connect() as connection:
        counts = connection.execute(
            sa.select(table.c.series_id, sa.func.count())
            .where(condition)
            .group_by(table.c.series_id)
        ).all()
    portion: list[int] = []
    rows = 0
    for series_id, count in counts:
        portion.append(series_id)
        rows += count
        if rows >= CHUNK or len(portion) >= 500:
            yield portion
            portion, rows = [], 0
    if portion:
        yield portion


class _Writer:
    """One publication being written: what readers see, against what was computed."""

    def __init__(
        self,
        register: sa.Engine,
        lease: Lease,
        publication: int,
        current: int,
        settled: int,
        cause: Cause,
        progress: Callable[[int], None],
    ) -> None:
        self.written = self.closed = self.restated = 0
        self._register = register
        self._lease = lease
        self._publication = publication
        self._current = current
        self._settled = settled  # days since 1970: periods that ended before it had settled
        self._cause = cause
        self._progress = progress
        self._slots: dict[tuple[str, ...], int] = {}
        self._series: dict[tuple[str, ...], int] = {}  # slot and definition
        self._slot_of: dict[int, int] = {}  # by series id
        self._known: set[str] = set()  # KPIs whose series are in the two dictionaries

    @property
    def touched(self) -> bool:
        return bool(self.written or self.closed)

    def write(self, kind: _Versioned, frames: Iterable[pd.DataFrame]) -> None:
        """Write one table: every frame, then the closing of what no frame holds."""
        waiting: dict[str, pd.DataFrame] = {}  # visible rows that no frame has matched yet
        for frame in frames:
            if frame.empty:
                continue
            kpis = sorted(set(frame["kpi"]))
            for kpi in kpis:
                if kpi not in waiting:
                    waiting[kpi] = self._visible(kind, kpi)
            visible = pd.concat([waiting[kpi] for kpi in kpis], ignore_index=True)
            left = self._compare(kind, self._typed(kind, frame), visible)
            for kpi in kpis:
                waiting[kpi] = left[left["kpi"] == kpi]
        with self._register.connect() as connection:
            every = connection.execute(sa.select(series.c.kpi).distinct()).scalars().all()
        for kpi in sorted(every):
            vanished = waiting[kpi] if kpi in waiting else self._visible(kind, kpi)
            if vanished.empty:
                continue
            self._close(kind, vanished)
            if kind is _FIGURES:
                self._restate(
                    vanished.assign(new=np.nan, other_definition=False, other_members=False)
                )

    def _visible(self, kind: _Versioned, kpi: str) -> pd.DataFrame:
        """What readers see of one KPI: slot, series_id, from_publication and the kind's columns."""
        self._learn(kpi)
        table = kind.table
        plain = [
            sa.type_coerce(table.c[name], sa.String) if name in kind.dates else table.c[name]
            for name in kind.columns
        ]
        query = sa.select(table.c.series_id, table.c.from_publication, *plain).where(
            table.c.series_id.in_(sa.select(series.c.id).where(series.c.kpi == kpi)),
            visible_at(table, sa.literal(self._current)),
        )
        with self._register.connect() as connection:
            rows = connection.execute(query).fetchall()
        names = ["series_id", "from_publication", *kind.columns]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        values: dict[str, Any] = {
            name: _array(kind, name, column) for name, column in zip(names, columns, strict=True)
        }
        frame = pd.DataFrame(values)
        frame["slot"] = frame["series_id"].map(self._slot_of).astype("int64")
        frame["kpi"] = kpi
        return frame

    def _learn(self, kpi: str) -> None:
        """Fetch the series of a KPI once."""
        if kpi in self._known:
            return
        self._known.add(kpi)
        columns = [series.c[name] for name in (*SLOT, "definition")]
        with self._register.connect() as connection:
            for series_id, *key in connection.execute(
                sa.select(series.c.id, *columns).where(series.c.kpi == kpi)
            ):
                self._series[tuple(key)] = series_id
                slot = self._slots.setdefault(tuple(key[:-1]), len(self._slots))
                self._slot_of[series_id] = slot

    def _typed(self, kind: _Versioned, frame: pd.DataFrame) -> pd.DataFrame:
        """A computed frame with the types of `_visible`, its series made where they are new."""
        names = [*SLOT, "definition"]
        codes = frame.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
        firsts = frame[names].drop_duplicates()
        keys = [tuple(str(part) for part in row) for row in firsts.itertuples(index=False)]
        self._make_series(keys)
        typed = pd.DataFrame({name: _array(kind, name, frame[name]) for name in kind.columns})
        typed["slot"] = np.array([self._slots[key[:-1]] for key in keys])[codes]
        typed["series_id"] = np.array([self._series[key] for key in keys])[codes]
        twice = typed.duplicated(["slot", *kind.key])
        if twice.any():
            row = frame.iloc[int(twice.to_numpy().argmax())]
            raise VigieError(
                f"'{row['kpi']}' has two figures for {row['scope_kind']} '{row['scope']}', "
                f"{row['grain']} from {row['start']}.",
                next_step="Mend its definition: one key is one figure.",
            )
        return typed

    def _make_series(self, keys: list[tuple[str, ...]]) -> None:
        for kpi in {key[0] for key in keys}:
            self._learn(kpi)
        new = [key for key in keys if key not in self._series]
        names = [*SLOT, "definition"]
        for start in range(0, len(new), CHUNK):
            portion = new[start : start + CHUNK]
            with self._register.begin() as connection:
                self._lease.hold(connection)
                connection.execute(
                    sa.insert(series), [dict(zip(names, key, strict=True)) for key in portion]
                )
            time.sleep(BREATH)
        if new:
            for kpi in {key[0] for key in new}:
                self._known.discard(kpi)
                self._learn(kpi)

    def _compare(
        self, kind: _Versioned, computed: pd.DataFrame, visible: pd.DataFrame
    ) -> pd.DataFrame:
        """Write what differs; returns the visible rows that nothing computed corresponds to."""
        key = ["slot", *kind.key]
        both = computed.merge(visible, on=key, how="left", suffixes=("", "_old"), indicator=True)
        found = (both["_merge"] == "both").to_numpy()
        same = found & (both["series_id"] == both["series_id_old"]).to_numpy()
        for name in kind.exact:
            same &= (both[name] == both[f"{name}_old"]).to_numpy()
        for name in kind.numbers:
            same &= _close(both[name], both[f"{name}_old"])
        if same.all() and len(both) == len(visible):
            return visible.iloc[:0]
        replaced = both[found & ~same]
        self._close(
            kind,
            pd.DataFrame(
                {name: replaced[name] for name in kind.key}
                | {
                    "series_id": replaced["series_id_old"].astype("int64"),
                    "from_publication": replaced["from_publication"].astype("int64"),
                }
            ),
        )
        self._insert(kind, both[~same])
        if kind is _FIGURES:
            self._restate(
                pd.DataFrame(
                    {
                        "series_id": replaced["series_id"],
                        "start": replaced["start"],
                        "end": replaced["end_old"],
                        "closed": replaced["closed_old"].astype("bool"),
                        "value": replaced["value_old"],
                        "new": replaced["value"],
                        "other_definition": replaced["series_id"] != replaced["series_id_old"],
                        "other_members": replaced["members"] != replaced["members_old"],
                    }
                )
            )
        matched = pd.MultiIndex.from_frame(both.loc[found, key])
        return visible[~pd.MultiIndex.from_frame(visible[key]).isin(matched)]

    def _close(self, kind: _Versioned, rows: pd.DataFrame) -> None:
        if rows.empty:
            return
        table = kind.table
        key = ("series_id", *kind.key, "from_publication")
        statement = (
            sa.update(table)
            .where(*(table.c[name] == sa.bindparam(f"old_{name}") for name in key))
            .values(to_publication=self._publication)
        )
        lists = [_listed(kind, name, rows[name]) for name in key]
        names = [f"old_{name}" for name in key]
        self._execute(
            statement, [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]
        )
        self.closed += len(rows)

    def _insert(self, kind: _Versioned, rows: pd.DataFrame) -> None:
        names = ("series_id", *kind.columns)
        lists = [_listed(kind, name, rows[name]) for name in names]
        fixed = {"from_publication": self._publication}
        self._execute(
            sa.insert(kind.table),
            [dict(zip(names, row, strict=True)) | fixed for row in zip(*lists, strict=True)],
        )
        self.written += len(rows)

    def _restate(self, rows: pd.DataFrame) -> None:
        """Keep a trace of the settled, closed values among replaced or vanished rows that moved.

        Rows: series_id, start, end, closed, value (old), new, other_definition, other_members.
        """
        if rows.empty:
            return
        moved = rows[
            rows["closed"].to_numpy()
            & rows["value"].notna().to_numpy()
            & (rows["end"].to_numpy() < self._settled)
            & ~_close(rows["value"], rows["new"])
        ]
        found = [
            {
                "publication_id": self._publication,
                "series_id": series_id,
                "start": EPOCH + timedelta(start),
                "old": old,
                "new": None if new != new else new,
                "cause": (
                    "definition"
                    if other_definition
                    else "organisation"
                    if other_members
                    else self._cause.kind
                ),
                "cause_detail": self._cause.detail,
            }
            for series_id, start, old, new, other_definition, other_members in zip(
                *(moved[name].tolist() for name in ("series_id", "start", "value", "new")),
                *(moved[name].tolist() for name in ("other_definition", "other_members")),
                strict=True,
            )
        ]
        self._execute(sa.insert(restatements), found)
        self.restated += len(found)

    def _execute(self, statement: sa.Executable, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), CHUNK):
            portion = rows[start : start + CHUNK]
            with self._register.begin() as connection:
                self._lease.hold(connection)
                connection.execute(statement, portion)
            self._progress(self.written + self.closed + start + len(portion))
            time.sleep(BREATH)


def _array(kind: _Versioned, name: str, values: Any) -> Any:
    """One column in the form in which columns compare: days since 1970, NaN, '' for no reason."""
    if name in kind.dates:
        days = pd.to_datetime(pd.Series(values)).to_numpy("datetime64[D]")
        return days.astype("int64")
    column = pd.Series(values).reset_index(drop=True)
    if name in kind.numbers:
        return column.to_numpy(dtype="float64", na_value=np.nan)
    if name in ("closed", "provisional"):
        return column.astype("bool").to_numpy()
    if name in ("series_id", "from_publication", "rule", "direction"):
        return column.astype("int64").to_numpy()
    return column.astype("object").where(column.notna(), "").astype("object")


def _listed(kind: _Versioned, name: str, values: pd.Series[Any]) -> list[Any]:
    """One column as the values to bind."""
    if name in kind.dates:
        days: list[Any] = values.to_numpy().astype("datetime64[D]").astype(object).tolist()
        return days
    if name == "n":
        return [None if number != number else int(number) for number in values.tolist()]
    if name in kind.numbers:
        return [None if number != number else number for number in values.tolist()]
    if name == "reason":
        return [reason or None for reason in values.tolist()]
    return values.tolist()


def _close(new: pd.Series[float], old: pd.Series[float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which numbers are the same but for rounding; absent equals absent."""
    return np.isclose(
        new.to_numpy(dtype="float64"),
        old.to_numpy(dtype="float64"),
        rtol=TOLERANCE,
        atol=0,
        equal_nan=True,
    )
