"""Imports as tables: what a file changes, its first rows, the ledger, sources, rows set aside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import pandas as pd

from dashboard import import_sentences, meeting_sentences, sentences
from dashboard.glossary import MARKS
from dashboard.palette import Palette
from dashboard.pictures import data_uri, weeks_known
from dashboard.spreadsheet import as_csv
from dashboard.voice import Voice
from metrics.importing.mended import LINE, REASON, TEXT
from metrics.importing.report import RowCounts
from metrics.register.ledger import ImportRecord
from metrics.rhythm import SourceState


def changes(rows: RowCounts, voice: Voice) -> pd.DataFrame:
    """What a file changes: rows read, new, replaced, unchanged, skipped, set aside."""
    words = voice.words
    counts = {
        words.say("Read"): rows.read,
        words.say("New"): rows.loaded - rows.replaced,
        words.say("Replaced"): rows.replaced,
        words.say("Unchanged"): rows.unchanged,
        words.say("Skipped"): rows.skipped,
        words.say("Set aside"): rows.quarantined,
    }
    return pd.DataFrame([{title: voice.format.number(count) for title, count in counts.items()}])


def preview(rows: Sequence[Mapping[str, str]], dataset: str, voice: Voice) -> pd.DataFrame:
    """The first rows of a file as they will be: columns without any value go, the others are
    called as people call them."""
    frame = pd.DataFrame(rows).fillna("")
    flags = {"True": voice.words.say("yes"), "False": voice.words.say("no")}
    frame = frame.loc[:, (frame != "").any()].map(
        lambda text: flags.get(text, _without_zeros(text))
    )
    return frame.rename(columns=lambda name: import_sentences.landed_column(voice, dataset, name))


def _without_zeros(text: str) -> str:
    """A decimal without the zeros at its end; any other text as it is."""
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d*0", text) else text


def ledger(records: Iterable[ImportRecord], voice: Voice) -> pd.DataFrame:
    """The import history, one row per import, in the order given."""
    return pd.DataFrame(
        [
            {
                "id": record.id,
                "file": record.file,
                "status": import_sentences.import_status(voice, record),
                "when": voice.format.moment(sentences.local(voice, record.created_at)),
                "loaded": record.rows.loaded,
                "aside": record.rows.quarantined,
                "holds": import_sentences.dataset(voice, record.dataset),
                "tool": import_sentences.tool(voice, record.tool),
                "period": import_sentences.span(voice, record.period),
                "by": meeting_sentences.person(voice, record.created_by),
            }
            for record in records
        ]
    )


def sources(found: Iterable[SourceState], voice: Voice, palette: Palette) -> pd.DataFrame:
    """One row per kind of export: how often it comes, when last, and the weeks made known."""
    return pd.DataFrame(
        [
            {
                "tool": import_sentences.tool(voice, state.tool),
                "holds": import_sentences.dataset(voice, state.dataset),
                "expected": voice.words.say(import_sentences.RHYTHMS[state.expected]),
                "last": f"{MARKS['no_data']} {import_sentences.seen(voice, state)}"
                if state.late
                else import_sentences.seen(voice, state),
                "imports": state.imports,
                "weeks": data_uri(weeks_known(state.weeks, palette)),
            }
            for state in found
        ]
    )


def quarantine(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows set aside as CSV, as the file had them: a column for each of its own that is kept, and
    before them the line and the reason. Once mended it can be imported. Safe in a spreadsheet."""
    told = [_set_aside(row) for row in rows]
    columns = list(dict.fromkeys(name for row in told for name in row))
    return as_csv(pd.DataFrame(told, columns=columns, dtype="object").fillna(""))


def _set_aside(row: Mapping[str, object]) -> dict[str, object]:
    """The cells of a row by header; its bare text where its cells could not be told apart."""
    found: dict[str, object] = {
        LINE: row["line"],
        REASON: f"{row['column']} {row['reason']}".strip(),
    }
    text = str(row["text"])
    if text.startswith("{"):
        with suppress(ValueError):
            cells: dict[str, object] = json.loads(text)
            return found | cells
    return found | {TEXT: text}
