"""Which days KPIs need in the periods of a timeline, and whether they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from metrics import kinds
from metrics.calendar import Period
from metrics.catalogue.kpi import OWN_ACTIVATION, OWN_FUNNEL, OWN_WINDOWS, Kpi
from metrics.catalogue.loading import parts_of
from metrics.coverage import Known
from metrics.coverage import windows as windows_of
from metrics.functions import FUNCTIONS
from metrics.grid import Flags
from metrics.like_with_like import in_both
from metrics.scopes import WITHOUT, digest_of
from metrics.setting import Setting
from metrics.timeline import Timeline


@dataclass(frozen=True)
class Needs:
    """What must be known for the figures of a timeline; sets are sets of members of one kind."""

    setting: Setting
    timeline: Timeline

    @property
    def periods(self) -> Sequence[Period]:
        return self.timeline.periods

    def known(
        self,
        kpi: Kpi,
        sets: Sequence[frozenset[str]],
        need: kinds.Need,
        calculation: Mapping[str, object],
    ) -> Known:
        """Per set and period, whether all days are known that `calculation` needs."""
        return self.setting.coverage.known(
            sets,
            kpi.member,
            kpi.datasets,
            self.periods,
            self.windows(need, calculation),
            self._waits(calculation),
        )

    def ever(self, kpi: Kpi, sets: Sequence[frozenset[str]]) -> np.ndarray:
        """Per set, whether what the KPI rests on was ever known for a member."""
        parts = parts_of(kpi)
        if parts:
            each = [self.ever(self.setting.catalogue[part], sets) for part in parts]
            function = FUNCTIONS.get(str(kpi.calculation.get("function")))
            enough = np.logical_or if function and function.either else np.logical_and
            return np.asarray(enough.reduce(each))
        days = self.setting.coverage.days
        return np.array(
            [
                all(
                    any(days(dataset, kpi.member, member) is not None for member in members)
                    for dataset in kpi.datasets
                )
                for members in sets
            ],
            dtype=np.bool_,
        )

    def of_members(self, kpi: Kpi, members: Sequence[str]) -> dict[str, tuple[Flags, Flags]]:
        """What each member alone knows of all that a KPI is made of."""
        states: dict[str, tuple[Flags, Flags]] | None = None
        for part in self._base_parts(kpi):
            shape = kinds.shape_of(part.kind, part.calculation, part.source)
            needed = self.windows(shape.need, part.calculation)
            found = self.setting.coverage.states(
                members, kpi.member, part.datasets, self.periods, needed,
                self._waits(part.calculation),
            )  # fmt: skip
            states = found if states is None else in_both(states, found)
        return states or {}

    def told_of(self, kpi: Kpi, sets: Sequence[frozenset[str]]) -> NDArray[np.object_]:
        """Per set and period of whom figures tell: the digest of the set and, where the data of
        some of its members begin later, of those. Of groups of people the set itself, always."""
        told = np.empty((len(sets), len(self.periods)), dtype=object)
        told[:] = np.array([digest_of(members) for members in sets], dtype=object)[:, None]
        if any("small_groups" in part.calculation for part in self._base_parts(kpi)):
            return told
        late: dict[str, Flags] = {}
        for member in sorted(set().union(*sets)):
            each = [
                self.setting.coverage.unknown_yet(
                    kpi.member, member, part.datasets, self.periods
                )
                for part in self._base_parts(kpi, member)
            ]  # fmt: skip
            if np.any(each):
                late[member] = np.logical_or.reduce(each)
        for row, members in enumerate(sets):
            begun_later = sorted(members & late.keys())
            if not begun_later:
                continue
            for column in np.flatnonzero(np.logical_or.reduce([late[m] for m in begun_later])):
                missing = frozenset(m for m in begun_later if late[m][column])
                if missing != members:
                    told[row, column] += f"{WITHOUT}{digest_of(missing)}"
        return told

    def _base_parts(self, kpi: Kpi, member: str = "") -> list[Kpi]:
        """What a KPI is made of; of what may be told by either of several, the first that the
        member ever had."""
        if "model" in kpi.calculation:
            return [kpi]
        parts = [self.setting.catalogue[part] for part in parts_of(kpi)]
        function = FUNCTIONS.get(str(kpi.calculation.get("function")))
        if function and function.either:
            had = (part for part in parts if self.ever(part, [frozenset({member})])[0])
            parts = [next(had, parts[0])]
        return [base for part in parts for base in self._base_parts(part, member)]

    def _waits(self, calculation: Mapping[str, object]) -> dict[str, int]:
        """The days that products give their own funnels or newcomers, for what is told when those
        are over."""
        products = self.setting.organisation.products
        if calculation.get("elapsed") == OWN_FUNNEL:
            return {each.product: each.funnel_window for each in products}
        if calculation.get("elapsed") == OWN_ACTIVATION:
            return {each.product: each.activation_window for each in products}
        return {}

    def windows(
        self, need: kinds.Need, calculation: Mapping[str, object]
    ) -> list[tuple[date, date]]:
        """The first and last day that must be known for each period."""
        after = int(str(calculation.get("after", 0)))
        elapsed = calculation.get("elapsed", 0)
        later = list(self.periods)
        for _ in range(after):
            later = [self.setting.calendar.following(period) for period in later]
        return windows_of(
            need,
            self.periods,
            self.timeline.before,
            trailing_days=int(str(calculation.get("window", 0))),
            elapsed_days=0 if elapsed in OWN_WINDOWS else int(str(elapsed)),
            later=later,
        )
