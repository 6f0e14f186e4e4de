"""An edition: every published KPI of every scope, in every grain in which it is given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import duckdb
import pandas as pd

from metrics.calendar import TO_DATE_GRAINS, Grain
from metrics.catalogue.kpi import Kpi
from metrics.compile import Statement
from metrics.errors import Mistake, VigieError
from metrics.figures import Computation
from metrics.functions.given import Shared
from metrics.grains import grains_of
from metrics.scopes import all_scopes
from metrics.setting import Setting
from metrics.timeline import ending_of, timeline_of


def compute_all(
    connection: duckdb.DuckDBPyConnection,
    setting: Setting,
    progress: Callable[[float, str], None] = lambda done, kpi: None,
    unchanged: Collection[tuple[str, str]] = (),
) -> Iterator[pd.DataFrame | Mistake]:
    """Every published KPI of every scope in every grain it is published in, frame by frame.

    A KPI whose definition fails on the facts gives a mistake instead; the others go on. KPIs and
    grains named in `unchanged` are passed over.
    """
    scopes, catalogue = all_scopes(setting.organisation), setting.catalogue
    timed: dict[tuple[Grain, Grain], list[Kpi]] = {}
    for grain in Grain:
        for kpi in catalogue:
            if grain in grains_of(kpi, catalogue) and (kpi.name, str(grain)) not in unchanged:
                ending = ending_of(kpi, grain)
                timed.setdefault((grain, ending), []).append(kpi)
    statements: dict[str, Statement] = {}
    born: dict[str, pd.DataFrame] = {}
    shared = Shared()
    whole, so_far = sum(map(len, timed.values())), 0
    for (grain, ending), kpis in timed.items():
        timeline = timeline_of(connection, setting, grain, ending)
        if timeline is None or not timeline.periods:
            so_far += len(kpis)
            continue
        computation = Computation(
            connection,
            setting,
            timeline,
            scopes,
            compared=[kpi for kpi in kpis if kpi.cadence == grain],
            statements=statements,
            born=born,
            shared=shared,
        )
        # KPIs of products first, then those of squads: the sets are put beside the facts twice.
        # Functions last: what they read in its own cadence is then mostly known already.
        for kpi in sorted(kpis, key=lambda kpi: ("function" in kpi.calculation, kpi.member)):
            progress(so_far / whole, kpi.name)
            so_far += 1
            try:
                frame = computation.frame(kpi)
            except VigieError as refusal:
                yield Mistake.of(refusal, kpi.name, kpi.source)
                continue
            # Published figures are told apart by their first day; those to date by their last.
            to_date = grain in TO_DATE_GRAINS and not frame.empty
            yield frame.assign(start=frame["end"]) if to_date else frame
