"""Imports: drop files, see what they would change, load them, take them back."""

from __future__ import annotations

from datetime import date, datetime, time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    belonging_cards,
    cards,
    export_cards,
    import_cards,
    import_sentences,
    import_tables,
    mapping_cards,
    markup,
    narrow,
    tables,
)
from dashboard.glossary import MARKS
from dashboard.import_sentences import rhythm as rhythm_sentence
from dashboard.session import Session
from dashboard.uploads import Desk, past_imports, profile_names, sources
from dashboard.written import counted, written
from metrics.account_natures import account_natures
from metrics.belonging import words_of
from metrics.importing.report import ImportOptions
from metrics.organisation import Name
from metrics.register.ledger import ImportRecord

FOLLOW_EVERY_SECONDS = 0.7
LARGEST_FILE_GB = 1
#: Streamlit's own words on an uploader are English whatever the reader's language.
UPLOADER = """<style>
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "%s"; font-size: 0.9rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after {
  content: "%s"; font-size: 0.875rem;
}
</style>"""
MOST_LATE = 5


def show(session: Session, chooser: DeltaGenerator, review_place: st.Page | None) -> None:
    words = session.voice.words
    desk: Desk = st.session_state.setdefault("desk", Desk())

    with chooser:
        cards.headline(words.say("Imports"))
    if desk.outcome is not None:
        import_cards.outcome(session, desk.outcome, desk.ended, review_place)
    if desk.job is not None:
        follow(session, desk)
    else:
        new_files(session, desk)
    belonging_cards.in_use(session, desk)
    export_cards.own_kinds(session)
    past(session, desk)
    sent(session)


def new_files(session: Session, desk: Desk) -> None:
    """Files on their way in: what must be answered and the one button first, then each file."""
    words = session.voice.words
    whole = st.session_state.get("whole_folder", False)
    choose = words.say("Choose a folder") if whole else words.say("Choose files")
    st.html(UPLOADER % (choose, words.say("{n} GB per file", n=LARGEST_FILE_GB)))
    files = st.file_uploader(
        words.say("Drop a folder of exports here.")
        if whole
        else words.say("Drop the exports of your tools here, several at once."),
        accept_multiple_files="directory" if whole else True,
        max_upload_size=1000 * LARGEST_FILE_GB,
        key=f"files_{desk.batch}_{whole}",
    )
    st.toggle(words.say("A whole folder"), key="whole_folder")
    if not files:
        return
    ready, asked = st.container(), st.container()
    desk.look_at(session, files, options(session))
    if desk.kept:
        st.markdown(f":green[▲] {markup.escape(desk.kept)}")
    with asked:
        natures = account_natures(session.workspace.path)
        unplaced = words_of(desk.reports, session.organisation, natures)
        names = belonging_cards.ask(session, unplaced, "whose")
    with ready:
        load(session, desk, names)
    for index, report in enumerate(desk.reports):
        key = f"file_{desk.batch}_{index}"
        with import_cards.file(session, report, key):
            import_cards.complete_list(session, desk, report, key)
            mapping_cards.offer(session, desk, index, key)


def load(session: Session, desk: Desk, names: tuple[Name, ...]) -> None:
    """The one button, or why there is none."""
    words = session.voice.words
    if not desk.loadable:
        st.markdown(markup.escape(words.say("Nothing here can be loaded.")))
        return
    # Not a callback: its arguments would be the answers of the run before, and one may just have
    # been given.
    if st.button(
        words.count("Load {n} file", "Load {n} files", len(desk.loadable)),
        type="primary",
        key="load",
    ):
        desk.load(session, names)
        st.rerun()


def options(session: Session) -> ImportOptions:
    """What a person may add where the files do not say whose they are."""
    words = session.voice.words
    products = {item.product: item.name for item in session.organisation.products}
    squads = {item.squad: item.name for item in session.organisation.squads}
    with st.expander(words.say("If the files do not say whose they are"), key="options"):
        first, second, third, fourth = st.columns(4)
        product = first.selectbox(
            words.say("Every row belongs to the product"),
            [None, *products],
            format_func=lambda key: words.say("as the file says") if key is None else products[key],
            key="import_product",
        )
        squad = second.selectbox(
            words.say("Every row belongs to the squad"),
            [None, *squads],
            format_func=lambda key: words.say("as the file says") if key is None else squads[key],
            key="import_squad",
        )
        taken = third.date_input(
            words.say("Day on which the export was made"),
            value=None,
            max_value=session.today,
            format="DD/MM/YYYY",
            key="import_day",
        )
        profile = fourth.selectbox(
            words.say("Kind of export"),
            [None, *profile_names(session)],
            format_func=lambda name: words.say("recognise it") if name is None else str(name),
            key="import_profile",
        )
    return ImportOptions(
        profile=profile,
        product=product,
        squad=squad,
        observed_at=datetime.combine(taken, time(23, 59)) if isinstance(taken, date) else None,
    )


