"""One publication being written: what readers see, against what was computed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import sqlalchemy as sa

from metrics.calendar import TO_DATE_GRAINS
from metrics.errors import VigieError
from metrics.like_with_like import LIKE_WITH_LIKE
from metrics.register.binding import bound
from metrics.register.leases import Lease
from metrics.register.selection import visible_at
from metrics.register.tables import restatements, series
from metrics.versioned import FIGURES, Versioned, alike, array_of, listed

#: Rows per transaction. A decision waits for one of them at most.
CHUNK = 2_000
#: Seconds between two transactions, so that a waiting decision finds the register free.
BREATH = 0.01
#: Figures compared at once, and KPIs with a grain asked for in one query.
BATCH = 20_000
PAIRS = 200
SLOT = ["kpi", "scope_kind", "scope", "grain", "dimension", "member"]
EPOCH = date(1970, 1, 1)

T = TypeVar("T")


@dataclass(frozen=True)
class Cause:
    """Why figures change: import, undo, definition, organisation, rate, setting, upgrade…; and
    which."""

    kind: str
    detail: str = ""


def batches(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The frames in order, joined until they have about BATCH rows."""
    waiting: list[pd.DataFrame] = []
    for frame in frames:
        if not frame.empty:
            waiting.append(frame)
        if sum(map(len, waiting)) >= BATCH:
            yield pd.concat(waiting, ignore_index=True)
            waiting = []
    if waiting:
        yield pd.concat(waiting, ignore_index=True)


def portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The values in order, so many at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _of(frame: pd.DataFrame, pairs: Collection[tuple[str, str]]) -> Any:
    """Which rows are of one of these KPIs in that grain."""
    if not pairs:
        return np.zeros(len(frame), dtype=np.bool_)
    return pd.MultiIndex.from_frame(frame[["kpi", "grain"]]).isin(pairs)


