"""Computes figures: from compiled KPIs over the facts to one row per scope and period.

Base KPIs are asked once per distinct set; ratios and derived KPIs are worked out from their parts
at the same set and period, so a ratio is always a sum over a sum at the level asked for.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from sqlglot import exp

from metrics import kinds, pinning, shown_groups
from metrics.catalogue.kpi import Kind, Kpi
from metrics.catalogue.loading import parts_of
from metrics.cells import base_grid, masked, of_one_member, without
from metrics.compile import Statement, compile_kpi
from metrics.coverage import NOBODY
from metrics.engines import DEFINITION_ERRORS, not_computed
from metrics.formula import is_transferred, parse_formula, settled
from metrics.frames import COLUMNS, Cells, Labels, frame_of
from metrics.functions.computing import COMPUTED
from metrics.functions.given import Given, Shared
from metrics.grid import Flags, Grid, Neighbours, divided, evaluate, gravest, transferred
from metrics.like_with_like import LIKE_WITH_LIKE, Subset, with_subsets
from metrics.models import inlined
from metrics.needs import Needs
from metrics.own_periods import OTHER_PERIODS, cut_across, has_own_periods
from metrics.result import Scope
from metrics.scopes import COMPANY, ScopeSets, all_scopes, scope_sets
from metrics.sets import put_calendar, put_sets
from metrics.setting import Setting
from metrics.suppression import shown_waves
from metrics.timeline import Timeline, in_timeline, timeline_of
from metrics.untold import BEFORE_HISTORY, untold

#: Scopes whose figures functions may read in a KPI's own cadence.
BORN_SCOPES = ("company", "product")

NOTHING = pd.DataFrame(columns=list(COLUMNS))


@dataclass
class Computation:
    """Figures of one grain, for some scopes, cut by at most one dimension.

    Results of statements are kept while the object lives, so KPIs that share one (the four
    movements of users, say) cost one query.
    """

    connection: duckdb.DuckDBPyConnection
    setting: Setting
    timeline: Timeline
    scopes: Sequence[Scope]
    beside: Sequence[Scope] = ()  # further scopes whose figures are public, for hiding small groups
    compared: Sequence[Kpi] = ()  # those also wanted for the members that have closed a period
    cut: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)  # may be shared between grains
    born: dict[str, pd.DataFrame] = field(default_factory=dict)  # shared as well: see `_born`
    shared: Shared = field(default_factory=Shared)

    def __post_init__(self) -> None:
        self.periods = self.timeline.periods
        self._needs = Needs(self.setting, self.timeline)
        asked = list(dict.fromkeys([COMPANY, *self.scopes, *self.beside]))
        self._sets: dict[str, ScopeSets] = {
            kind: in_timeline(
                scope_sets(self.setting.organisation, asked, kind, self.periods), self.timeline
            )
            for kind in ("product", "squad")
        }
        self._subsets: dict[str, tuple[Subset, ...]] = {}
        for kpi in self.compared:
            if "across_members" not in kpi.calculation:  # else a set of several has no figure
                self._add_subsets(kpi)
        self._loaded_member_kind = ""
        self._rows: dict[tuple[str, str, tuple[str, ...]], pd.DataFrame] = {}
        self._grids: dict[str, dict[str, Grid]] = {}
        self._cut_across: dict[str, Flags] = {}
        self._untold: dict[str, Flags] = {}
        self._told: dict[str, np.ndarray] = {}
        if self.periods:
            put_calendar(self.connection, self.periods)

    def frame(self, kpi: Kpi) -> pd.DataFrame:
        """One row per scope, member of the cut and period, with the columns of COLUMNS.

        Scopes that never had the data are left out, and so are the periods before it began.
        """
        sets = self._sets[kpi.member]
        wanted = self._wanted(sets)
        if not self.periods or not sets.sets:
            return pd.DataFrame(columns=list(COLUMNS))
        formula = kpi.calculation.get("formula")
        if kpi.kind is Kind.DERIVED and formula and is_transferred(str(formula), kpi.source):
            return self._transferred_rows(kpi, wanted)
        ever = self._needs.ever(kpi, sets.sets)
        if self._tells_of_all and not ever.any():  # nobody ever had the data
            if self.timeline.grain is kpi.cadence:
                self.born.setdefault(kpi.name, NOTHING)
            return NOTHING
        frames = [
            self._scope_rows(kpi, sets, wanted, grid, member, ever)
            for member, grid in (self.grids(kpi.name) or {"": self._zero(kpi.name)}).items()
        ]
        if kpi.name in self._subsets and not self.cut:
            frames.append(self._subset_rows(kpi, self.grids(kpi.name)[""]))
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        if self._tells_of_all and self.timeline.grain is kpi.cadence:
            public = frame["scope_kind"].isin(BORN_SCOPES) & (frame["dimension"] == "")
            self.born.setdefault(kpi.name, frame[public & frame["closed"].astype(bool)])
        return frame

    @cached_property
    def _tells_of_all(self) -> bool:
        """Whether the frames hold every product and the company, whole."""
        owed = {
            scope for scope in all_scopes(self.setting.organisation) if scope.kind in BORN_SCOPES
        }
        return not self.cut and not self.where and owed <= set(self.scopes)

    def _wanted(self, sets: ScopeSets) -> list[int]:
        """The rows of the scopes that were asked for; company and others stand beside them."""
        asked = set(self.scopes)
        return [row for row, scope in enumerate(sets.scopes) if scope in asked]

    def _scope_rows(
        self,
        kpi: Kpi,
        sets: ScopeSets,
        wanted: list[int],
        grid: Grid,
        member: str,
        ever: np.ndarray,
    ) -> pd.DataFrame:
        held = sets.held[wanted]
        rows, columns = np.where(held >= 0)
        ids = held[rows, columns]
        keep = ever[ids] & self.timeline.shown[columns]
        for nobody in NOBODY:
            keep = keep & (grid.reason[ids, columns] != nobody)
        # Of what has ended only that is told which is not nothing.
        nothing = np.nan_to_num(grid.value[ids, columns]) == 0
        keep = keep & ~(nothing & self._after_end(sets, wanted)[rows, columns])
        rows = np.asarray(wanted, dtype=np.int64)[rows]
        cells = Cells(grid, rows[keep], columns[keep], ids[keep].astype(np.int64))
        frame = frame_of(kpi, self._labels(kpi), cells, dimension=self.cut or "", member=member)
        return frame.assign(members=self._told_of(kpi)[ids[keep], columns[keep]])

    def _after_end(self, sets: ScopeSets, wanted: list[int]) -> Flags:
        """For each of the wanted scopes, the periods after the end of a product or squad."""
        ends = self.setting.organisation.ends
        starts = [period.start for period in self.periods]
        after = np.zeros((len(wanted), len(starts)), dtype=np.bool_)
        for row, index in enumerate(wanted):
            last = ends.get(sets.scopes[index])
            if last is not None:
                after[row] = [start > last for start in starts]
        return after

    def _subset_rows(self, kpi: Kpi, grid: Grid) -> pd.DataFrame:
        """What has closed of an open scope, with the two periods that it is compared with."""
        cells = [
            (subset.scope, column, subset.set_id)
            for subset in self._subsets[kpi.name]
            for column in (subset.column, *self._compared_with(subset.column))
            if column >= 0 and not np.isnan(grid.value[subset.set_id, subset.column])
        ]
        rows, columns, ids = (
            np.array([cell[part] for cell in dict.fromkeys(cells)], dtype=np.int64)
            for part in range(3)
        )
        frame = frame_of(kpi, self._labels(kpi), Cells(grid, rows, columns, ids))
        told = self._told_of(kpi)[ids, columns]
        return frame.assign(dimension=LIKE_WITH_LIKE, member=frame["members"], members=told)

    def _compared_with(self, column: int) -> tuple[int, int]:
        return int(self.timeline.previous[column]), int(self.timeline.prior_year[column])

    def _transferred_rows(self, kpi: Kpi, wanted: list[int]) -> pd.DataFrame:
        """What came or went with what each scope holds: the earlier period's figure of the set held
        now less that of the set held then. A scope that held nothing then had nothing."""
        (part,) = parts_of(kpi)
        grid, sets = self.grids(part)[""], self._sets[kpi.member]
        moved = transferred(grid, sets.held)
        rows, columns = np.where(~np.isnan(moved.value[wanted]))
        rows = np.asarray(wanted, dtype=np.int64)[rows]
        return frame_of(
            kpi,
            self._labels(kpi),
            Cells(moved, rows, columns, rows),
            sets.held[rows, columns].astype(np.int64),
        )

    def _told_of(self, kpi: Kpi) -> np.ndarray:
        """Of which members each set's figure tells in each period, as digests."""
        if kpi.name not in self._told:
            self._told[kpi.name] = self._needs.told_of(kpi, self._sets[kpi.member].sets)
        return self._told[kpi.name]

    def _labels(self, kpi: Kpi) -> Labels:
        sets = self._sets[kpi.member]
        return Labels(sets.scopes, sets.digests, self.periods, str(self.timeline.grain))

    def grids(self, name: str) -> dict[str, Grid]:
        """The grids of a KPI or measure, one per member of the cut that has rows; without a cut, or
        where the facts do not hold it, one under ''."""
        if name not in self._grids:
            kpi = self.setting.catalogue[name]
            match kpi.kind:
                case Kind.RATIO:
                    made = self._of_same_members(
                        kpi, self._formula(kpi, ("numerator", "denominator"))
                    )
                case Kind.DERIVED if "function" in kpi.calculation:
                    made = {"": self._function(kpi)}
                case Kind.DERIVED:
                    made = self._formula(kpi, ("formula",))
                case _:
                    made = self._base(kpi)
            self._grids[name] = made
        return self._grids[name]

    def _formula(self, kpi: Kpi, keys: tuple[str, ...]) -> dict[str, Grid]:
        trees = [parse_formula(str(kpi.calculation[key]), kpi.source) for key in keys]
        names = {column.name for tree in trees for column in tree.find_all(exp.Column)}
        parts = {name: self.grids(name) for name in names}
        members = {
            member for name, part in parts.items() if self._is_cut(name) for member in part
        } or {""}
        sets = self._sets[kpi.member]
        neighbours = Neighbours(
            previous=self.timeline.previous,
            prior_year=self.timeline.prior_year,
            company=sets.held[0],
            told=lambda name: self._told_of(self.setting.catalogue[name]),
        )
        made: dict[str, Grid] = {}
        for member in sorted(members):

            def look_up(name: str, member: str = member) -> Grid:
                if not self._is_cut(name):
                    return parts[name][""]
                return parts[name].get(member) or self._zero(name)

            def declared(name: str, member: str = member) -> bool:
                return self._is_cut(name) and member in parts[name]

            results = [evaluate(settled(tree, declared), look_up, neighbours) for tree in trees]
            made[member] = divided(*results) if len(results) == 2 else results[0]
        return made

    def _of_same_members(self, kpi: Kpi, grids: dict[str, Grid]) -> dict[str, Grid]:
        """A ratio has no figure where one half tells of members of which the other begins later."""
        halves = {self.setting.catalogue[part].datasets for part in parts_of(kpi)}
        if len(halves) < 2:
            return grids
        reason = self._needs.known(kpi, self._sets[kpi.member].sets, kinds.Need.END, {}).reason
        late = reason == "history_begins"
        reason = np.where(late, reason, "")
        return {
            member: replace(masked(grid, ~late), reason=gravest(grid.reason, reason))
            for member, grid in grids.items()
        }

    def _function(self, kpi: Kpi) -> Grid:
        """The grid of a KPI that a function computes (see `metrics.functions`)."""
        sets, setting = self._sets[kpi.member], self.setting
        given = Given(
            kpi=kpi,
            grain=self.timeline.grain,
            sets=sets.sets,
            periods=self.periods,
            held=sets.held[0],
            organisation=setting.organisation,
            catalogue=setting.catalogue,
            coverage=setting.coverage,
            calendar=setting.calendar,
            known=self._needs.known(kpi, self._sets[kpi.member].sets, kinds.Need.PERIOD, {}),
            grid=lambda name: self.grids(name)[""],
            formula=lambda text: self._formula(
                replace(kpi, kind=Kind.DERIVED, calculation={"formula": text}), ("formula",)
            )[""],
            told=lambda name: self._told_of(setting.catalogue[name]),
            facts=self._facts,
            born=self._born,
            shared=self.shared,
        )
        return COMPUTED[str(kpi.calculation["function"])](given)

    def _facts(self, model: str) -> list[Any]:
        """Every row of a model."""
        tree = exp.select("*").from_(model)
        text = pinning.render(inlined(tree, dict(self.setting.models)))
        cursor = self.connection.execute(text)
        row = namedtuple("row", [column[0] for column in cursor.description or ()])  # type: ignore[misc]
        return [row(*values) for values in cursor.fetchall()]

    def _born(self, name: str) -> pd.DataFrame:
        """The closed figures of a KPI in its own cadence, of every product and of the company."""
        if name not in self.born:
            kpi, organisation = self.setting.catalogue[name], self.setting.organisation
            scopes = [scope for scope in all_scopes(organisation) if scope.kind in BORN_SCOPES]
            timeline = timeline_of(self.connection, self.setting, kpi.cadence)
            if timeline is not None:
                Computation(
                    self.connection, self.setting, timeline, scopes,
                    statements=self.statements, born=self.born, shared=self.shared,
                ).frame(kpi)  # fmt: skip
                # The other one put its own calendar and sets beside the facts.
                put_calendar(self.connection, self.periods)
                self._loaded_member_kind = ""
            self.born.setdefault(name, pd.DataFrame(columns=list(COLUMNS)))
        return self.born[name]

    def _is_cut(self, name: str) -> bool:
        """Whether the facts behind a KPI hold the dimension of the cut, if there is one."""
        kpi = self.setting.catalogue[name]
        if "model" in kpi.calculation:
            return self.cut in self.setting.models[str(kpi.calculation["model"])].dimensions
        return any(self._is_cut(part) for part in parts_of(kpi))

    def _zero(self, name: str) -> Grid:
        """The grid of a cut's member that has no row: 0 where the period is known."""
        kpi = self.setting.catalogue[name]
        if "model" not in kpi.calculation:
            first = next(iter(self.grids(name).values()))
            nothing = np.full(first.value.shape, np.nan)
            return replace(first, value=nothing, reason=np.full(nothing.shape, "no_data", object))
        empty = pd.DataFrame({"set_id": [], "period_index": []})
        return self._grid(kpi, self._statement(kpi), empty)

    def _statement(self, kpi: Kpi) -> Statement:
        if kpi.name not in self.statements:
            model = self.setting.models[str(kpi.calculation["model"])]
            cut = self.cut if self.cut in model.dimensions else None
            where = {name: value for name, value in self.where.items() if name in model.dimensions}
            gone = self.setting.coverage.gone(kpi.member, kpi.datasets)
            self.statements[kpi.name] = compile_kpi(
                kpi, self.setting.models, cut=cut, where=where, gone=gone
            )
        return self.statements[kpi.name]

    def _base(self, kpi: Kpi) -> dict[str, Grid]:
        statement = self._statement(kpi)
        rows = self._run(kpi, statement)
        if rows.empty and not self._is_cut(kpi.name):
            return {"": self._grid(kpi, statement, rows)}
        return {
            str(member): self._grid(kpi, statement, part)
            for member, part in rows.groupby("cut", sort=True)
        }

    def _run(self, kpi: Kpi, statement: Statement) -> pd.DataFrame:
        if self._loaded_member_kind != kpi.member:
            put_sets(self.connection, self._sets[kpi.member].sets)
            self._loaded_member_kind = kpi.member
        key = (kpi.member, statement.text, statement.values)
        if key not in self._rows:
            try:
                self._rows[key] = self.connection.execute(key[1], list(statement.values)).df()
            except DEFINITION_ERRORS as error:
                raise not_computed(error, kpi.source, kpi.name) from None
        return self._rows[key]

    def _across(self, kpi: Kpi) -> Flags:
        """Where figures of a month, say, reach into a period without lying in it."""
        if kpi.name not in self._cut_across:
            self._cut_across[kpi.name] = cut_across(
                self.connection,
                kpi,
                dict(self.setting.models),
                self._sets[kpi.member].sets,
                self.periods,
            )
        return self._cut_across[kpi.name]

    def _untold_by(self, kpi: Kpi, statement: Statement) -> Flags:
        """Where facts do not tell of a day that they cover."""
        if kpi.name not in self._untold:
            self._untold[kpi.name] = untold(
                self.connection,
                statement.model,
                self.setting.models,
                self._sets[kpi.member].sets,
                self._needs.windows(statement.shape.need, kpi.calculation),
            )
        return self._untold[kpi.name]

    def _add_subsets(self, kpi: Kpi) -> None:
        """Find what has closed of the scopes that are still open for a KPI."""
        sets = self._sets[kpi.member]
        members = sorted(set().union(*sets.sets)) if sets.sets else []
        states = self._needs.of_members(kpi, members)
        self._sets[kpi.member], self._subsets[kpi.name] = with_subsets(
            sets, states, self._wanted(sets)
        )

    def _grid(self, kpi: Kpi, statement: Statement, rows: pd.DataFrame) -> Grid:
        """One base KPI's cells, those of small groups hidden where it asks for that."""
        sets = self._sets[kpi.member]
        known = self._needs.known(kpi, sets.sets, statement.shape.need, kpi.calculation)
        grid = base_grid(kpi, statement.shape, rows, known)
        if has_own_periods(kpi, statement.model):
            grid = without(grid, self._across(kpi), OTHER_PERIODS)
        if statement.model.untold:
            grid = without(grid, self._untold_by(kpi, statement), BEFORE_HISTORY)
        if "across_members" in kpi.calculation:
            grid = of_one_member(grid, sets.sets)
        if "small_groups" not in kpi.calculation:
            return grid
        respondents = np.nan_to_num(grid.n)
        shown = shown_waves(
            sets,
            self.periods,
            respondents,
            self.setting.small_group,
            self.setting.organisation,
            shown_groups.read(self.connection, kpi.name),
        )
        small = (respondents > 0) & ~shown
        reason = np.where(small, "small_group", grid.reason)
        return replace(masked(grid, ~small), reason=reason)
