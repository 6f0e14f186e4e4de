"""A register with figures made up by a test, to read reviews from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from metrics.calendar import Calendar, Grain
from metrics.catalogue import load_catalogue
from metrics.detection.signal_frames import signal_frames
from metrics.importing.report import CoverageSpan
from metrics.models import load_models
from metrics.outlook import outlook_frames
from metrics.register import migrate, tables
from metrics.register.organisation import load_organisation, write_rows
from metrics.result import Figure, Scope
from metrics.setting import Setting
from metrics.workspace import Workspace

FIRST, LAST = date(2024, 11, 18), date(2026, 11, 15)
NOW = datetime(2026, 11, 16, 8)
CATALOGUE = load_catalogue()
CALENDAR = Calendar()

ORGANISATION: dict[str, list[dict[str, object]]] = {
    "products": [
        {"product": "atelier", "name": "Atelier", "line": "studio", "stage": "growing"},
        {"product": "balise", "name": "Balise", "line": "field"},
    ],
    "squads": [{"squad": "nord", "name": "Nord"}, {"squad": "sud", "name": "Sud"}],
    "people": [
        {"person": "c-morel", "name": "C. Morel"},
        {"person": "j-petit", "name": "J. Petit"},
        {"person": "a-roy", "name": "A. Roy"},
    ],
    "assignments": [
        {"squad": "nord", "product": "atelier", "start": date(2025, 3, 3)},
        {"squad": "sud", "product": "balise", "start": date(2024, 1, 1)},
    ],
    "ownerships": [
        {"person": "a-roy", "role": "PM", "target_kind": "product", "target": "atelier",
         "start": date(2024, 1, 1), "end": date(2026, 6, 30)},
        {"person": "c-morel", "role": "PM", "target_kind": "product", "target": "atelier",
         "start": date(2026, 7, 1)},
        {"person": "j-petit", "role": "PO", "target_kind": "squad", "target": "nord",
         "start": date(2025, 3, 3)},
    ],
}  # fmt: skip


def series(
    kpi: str,
    scope: Scope,
    values: Sequence[float | None],
    grain: Grain = Grain.WEEK,
    last: date = LAST,
) -> list[Figure]:
    """Figures of the last periods up to the one that holds `last`, the newest value last."""
    periods = CALENDAR.periods(grain, date(2023, 1, 1), last)[-len(values) :]
    return [
        Figure(
            kpi, scope, str(grain), period.key, period.start, period.end, value,
            closed=period.end <= LAST, reason=None if value is not None else "gap", members="m",
        )
        for period, value in zip(periods, values, strict=True)
    ]  # fmt: skip


def publish(folder: Path, figures: Iterable[Figure]) -> Workspace:
    """A workspace whose publication 1 holds the figures and the signals that follow from them."""
    folder.mkdir(exist_ok=True)
    (folder / "vigie.toml").write_text('company = "Groupe"\n', "utf-8")
    workspace = Workspace.open(folder)
    migrate(workspace.register)
    rows = pd.DataFrame([asdict(f) | {"scope": tuple(f.scope)} for f in figures])
    with workspace.register.begin() as connection:
        for table, entries in ORGANISATION.items():
            write_rows(connection, table, entries, None, NOW)
        connection.execute(sa.delete(tables.state))
        connection.execute(
            sa.insert(tables.state).values(
                id=1, warehouse_version=1, publication_id=int(len(rows) > 0)
            )
        )
        if not len(rows):
            return workspace
        connection.execute(
            sa.insert(tables.publications).values(
                id=1, warehouse_version=1, cause="import", cause_detail="", started_at=NOW,
                finished_at=NOW, published_by="test", rows_written=len(rows),
            )
        )  # fmt: skip
        rows["scope_kind"] = [scope[0] for scope in rows["scope"]]
        rows["scope"] = [scope[1] for scope in rows["scope"]]
        rows["definition"] = [CATALOGUE[kpi].definition for kpi in rows["kpi"]]
        signals = list(signal_frames([rows], CATALOGUE))
        _insert(connection, tables.figures, rows)
        if signals:
            _insert(connection, tables.signals, pd.concat(signals))
    return workspace


def publish_outlooks(workspace: Workspace, last: date) -> None:
    """Where KPIs will stand, in publication 1, when all is known until `last`."""
    models = load_models()
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    spans = [CoverageSpan("ledger", "fec", "*", FIRST, last)]
    setting = Setting.of(workspace.settings, CATALOGUE, models, organisation, spans)
    frames = list(outlook_frames(setting, workspace, 1))
    with workspace.register.begin() as connection:
        _insert(connection, tables.documents, pd.concat(frames))


def _insert(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    key = ["kpi", "definition", "scope_kind", "scope", "grain", "dimension", "member"]
    ids = {
        tuple(row)[1:]: row.id
        for row in connection.execute(
            sa.select(tables.series.c.id, *(tables.series.c[k] for k in key))
        )
    }
    names = [c.name for c in table.c if c.name in rows]
    found = []
    for row in rows.to_dict("records"):
        at = tuple(row[k] for k in key)
        if at not in ids:
            ids[at] = connection.execute(
                sa.insert(tables.series).values(dict(zip(key, at, strict=True)))
            ).inserted_primary_key[0]
        entry = {name: None if pd.isna(row[name]) else row[name] for name in names}
        entry["start"] = pd.Timestamp(row["start"]).date()
        found.append(entry | {"series_id": ids[at], "from_publication": 1})
    connection.execute(sa.insert(table), found)