class Writer:
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
        once: Collection[str] = (),
        kept: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._once = sorted(once)
        self.written = self.closed = self.restated = 0
        self._register = register
        self._lease = lease
        self._publication = publication
        self._current = current
        self._settled = settled  # days since 1970: periods that ended before it had settled
        self._cause = cause
        self._progress = progress
        self._kept = kept
        self._slots: dict[tuple[str, ...], int] = {}
        self._series: dict[tuple[str, ...], int] = {}  # slot and definition
        #: By series id; with the KPI, the grain and the dimension.
        self._slot_of: dict[int, tuple[int, str, str, str]] = {}
        self._known: set[str] = set()  # KPIs whose series are in the two dictionaries

    @property
    def touched(self) -> bool:
        return bool(self.written or self.closed)

    def write(
        self,
        kind: Versioned,
        frames: Iterable[pd.DataFrame],
        unchanged: Collection[tuple[str, str]] = (),
    ) -> None:
        """Write one table: every frame, then the closing of what no frame holds.

        What readers see of the KPIs that are `kept` stays: they could not be computed. So does
        what they see of the KPIs and grains that are `unchanged`.
        """
        seen: set[tuple[str, str]] = set()  # KPIs and grains of which a frame told
        left = self._visible(kind, seen)  # visible rows that no frame has matched yet
        for frame in batches(frames):
            pairs = set(zip(frame["kpi"], frame["grain"], strict=True))
            again = _of(left, pairs & seen)
            visible = pd.concat([left[again], self._visible(kind, pairs - seen)], ignore_index=True)
            rest = self._compare(kind, self._typed(kind, frame), visible)
            left = pd.concat([left[~again], rest], ignore_index=True)
            seen |= pairs
        held = sa.exists().where(
            kind.table.c.series_id == series.c.id,
            visible_at(kind.table, sa.literal(self._current)),
        )
        with self._register.connect() as connection:
            every = connection.execute(
                sa.select(series.c.kpi, series.c.grain).where(held).distinct()
            ).all()
        kept = set(self._kept())
        silent = {(kpi, grain) for kpi, grain in every if kpi not in kept}
        silent -= seen | set(unchanged)
        vanished = pd.concat(
            [left[~left["kpi"].isin(kept)], self._visible(kind, silent)], ignore_index=True
        )
        self._close(kind, vanished)
        if kind is FIGURES:
            # Another week has other windows, and other signals to take apart.
            passing = vanished["grain"].isin([str(grain) for grain in TO_DATE_GRAINS])
            passing |= ~vanished["dimension"].isin(["", LIKE_WITH_LIKE])
            vanished = vanished[~passing]
            self._restate(vanished.assign(new=np.nan, other_definition=False, other_members=False))

    def _visible(self, kind: Versioned, pairs: Collection[tuple[str, str]]) -> pd.DataFrame:
        """What readers see of KPIs in grains: series_id, from_publication, the columns of the
        kind, slot, kpi, grain, dimension."""
        self._learn({kpi for kpi, _ in pairs})
        table = kind.table
        plain = [
            sa.type_coerce(table.c[name], sa.String) if name in kind.dates else table.c[name]
            for name in kind.columns
        ]
        rows: list[Any] = []
        for some in portions(sorted(pairs), PAIRS):
            asked = sa.tuple_(series.c.kpi, series.c.grain).in_(some)
            query = sa.select(table.c.series_id, table.c.from_publication, *plain).where(
                table.c.series_id.in_(sa.select(series.c.id).where(asked)),
                visible_at(table, sa.literal(self._current)),
            )
            with self._register.connect() as connection:
                rows += connection.execute(query).fetchall()
        names = ["series_id", "from_publication", *kind.columns]
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        values: dict[str, Any] = {
            name: array_of(kind, name, column) for name, column in zip(names, columns, strict=True)
        }
        frame = pd.DataFrame(values)
        told = [self._slot_of[series_id] for series_id in frame["series_id"].tolist()]
        frame["slot"] = np.array([slot for slot, *_ in told], dtype="int64")
        for place, name in enumerate(("kpi", "grain", "dimension"), 1):
            frame[name] = np.array([of[place] for of in told], dtype="object")
        return frame

    def _learn(self, kpis: Collection[str]) -> None:
        """Fetch the series of KPIs once."""
        new = sorted(set(kpis) - self._known)
        self._known.update(new)
        columns = [series.c[name] for name in (*SLOT, "definition")]
        for some in portions(new, PAIRS):
            with self._register.connect() as connection:
                for series_id, *key in connection.execute(
                    sa.select(series.c.id, *columns).where(series.c.kpi.in_(some))
                ):
                    self._series[tuple(key)] = series_id
                    slot = self._slots.setdefault(tuple(key[:-1]), len(self._slots))
                    self._slot_of[series_id] = slot, key[0], key[3], key[4]

    def _typed(self, kind: Versioned, frame: pd.DataFrame) -> pd.DataFrame:
        """A computed frame with the types of `_visible`, its series made where they are new."""
        names = [*SLOT, "definition"]
        codes = frame.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
        firsts = frame[names].drop_duplicates()
        keys = [tuple(str(part) for part in row) for row in firsts.itertuples(index=False)]
        self._make_series(keys)
        typed = pd.DataFrame({name: array_of(kind, name, frame[name]) for name in kind.columns})
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
        self._learn({key[0] for key in keys})
        new = [key for key in keys if key not in self._series]
        if new:
            lists = [list(column) for column in zip(*new, strict=True)]
            self._execute(sa.insert(series), dict(zip([*SLOT, "definition"], lists, strict=True)))
            kpis = {key[0] for key in new}
            self._known -= kpis
            self._learn(kpis)

    def _compare(
        self, kind: Versioned, computed: pd.DataFrame, visible: pd.DataFrame
    ) -> pd.DataFrame:
        """Write what differs; returns the visible rows that nothing computed corresponds to."""
        key = ["slot", *kind.key]
        both = computed.merge(visible, on=key, how="left", suffixes=("", "_old"), indicator=True)
        found = (both["_merge"] == "both").to_numpy()
        same = found & (both["series_id"] == both["series_id_old"]).to_numpy()
        for name in kind.exact:
            same &= (both[name] == both[f"{name}_old"]).to_numpy()
        for name in kind.numbers:
            same &= alike(both[name], both[f"{name}_old"])
        if kind is FIGURES and self._once:
            # A wave of a team survey is published once: late answers would tell whose they are.
            said = both["kpi"].isin(self._once) & both["value"].notna() & both["value_old"].notna()
            same |= (said & both["closed_old"].eq(other=True)).to_numpy() & (
                both["series_id"] == both["series_id_old"]
            ).to_numpy()
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
        if kind is FIGURES:
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

    def _close(self, kind: Versioned, rows: pd.DataFrame) -> None:
        if rows.empty:
            return
        table = kind.table
        key = ("series_id", *kind.key, "from_publication")
        statement = (
            sa.update(table)
            .where(*(table.c[name] == sa.bindparam(f"old_{name}") for name in key))
            .values(to_publication=self._publication)
        )
        self._execute(statement, {f"old_{name}": listed(kind, name, rows[name]) for name in key})
        self.closed += len(rows)

    def _insert(self, kind: Versioned, rows: pd.DataFrame) -> None:
        names = ("series_id", *kind.columns)
        lists = {name: listed(kind, name, rows[name]) for name in names}
        lists["from_publication"] = [self._publication] * len(rows)
        self._execute(sa.insert(kind.table), lists)
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
            & ~alike(rows["value"], rows["new"])
        ]
        causes = np.select(
            [moved["other_definition"].astype("bool"), moved["other_members"].astype("bool")],
            ["definition", "organisation"],
            self._cause.kind,
        )
        self._execute(
            sa.insert(restatements),
            {
                "publication_id": [self._publication] * len(moved),
                "series_id": moved["series_id"].tolist(),
                "start": [EPOCH + timedelta(start) for start in moved["start"].tolist()],
                "old": moved["value"].tolist(),
                "new": [None if new != new else new for new in moved["new"].tolist()],
                "cause": causes.tolist(),
                "cause_detail": [self._cause.detail] * len(moved),
            },
        )
        self.restated += len(moved)

    def _execute(
        self, statement: sa.Insert | sa.Update, values: dict[str, list[Any]], size: int = CHUNK
    ) -> None:
        """Run a statement once per row, `size` rows a transaction; `values` are lists by name."""
        rows = bound(self._register, statement, values)
        for start in range(0, len(rows.values), size):
            portion = rows.values[start : start + size]
            with self._register.begin() as connection:
                self._lease.hold(connection)
                connection.exec_driver_sql(rows.text, portion)
            self._progress(self.written + self.closed + start + len(portion))
            time.sleep(BREATH)
