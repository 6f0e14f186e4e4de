"""Published figures whose raw rows are gone: kept as they are, whatever is worked out today."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd
import sqlalchemy as sa

from metrics.calendar import TO_DATE_GRAINS
from metrics.catalogue.kpi import Catalogue
from metrics.catalogue.loading import parts_of
from metrics.coverage import alternatives
from metrics.errors import Mistake
from metrics.frames import COLUMNS
from metrics.importing.age import RULES
from metrics.importing.report import CoverageSpan
from metrics.register.retention import Horizon
from metrics.register.selection import visible_at
from metrics.register.tables import figures, series
from metrics.versioned import alike

TO_DATE = frozenset(str(grain) for grain in TO_DATE_GRAINS)
KEY = ["scope_kind", "scope", "start"]
Pair = tuple[str, str]


class KeptFigures:
    """Figures that a publication keeps of the one before, `current`.

    They are whole, closed figures of KPIs that rest on rows which go with age, of periods that
    began before the horizon; and those of later periods that a purge found to have changed because
    of it. While a purge is `at_work` these are found: `found` holds their series and first days.
    """

    def __init__(
        self,
        register: sa.Engine,
        current: int,
        horizon: Horizon | None,
        catalogue: Catalogue,
        *,
        at_work: bool = False,
    ) -> None:
        self.found: list[tuple[int, date]] = []
        self._register = register
        self._current = current
        self._horizon = horizon
        self._at_work = at_work
        self._aging = {kpi.name for kpi in catalogue if horizon and _ages(catalogue, kpi.name)}

    def over(
        self, computed: Iterable[pd.DataFrame | Mistake], unchanged: Collection[Pair] = ()
    ) -> Iterator[pd.DataFrame | Mistake]:
        """The frames, with the kept figures in the place of what they say, and those that no frame
        says. Nothing is added of what is `unchanged`, or of a KPI that could not be computed."""
        told: set[Pair] = set(unchanged)
        failed: set[str] = set()
        for frame in computed:
            if isinstance(frame, Mistake):
                failed.add(frame.name)
            elif not frame.empty and frame["kpi"].iloc[0] in self._aging:
                pair = (str(frame["kpi"].iloc[0]), str(frame["grain"].iloc[0]))
                told.add(pair)
                frame = self._with_kept(frame, self._published(pair[0], pair[1]))
            yield frame
        for name in sorted(self._aging - failed):
            everything = self._published(name)
            for grain, rows in everything.groupby("grain", sort=True):
                if (name, str(grain)) not in told:
                    yield self._with_kept(rows.iloc[:0][list(COLUMNS)], rows)

    def _with_kept(self, frame: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
        kept = published[published["kept"].to_numpy(dtype="bool")]
        if self._at_work:
            kept = pd.concat([kept, self._lost(frame, published)], ignore_index=True)
        if kept.empty:
            return frame
        if not self._at_work and kept["grain"].iloc[0] in TO_DATE:  # other windows pass
            told = pd.MultiIndex.from_frame(frame[KEY])
            kept = kept[pd.MultiIndex.from_frame(kept[KEY]).isin(told)]
        whole = frame["dimension"] == ""
        replaced = whole & pd.MultiIndex.from_frame(frame[KEY]).isin(
            pd.MultiIndex.from_frame(kept[KEY])
        )
        rows = kept[list(COLUMNS)]
        rest = frame[~replaced.to_numpy()]
        return pd.concat([rows, rest], ignore_index=True) if len(rest) else rows

    def _lost(self, frame: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
        """Published figures of periods since the horizon that are not, or not as they were, in the
        frame: they are noted."""
        later = published[~published["kept"].to_numpy(dtype="bool")]
        now = frame.loc[frame["dimension"] == "", [*KEY, "value"]]
        both = later.merge(now, on=KEY, how="left", suffixes=("", "_now"))
        lost = later[~alike(both["value_now"].astype("float64"), both["value"])]
        self.found += list(zip(lost["series_id"].tolist(), lost["start"].tolist(), strict=True))
        return lost

    def _published(self, kpi: str, grain: str | None = None) -> pd.DataFrame:
        """The whole closed figures that readers see of a KPI, with `series_id`, and whether each is
        kept already."""
        assert self._horizon is not None
        columns = [
            *(series.c[name] for name in ("kpi", "definition", "scope_kind", "scope", "grain")),
            *(series.c[name] for name in ("dimension", "member")),
            *(figures.c[name] for name in COLUMNS if name in figures.c),
        ]
        query = (
            sa.select(figures.c.series_id, *columns)
            .join_from(figures, series)
            .where(
                series.c.kpi == kpi,
                series.c.dimension == "",
                figures.c.closed,
                figures.c.value.is_not(None),
                visible_at(figures, sa.literal(self._current)),
            )
        )
        if grain is not None:
            query = query.where(series.c.grain == grain)
        marked = self._horizon.kept
        if not self._at_work and marked:
            query = query.where(
                sa.or_(
                    figures.c.start < self._horizon.day,
                    figures.c.series_id.in_({number for number, _ in marked}),
                )
            )
        elif not self._at_work:
            query = query.where(figures.c.start < self._horizon.day)
        with self._register.connect() as connection:
            rows = connection.execute(query).all()
        frame = pd.DataFrame(
            rows, columns=["series_id", *(c.name for c in columns)], dtype="object"
        )
        for name in ("value", "numerator", "denominator", "n", "low", "high"):
            frame[name] = frame[name].astype("float64")
        frame["closed"] = frame["closed"].astype("bool")
        frame["kept"] = [
            (start < self._horizon.day and grain not in TO_DATE) or (number, start) in marked
            for number, start, grain in frame[["series_id", "start", "grain"]].itertuples(
                index=False, name=None
            )
        ]
        return frame if self._at_work else frame[frame["kept"].astype("bool")]


def _ages(catalogue: Catalogue, name: str) -> bool:
    """Whether a KPI rests on rows that go with age, or on the organisation alone: that one is
    followed from the first day on of which anything is known."""
    kpi = catalogue[name]
    if not kpi.datasets or any(
        each in RULES for dataset in kpi.datasets for each in alternatives(dataset)
    ):
        return True
    return any(_ages(catalogue, part) for part in parts_of(kpi))


def clip(
    coverage: Mapping[int, Iterable[CoverageSpan]], horizon: date
) -> dict[int, tuple[CoverageSpan, ...]]:
    """The days that imports make known, of datasets that age from the horizon on only; without the
    imports of which nothing changes."""
    found = {}
    for number, spans in coverage.items():
        left = tuple(
            replace(span, start=max(span.start, horizon)) if span.dataset in RULES else span
            for span in spans
            if span.dataset not in RULES or span.end >= horizon
        )
        if left != tuple(spans):
            found[number] = left
    return found