@st.fragment(run_every=FOLLOW_EVERY_SECONDS, key="follow")
def follow(session: Session, desk: Desk) -> None:
    """The job at work; the rest of the page stays still until it ends."""
    if desk.job is None or desk.follow():
        st.rerun()
    words = session.voice.words
    progress = desk.job.progress
    stage = words.say(import_sentences.STAGES.get(progress.stage, progress.stage))
    st.progress(min(max(progress.done, 0.0), 1.0), text=markup.escape(stage))
    st.button(words.say("Cancel"), key="cancel", on_click=desk.job.cancel)


def sent(session: Session) -> None:
    """What each source sends: how often, when last, and the weeks that it made known."""
    words = session.voice.words
    found = sources(session)
    if not found:
        return
    st.subheader(words.say("What each source sends"), anchor=False)
    for late in [each for each in found if each.late][:MOST_LATE]:
        st.markdown(f"{MARKS['no_data']} {markup.escape(rhythm_sentence(session.voice, late))}")
    column = st.column_config
    frame = import_tables.sources(found, session.voice, session.palette)
    telling = {
        "tool": words.say("Tool"),
        "holds": words.say("Holds"),
        "last": words.say("Last seen"),
    }
    with narrow.wide(frame, telling, "sources", words):
        tables.show(
            written(frame, {"imports": counted(session.voice)}),
            hide_index=True,
            column_config={
                "tool": column.TextColumn(words.say("Tool"), width=170),
                "holds": column.TextColumn(words.say("Holds"), width=190),
                "expected": column.TextColumn(words.say("Expected"), width=110),
                "last": column.TextColumn(words.say("Last seen"), width=150),
                "imports": column.NumberColumn(words.say("Files"), width=70),
                "weeks": column.ImageColumn(words.say("Days known, 26 weeks"), width=290),
            },
            key="sources",
            alt=words.say("How often each source sends files, and the weeks that it made known"),
        )


def past(session: Session, desk: Desk) -> None:
    words = session.voice.words
    records = past_imports(session)
    st.subheader(words.say("History"), anchor=False)
    if not records:
        st.caption(markup.escape(words.say("Nothing imported yet.")))
        absence_cards.first_files(session)
        return
    column = st.column_config
    frame = import_tables.ledger(records, session.voice)
    how = dict.fromkeys(("loaded", "aside"), counted(session.voice))
    chosen = tables.show(
        written(frame, how),
        hide_index=True,
        column_config={
            "id": column.NumberColumn(words.say("No."), width=60),
            "file": column.TextColumn(words.say("File")),
            "tool": column.TextColumn(words.say("Tool")),
            "holds": column.TextColumn(words.say("Holds")),
            "period": column.TextColumn(words.say("Period"), width="medium"),
            "loaded": column.NumberColumn(words.say("Loaded")),
            "aside": column.NumberColumn(words.say("Set aside")),
            "when": column.TextColumn(words.say("When")),
            "by": column.TextColumn(words.say("By")),
            "status": column.TextColumn(words.say("Status")),
        },
        on_select="rerun",
        selection_mode="single-row",
        key="ledger",
        alt=words.say("Imports, newest first; select one to see it or take it back"),
    )
    rows = chosen["selection"]["rows"]
    if rows and rows[0] < len(records):
        one_import(session, desk, records[rows[0]])
    else:
        st.caption(words.say("Select a line to see its problems or take it back."))


def one_import(session: Session, desk: Desk, record: ImportRecord) -> None:
    words = session.voice.words
    with st.container(border=True, key=f"import_{record.id}"):
        st.markdown(f"**{markup.escape(record.file)}**")
        import_cards.problems(session, record.problems, record.dataset)
        with st.container(horizontal=True):
            if record.rows.quarantined:
                import_cards.quarantine_download(session, record)
            if record.status == "applied":
                st.button(
                    words.say("Undo this import"),
                    key=f"undo_{record.id}",
                    icon=":material/undo:",
                    disabled=desk.job is not None,
                    on_click=desk.undo,
                    args=(session, record.id),
                )
