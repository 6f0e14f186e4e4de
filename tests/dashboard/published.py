"""A workspace whose register was filled by hand: two years of every review KPI, and one fall."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from metrics.calendar import CALENDAR_GRAINS, Calendar, Grain, Period
from metrics.catalogue import Catalogue, load_catalogue
from metrics.catalogue.kpi import Kpi, Unit
from metrics.detection.signal_frames import signal_frames
from metrics.organisation import Organisation
from metrics.publish import Cause, finish, publish
from metrics.register import migrate
from metrics.register.leases import take
from metrics.register.organisation import write_rows
from metrics.register.state import State, flip
from metrics.result import Scope
from metrics.workspace import Workspace
from tests.dashboard.facts import COMPANY, ORGANISATION
from tests.made_up_figures import figures_frame

FIRST, LAST = date(2024, 11, 18), date(2026, 11, 15)
LEVELS = {
    Unit.MONEY: 120_000.0, Unit.COUNT: 2_400.0, Unit.RATE: 0.47, Unit.SCORE: 31.0,
    Unit.NUMBER: 3.2, Unit.DAYS: 4.6, Unit.HOURS: 20.0, Unit.POINTS: 1.5,
}  # fmt: skip
FALLEN = ("activation_rate", Scope("product", "atelier"))
FALL = 0.7


def fill(
    folder: Path,
    organisation: Organisation = ORGANISATION,
    *,
    first: date = FIRST,
    own_grain: bool = False,
) -> Workspace:
    """Make the workspace; the last week of one product's activation falls by 30 %.

    With `own_grain` a KPI has figures in its own cadence alone.
    """
    (folder / "vigie.toml").write_text('company = "Groupe Rivage"\n', "utf-8")
    workspace = Workspace.open(folder)
    register, catalogue = workspace.register, load_catalogue()
    migrate(register)
    with register.begin() as connection:
        for table in ("products", "squads", "people", "assignments", "memberships", "ownerships"):
            rows = [asdict(row) for row in getattr(organisation, table)]
            write_rows(connection, table, rows, None, datetime(2024, 11, 1))
    frames = _frames(catalogue, organisation, first, own_grain)
    computed = [pd.concat(frames, ignore_index=True)]
    with take(register, "publisher") as lease:
        published = publish(
            register,
            lease,
            computed,
            lambda _number: signal_frames(computed, catalogue),
            warehouse_version=1,
            cause=Cause("import", "1"),
            by="test",
            settling_days=3,
            today=date(2026, 11, 16),
        )
        with register.begin() as connection:
            finish(connection, published)
            flip(connection, State(1, published.publication))
    return workspace


def _frames(
    catalogue: Catalogue, organisation: Organisation, first: date, own_grain: bool
) -> Iterator[pd.DataFrame]:
    calendar = Calendar()
    for kpi in catalogue.review:
        members = (
            [each.product for each in organisation.products]
            if kpi.member == "product"
            else [each.squad for each in organisation.squads]
        )
        grains = [kpi.cadence] if own_grain else kpi.grains
        for grain in grains:
            if grain not in CALENDAR_GRAINS or grain is Grain.DAY:
                continue
            periods = [p for p in calendar.periods(grain, first, LAST) if p.end <= LAST]
            for scope in (COMPANY, *(Scope(kpi.member, key) for key in members)):
                if periods:
                    yield _series(kpi, scope, periods)


def _series(kpi: Kpi, scope: Scope, periods: list[Period]) -> pd.DataFrame:
    phase = sum(map(ord, kpi.name + scope.key)) % 11
    level = LEVELS[kpi.unit] * (5 if scope == COMPANY else 1)
    if kpi.unit not in (Unit.MONEY, Unit.COUNT):
        level = LEVELS[kpi.unit]
    values = [
        level * (1 + 0.02 * math.sin(2.3 * index + phase) + 0.01 * math.cos(5.1 * index))
        for index in range(len(periods))
    ]
    if (kpi.name, scope) == FALLEN and periods[-1].grain is Grain.WEEK:
        values[-1] *= FALL
    return figures_frame(kpi.name, periods, values, scope, definition=kpi.definition)
