"""Series as tables: one row per period, and every figure for a download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from dashboard import import_sentences, sentences
from dashboard.glossary import MARKS
from dashboard.spreadsheet import as_csv
from dashboard.voice import Voice
from metrics.catalogue.kpi import Kpi
from metrics.pages.exploring import Series
from metrics.register.ledger import ImportRecord
from metrics.result import Figure, as_row

#: The column of a table's periods.
PERIOD = "period"


def names(found: Mapping[str, str]) -> dict[str, str]:
    """The series' names by key, those told apart by their keys that two bear, or the periods."""
    taken = Counter([PERIOD, *found.values()])
    return {key: f"{name} [{key}]" if taken[name] > 1 else name for key, name in found.items()}


def periods_by_series(shown: Sequence[tuple[str, Series]], kpi: Kpi, voice: Voice) -> pd.DataFrame:
    """One row per period, newest first, one column per named series; absent figures say why."""
    newest: dict[str, Figure] = {}
    cells: dict[tuple[str, str], str] = {}
    for name, series in shown:
        for figure in series.figures:
            newest[figure.period] = figure
            cells[figure.period, name] = figure_text(figure, kpi, voice)
    ordered = sorted(newest.values(), key=lambda figure: figure.start, reverse=True)
    return pd.DataFrame(
        [
            {PERIOD: sentences.period(voice, figure)}
            | {name: cells.get((figure.period, name), "") for name, _ in shown}
            for figure in ordered
        ],
        columns=[PERIOD, *(name for name, _ in shown)],
    )


def figure_text(figure: Figure, kpi: Kpi, voice: Voice) -> str:
    """ "41.32 %", "◌ 41.32 %" while the period is open, "○ days without data in this period"."""
    if figure.value is None:
        return f"{MARKS['no_data']} {sentences.reason(voice, figure)}"
    written = voice.format.exact(kpi.unit, figure.value)
    return written if figure.closed else f"{MARKS['partial']} {written}"


def figures_export(found: Iterable[Series], voice: Voice) -> bytes:
    """Every figure of the series with exact numbers, as CSV; columns are keys."""
    return as_csv(
        pd.DataFrame(
            [
                as_row(figure) | {"scope": voice.name(figure.scope)}
                for series in found
                for figure in series.figures
            ]
        )
    )


def totals(imports: Iterable[ImportRecord], voice: Voice) -> pd.DataFrame:
    """The totals that files give themselves, the newest import first: theirs, ours, and how they
    differ in words."""
    return pd.DataFrame(
        [
            {
                "file": record.file,
                "period": import_sentences.span(voice, record.period),
                "column": total.column,
                "file_total": total.file,
                "rows_total": total.rows,
                "difference": import_sentences.apart(voice, total),
            }
            for record in imports
            for total in record.totals
        ],
        columns=["file", "period", "column", "file_total", "rows_total", "difference"],
    )
