"""Explore: any KPI, cut and period; chart, table, definition, SQL and the imports behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    absence_cards,
    address,
    cards,
    charts,
    definition_sentences,
    exploring_filters,
    exploring_tables,
    import_tables,
    markup,
    narrow,
    sentences,
    spreadsheet,
    tables,
)
from dashboard.answers import explore, lineage, statements
from dashboard.exploring_chart import DATES, HEIGHT, exploration
from dashboard.session import Session
from dashboard.written import counted, written
from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Kpi
from metrics.errors import VigieError
from metrics.grains import grains_of
from metrics.pages.exploring import Exploration, Series, cuts_of
from metrics.register.ledger import ImportRecord

MOST_LINES = 8  # the colours that stay apart
AT_FIRST = 4
COLUMN = 190  # pixels
FEW = 3  # columns that need not fill the page


def show(
    session: Session,
    chooser: DeltaGenerator,
    dictionary_place: st.Page | None,
    imports_place: st.Page | None,
) -> None:
    if session.is_empty:
        absence_cards.empty(session, imports_place)
        return
    voice = session.voice
    words = voice.words
    with chooser:
        name = exploring_filters.kpi(session)
    kpi = voice.catalogue[name]
    cards.headline(voice.label(name))
    st.caption(markup.escape(kpi.meaning[words.language]))
    with st.container(horizontal=True, key="question", gap="small", vertical_alignment="center"):
        by = exploring_filters.cut(session, cuts_of(kpi))
        grain = exploring_filters.grain(session, kpi.cadence)
        since = exploring_filters.looking_back_to(session)
        zoomed = exploring_filters.zoom(session)
        sharing = st.container(width="content")
    given = grains_of(kpi, voice.catalogue)
    if grain not in given:
        refuse_grain(session, kpi, grain, given)
        return
    with st.spinner(words.say("Asking the data…")):
        found = explore(session, name, by, grain, since)
    known = [each for each in found.series if any(f.value is not None for f in each.figures)]
    if not known:
        nothing(session, found, imports_place)
    else:
        answer(session, found, known, zoomed)
    with sharing:  # last, for the address then holds every choice
        share(session, name)
    more(session, found, dictionary_place)


def refuse_grain(session: Session, kpi: Kpi, grain: Grain, given: tuple[Grain, ...]) -> None:
    """The question cannot be answered honestly: why, and the nearest that can."""
    voice = session.voice
    st.warning(
        markup.escape(definition_sentences.no_such_grain(voice, kpi, grain, given)),
        icon=":material/block:",
    )

    def ask_in_cadence() -> None:
        st.session_state[address.choice("grain")] = str(kpi.cadence)

    st.button(
        voice.words.say("Show it {per}", per=definition_sentences.per(voice, kpi.cadence)),
        type="primary",
        key="in_cadence",
        on_click=ask_in_cadence,
    )


def nothing(session: Session, found: Exploration, imports_place: st.Page | None) -> None:
    """No figure at all: why, and which export to bring."""
    words = session.voice.words
    reasons = [f for each in found.series for f in each.figures if f.reason]
    told = definition_sentences.absent(session.voice, found.kpi, reasons[-1] if reasons else None)
    st.markdown(markup.escape(told))
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")


def answer(session: Session, found: Exploration, known: list[Series], zoomed: bool) -> None:
    """The chart of the series chosen, and the table of their figures."""
    voice = session.voice
    words = voice.words
    names = exploring_tables.names({each.key: name_of(session, each) for each in known})
    shown = list(known)
    if len(known) > 1:
        keys = exploring_filters.series(session, names, MOST_LINES, AT_FIRST)
        shown = [each for each in known if each.key in keys]
    if shown:
        draw(
            session,
            found,
            [
                charts.Line(names[each.key], colour(session, each, known), each.figures)
                for each in shown
            ],
            zoomed,
        )
        column = st.column_config
        tables.show(
            exploring_tables.periods_by_series(
                [(names[each.key], each) for each in shown], found.kpi, voice
            ),
            hide_index=True,
            width="stretch" if len(shown) > FEW else "content",
            column_config={
                "period": column.TextColumn(words.say("Period"), pinned=True, width=150),
                **{
                    names[each.key]: column.TextColumn(
                        str(spreadsheet.inert_text(names[each.key])),
                        alignment="right",
                        width=COLUMN,
                    )
                    for each in shown
                },
            },
            height="auto",
            key="exploration_table",
            alt=words.say("The figures, newest period first"),
        )
    st.download_button(
        words.say("Download as CSV"),
        data=lambda: exploring_tables.figures_export(known, voice),
        file_name=f"vigie-{found.kpi.name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="exploration_csv",
    )


def draw(session: Session, found: Exploration, lines: list[charts.Line], zoomed: bool) -> None:
    """The lines, or the same to zoom into."""
    voice = session.voice
    words = voice.words
    title = f"{voice.label(found.kpi.name)} · {definition_sentences.cut(voice, found.by)}"
    told = words.say("{title}, one line per series", title=title)
    if zoomed:
        cards.zoomable(exploration(lines, found.kpi, voice, session.palette), "zoomable", told)
    else:
        drawing = charts.lines(lines, found.kpi, voice, session.palette, height=HEIGHT, dates=DATES)
        cards.plot(drawing, "exploration", told)


def more(session: Session, found: Exploration, dictionary_place: st.Page | None) -> None:
    """Definition, SQL and imports, each behind a click."""
    voice = session.voice
    words = voice.words
    language = words.language
    defined = st.expander(words.say("Definition"), key="defined", on_change="rerun")
    if defined.open:
        with defined:
            owed = found.kpi.governance
            for said in (owed.in_words, owed.decision, owed.edge_rule):
                if said is not None:
                    st.markdown(markup.escape(said[language]))
            st.caption(markup.escape(definition_sentences.provenance(voice, found.kpi)))
            if dictionary_place is not None:
                st.page_link(
                    dictionary_place,
                    label=words.say("Open the definition"),
                    icon=":material/menu_book:",
                    query_params={"kpi": found.kpi.name},
                )
    written = st.expander(words.say("SQL"), key="written", on_change="rerun")
    if written.open:
        with written:
            for part, text in statements(session, found.kpi.name, found.by).items():
                st.caption(markup.escape(part))
                st.code(text, language="sql", wrap_lines=True)
    behind = st.expander(
        words.say("Rows behind a figure"), _rows_asked(),
        key="behind", on_change="rerun",
    )  # fmt: skip
    if behind.open:
        with behind:
            rows(session, found)
    totals(session, found)
    title = words.count("Rests on {n} import", "Rests on {n} imports", len(found.imports))
    rests = st.expander(title, key="rests_on", on_change="rerun")
    if rests.open:
        with rests:
            imports_table(session, found.imports, "rests_on_table")


def totals(session: Session, found: Exploration) -> None:
    """The totals that the tools themselves give in the files behind the KPI, beside ours."""
    voice = session.voice
    words = voice.words
    frame = exploring_tables.totals(found.imports, voice)
    if frame.empty:
        return
    fold = st.expander(words.say("The tools' own totals"), key="own_totals", on_change="rerun")
    if not fold.open:
        return
    column = st.column_config
    how = dict.fromkeys(("file_total", "rows_total"), counted(voice))
    telling = {
        "column": words.say("Column"),
        "file_total": words.say("The tool's total"),
        "rows_total": words.say("Its rows here"),
        "difference": words.say("Difference"),
    }
    with fold:
        with narrow.wide(
            frame, telling, "own_totals", words, right=("file_total", "rows_total"), how=how
        ):
            tables.show(
                written(frame, how),
                hide_index=True,
                column_config={
                    "file": column.TextColumn(words.say("File"), width=220),
                    "period": column.TextColumn(words.say("Period"), width=190),
                    "column": column.TextColumn(telling["column"], width=190),
                    "file_total": column.NumberColumn(telling["file_total"], width=120),
                    "rows_total": column.NumberColumn(telling["rows_total"], width=120),
                    "difference": column.TextColumn(telling["difference"], width=200),
                },
                height="content" if len(frame) <= cards.ROWS_SHOWN else "auto",
                placeholder="",
                key="own_totals_table",
                alt=words.say("Totals of the tools beside what their rows add up to here"),
            )
        told = words.say(
            "A tool counts a person once in a total and once in each row: totals of people are not "
            "the sum of their rows. Of what adds up, a difference is to be looked into."
        )
        st.caption(markup.escape(told))


def rows(session: Session, found: Exploration) -> None:
    """The facts that a figure was made from, and the imports whose days meet its period."""
    voice = session.voice
    words = voice.words
    places = {each.key: each for each in found.series if not each.dimension}
    if not places:
        st.caption(markup.escape(words.say("Cut by a scope to see the rows of a figure.")))
        return
    with st.container(horizontal=True, gap="small"):
        place = address.one(
            words.say("Scope"), "of", list(places), lambda key: name_of(session, places[key])
        )
        figures = {
            each.period: each for each in reversed(places[place].figures) if each.value is not None
        }
        if not figures:
            st.caption(markup.escape(words.say("No figure has rows to show.")))
            return
        at = address.one(
            words.say("Period"),
            "at",
            list(figures),
            lambda key: sentences.period(voice, figures[key]),
        )
    figure = figures[at]
    try:
        behind = lineage(
            session,
            found.kpi.name,
            figure.scope,
            Period(figure.start, figure.end, Grain(figure.grain), figure.period),
        )
    except VigieError as refused:
        cards.refusal(refused, words)
        return
    told = words.say(
        "{figure} in {period}. What would tell a person is left out.",
        figure=voice.format.exact(found.kpi.unit, figure.value),
        period=sentences.period(voice, figure),
    )
    st.caption(markup.escape(told))
    for part in behind.parts:
        st.markdown(
            markup.escape(
                words.count(
                    "{kpi}: {n} row of {model}",
                    "{kpi}: {n} rows of {model}",
                    part.count,
                    kpi=voice.label(part.kpi),
                    model=part.model,
                )
            )
        )
        tables.show(
            part.rows,
            hide_index=True,
            column_config={
                name: st.column_config.DateColumn(format="YYYY-MM-DD")
                for name in part.rows.columns
                if name.endswith("day")
            },
            height="auto",
            placeholder="",
            key=f"rows_{part.kpi}",
            alt=words.say("The newest rows behind the figure"),
        )
        st.download_button(
            words.say("Download as CSV"),
            data=partial(spreadsheet.as_csv, part.rows),
            file_name=f"vigie-{part.kpi}-{at}.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"rows_csv_{part.kpi}",
        )
    st.markdown(markup.escape(words.say("The imports whose days meet this period, newest first:")))
    with st.container(key="behind_imports"):
        imports_table(session, behind.imports, "behind_imports_table")


def imports_table(session: Session, imports: Sequence[ImportRecord], key: str) -> None:
    """Imports by number, file, tool, days and moment."""
    voice = session.voice
    words = voice.words
    tables.show(
        import_tables.ledger(imports, voice)[["id", "file", "tool", "period", "when"]],
        hide_index=True,
        column_config={
            "id": st.column_config.NumberColumn(words.say("No."), width=60),
            "file": st.column_config.TextColumn(words.say("File")),
            "tool": st.column_config.TextColumn(words.say("Tool")),
            "period": st.column_config.TextColumn(words.say("Period")),
            "when": st.column_config.TextColumn(words.say("When")),
        },
        key=key,
        alt=words.say("Imports that bring this KPI's data, newest first"),
    )


def share(session: Session, name: str) -> None:
    """The address of this very view, to copy; it opens in the reader's own language."""
    words = session.voice.words
    asked = [("kpi", name)]
    for key in ("by", "grain", "span", "shown", "zoom", "of", "at"):
        asked += [(key, value) for value in st.query_params.get_all(key)]
    if st.session_state.get("behind", _rows_asked()):
        asked.append(("rows", "true"))
    place = urlsplit(st.context.url or "")
    with st.popover(words.say("Share"), icon=":material/link:", key="share"):
        st.caption(markup.escape(words.say("This link opens the same view.")))
        st.code(
            urlunsplit((place.scheme, place.netloc, place.path, urlencode(asked), "")),
            language=None,
            wrap_lines=True,
        )


def _rows_asked() -> bool:
    """Whether the address asks for the rows to be open."""
    return st.query_params.get("rows") == "true"


def name_of(session: Session, series: Series) -> str:
    """A series by its scope's or its member's name."""
    if series.dimension:
        return series.member or session.voice.words.say("not said")
    return session.voice.name(series.scope)


def colour(session: Session, series: Series, known: list[Series]) -> str:
    """A product's own colour; else one of the eight, by the series' place in the alphabet."""
    if not series.dimension and series.scope.kind in ("product", "company"):
        return session.colour(series.scope)
    order = sorted(each.key for each in known)
    colours = session.palette.categories
    return colours[order.index(series.key) % len(colours)]
