"""What an import would do, or did, in cards: one file, its problems, the outcome of a job."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import import_sentences, import_tables, tables, uploads
from dashboard.markup import escape
from dashboard.session import Session
from dashboard.uploads import Desk
from metrics.importing.dataset import DATASETS
from metrics.importing.landed_rows import LISTED_WHOLE
from metrics.importing.mended import mendable
from metrics.importing.report import FileReport, Problem
from metrics.jobs import Outcome
from metrics.register.ledger import ImportRecord

PROBLEMS_SHOWN = 8
STREAMS_NAMED = 5


def file(session: Session, report: FileReport, key: str) -> DeltaGenerator:
    """One dropped file: what it is, what it becomes, what is wrong, what will change. Gives the
    card, for what a person may do about it."""
    voice = session.voice
    words = voice.words
    card = st.container(border=True, key=key)
    with card:
        st.markdown(
            f"**{escape(report.file)}** {escape(import_sentences.recognised(voice, report))}"
        )
        if report.status != "refused":
            st.markdown(escape(import_sentences.becomes(voice, report)))
            st.table(
                import_tables.changes(report.rows, voice), border="horizontal", hide_index=True
            )
        asked = ("unknown_stream",)  # asked about above, once for all files
        problems(
            session, [each for each in report.problems if each.reason not in asked], report.dataset
        )
        if report.status != "refused":
            for total in report.totals:
                st.caption(escape(import_sentences.total(voice, total)))
            with st.expander(words.say("First rows and columns"), key=f"{key}_preview"):
                tables.show(
                    import_tables.preview(report.preview, report.dataset, voice),
                    hide_index=True,
                    key=f"{key}_rows",
                    alt=words.say("First rows as they will be loaded"),
                )
                tables.show(
                    pd.DataFrame(list(report.columns.items()), columns=["source", "field"]),
                    hide_index=True,
                    column_config={
                        "source": st.column_config.TextColumn(words.say("Column of the file")),
                        "field": st.column_config.TextColumn(words.say("Becomes")),
                    },
                    key=f"{key}_columns",
                    alt=words.say("What each column becomes"),
                )
    return card


def complete_list(session: Session, desk: Desk, report: FileReport, key: str) -> None:
    """Ask whether a file that can be one is the complete list of what it names."""
    words = session.voice.words
    if report.status != "loaded" or report.dataset not in LISTED_WHOLE:
        return
    named = [stream for stream in report.streams if stream]
    shown = ", ".join(named[:STREAMS_NAMED])
    if len(named) > STREAMS_NAMED:
        rest = len(named) - STREAMS_NAMED
        shown = f"{shown}, {words.count('and {n} more', 'and {n} more', rest)}"
    st.toggle(
        words.say(
            "This is the complete list of {names}: what it lacks was deleted", names=escape(shown)
        )
        if shown
        else words.say("This is the complete list: what it lacks was deleted"),
        value=report.sha256 in desk.complete,
        key=f"{key}_complete",
        on_change=desk.declare,
        args=(report.sha256,),
    )
    if report.sha256 in desk.complete:
        told = words.count(
            "{n} item known today is not in it.", "{n} items known today are not in it.",
            report.deleted,
        )  # fmt: skip
        st.caption(escape(told))


def problems(session: Session, found: Sequence[Problem], dataset: str = "") -> None:
    """What a person should know, worst first, in plain words."""
    voice = session.voice
    order = list(import_sentences.SEVERITIES)
    lacking = [problem for problem in found if problem.reason == "column_missing"]
    if len(lacking) > 1:
        told = import_sentences.lacking(voice, dataset, lacking)
        st.markdown(f"- **{voice.words.say('to know')}** · {escape(told)}")
        found = [problem for problem in found if problem not in lacking]
    ranked = sorted(found, key=lambda problem: order.index(problem.severity))
    for problem in ranked[:PROBLEMS_SHOWN]:
        severity = voice.words.say(import_sentences.SEVERITIES[problem.severity])
        st.markdown(f"- **{severity}** · {escape(import_sentences.problem(voice, problem))}")
    if len(ranked) > PROBLEMS_SHOWN:
        rest = ranked[PROBLEMS_SHOWN:]
        st.caption(voice.words.count("and {n} more", "and {n} more", len(rest)))


def outcome(session: Session, found: Outcome, kind: str, review_place: st.Page | None) -> None:
    """How a job ended, and what to do next."""
    voice = session.voice
    words = voice.words
    told = escape(import_sentences.outcome(voice, found, kind))
    with st.container(border=True, key="outcome"):
        match found.status:
            case "done":
                st.markdown(f":green[▲] {told}")
            case "failed":
                st.markdown(f":red[▼] {told}")
            case _:
                st.markdown(told)
        for report in found.files:
            st.markdown(
                f"- {escape(report.file)} · {escape(import_sentences.loaded(voice, report))}"
            )
        if found.status == "done" and review_place is not None:
            st.page_link(
                review_place, label=words.say("Open the review"), icon=":material/arrow_forward:"
            )


def quarantine_download(session: Session, record: ImportRecord) -> None:
    """The rows that were set aside, to mend and import again."""
    words = session.voice.words
    mended = mendable(DATASETS[record.dataset])
    st.download_button(
        words.count(
            "Download {n} row set aside", "Download {n} rows set aside", record.rows.quarantined
        ),
        data=lambda: import_tables.quarantine(uploads.quarantined(session, record.id)),
        file_name=f"quarantine-{record.id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help=words.say("Mend the rows in this file and drop it here.")
        if mended
        else words.say("Mend these rows in the export itself, then import it whole."),
        key=f"quarantine_{record.id}",
    )
