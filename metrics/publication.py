"""One publication being written: what readers see, against what was computed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from metrics.calendar import TO_DATE_GRAINS
from metrics.errors import VigieError
from metrics.like_with_like import LIKE_WITH_LIKE
from metrics.register.leases import Lease
from metrics.register.series import visible_at
from metrics.register.tables import restatements, series
from metrics.versioned import FIGURES, Versioned, alike, array_of, listed

#: Rows per transaction. A decision waits for one of them at most.
CHUNK = 2_000
#: Seconds between two transactions, so that a waiting decision finds the register free.
BREATH = 0.01
SLOT = ["kpi", "scope_kind", "scope", "grain", "dimension", "member"]
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Cause:
    """Why figures change: import, undo, definition, organisation, rate, setting; and which."""

    kind: str
    detail: str = ""


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
        self._slot_of: dict[int, int] = {}  # by series id
        self._known: set[str] = set()  # KPIs whose series are in the two dictionaries

    @property
    def touched(self) -> bool:
        return bool(self.written or self.closed)

    def write(self, kind: Versioned, frames: Iterable[pd.DataFrame]) -> None:
        """Write one table: every frame, then the closing of what no frame holds.

        What readers see of the KPIs that are `kept` stays: they could not be computed.
        """
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
        held = sa.exists().where(
            kind.table.c.series_id == series.c.id,
            visible_at(kind.table, sa.literal(self._current)),
        )
        with self._register.connect() as connection:
            every = connection.execute(sa.select(series.c.kpi).where(held).distinct())
            names = set(every.scalars())
        for kpi in sorted(names - set(self._kept())):
            vanished = waiting[kpi] if kpi in waiting else self._visible(kind, kpi)
            if vanished.empty:
                continue
            self._close(kind, vanished)
            if kind is FIGURES:
                # Another week has other windows, and other signals to take apart.
                passing = {
                    slot
                    for key, slot in self._slots.items()
                    if key[3] in TO_DATE_GRAINS or key[4] not in ("", LIKE_WITH_LIKE)
                }
                vanished = vanished[~vanished["slot"].isin(passing)]
                self._restate(
                    vanished.assign(new=np.nan, other_definition=False, other_members=False)
                )

    def _visible(self, kind: Versioned, kpi: str) -> pd.DataFrame:
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
            name: array_of(kind, name, column) for name, column in zip(names, columns, strict=True)
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
        lists = [listed(kind, name, rows[name]) for name in key]
        names = [f"old_{name}" for name in key]
        self._execute(
            statement, [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]
        )
        self.closed += len(rows)

    def _insert(self, kind: Versioned, rows: pd.DataFrame) -> None:
        names = ("series_id", *kind.columns)
        lists = [listed(kind, name, rows[name]) for name in names]
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
            & ~alike(rows["value"], rows["new"])
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
