"""The pieces pages are made of. Text from files is shown letter for letter, never as markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import streamlit as st
from pandas import DataFrame

from dashboard import charts, pictures, refusals, sentences, tables
from dashboard.drawing import Drawing
from dashboard.sentences import MARKS
from dashboard.session import Session, six_twelve
from dashboard.translation import Translation
from metrics.errors import VigieError
from metrics.pages.review import MissingData, Reading, ScorecardCell, ScorecardRow, Subject
from metrics.register.remarks import Annotation
from metrics.result import Scope

MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&^=])")
#: Streamlit turns :name: into an icon, name:// into a link; an invisible joiner keeps it text.
SHORTCODE = re.compile(r"([:@])(?=[^\s\d])|(?<=www)(?=\.)", re.IGNORECASE)
LEAST_COLUMNS = 4
ROWS_SHOWN = 60  # a longer table scrolls
PRODUCTS_LISTED, LIST_HEIGHT = 30, 740  # a longer list of products scrolls, at so many pixels
LETTER, PADDING, WIDEST_NAME = 8, 26, 250  # pixels
WRAPPING_ROW = 66  # pixels; text wraps in rows of more than 64
PRODUCTS_SHOWN = 12  # a longer scorecard scrolls, what needs a look first on top
SCORECARD_HEIGHT = 33 + 10 * WRAPPING_ROW
#: Pixels that let six families, a trend and the owners stand side by side on a laptop.
FAMILY_WIDTHS = {
    "product_performance": 146,
    "user_experience": 142,
    "market": 124,
    "teams": 130,
    "delivery": 142,
    "growth": 174,
}
COLOURS = {"better": "green", "worse": "red"}
DELTA_COLOURS: dict[str, Literal["green", "red"]] = {"better": "green", "worse": "red"}


def escape(text: str) -> str:
    """`text` so that Markdown shows it letter for letter."""
    joined = SHORTCODE.sub(lambda found: found.group(0) + "\u2060", " ".join(text.split(" ")))
    return MARKUP.sub(r"\\\1", joined).replace("\n", " ")


def name_width(names: Iterable[str], least: int = 96) -> int:
    """Pixels for a column of names: the longest is read whole, unless it is very long."""
    longest = max(map(len, names), default=0)
    return max(least, min(LETTER * longest + PADDING, WIDEST_NAME))


def mark(status: str) -> str:
    """A status mark in Markdown, coloured where it has a meaning; a word always goes with it."""
    colour = COLOURS.get(status)
    return f":{colour}[{MARKS[status]}]" if colour else MARKS[status]


def refusal(error: VigieError, words: Translation) -> None:
    """A refusal as a message: the thing, the valid choices, the next step."""
    st.error(escape(refusals.told(error, words)), icon=":material/block:")


def headline(text: str) -> None:
    st.header(escape(text), anchor=False)


def facts(told: Iterable[tuple[str, str]]) -> str:
    """Titles with what they hold, on one line in Markdown; empty ones are left out."""
    return "&nbsp; · ".join(
        f"**{escape(title).replace(' ', '&nbsp;')}**&nbsp;{escape(held)}"
        for title, held in told
        if held
    )


def headline_kpis(
    session: Session, readings: Sequence[Reading], *, columns: int | None = None
) -> None:
    """The few KPIs of the headline: value, change, sparkline; as many a row as there are, or
    `columns`, and none wider than of four."""
    if not readings:
        return
    with st.grid(columns or max(len(readings), LEAST_COLUMNS), min_column_width=150, gap="small"):
        for reading in readings:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _headline_kpi(session, reading)


def _headline_kpi(session: Session, reading: Reading) -> None:
    """One KPI of the headline; its change stays grey unless it is more than the usual noise."""
    voice = session.voice
    moved = sentences.change(voice, reading)
    stands_out = reading.status in DELTA_COLOURS
    st.metric(
        escape(voice.short_label(reading.kpi)),
        sentences.value(voice, reading),
        (sentences.status(voice, reading.status) if stands_out else moved) or None,
        delta_color=DELTA_COLOURS.get(reading.status, "gray"),
        delta_arrow="off",
        delta_description=sentences.size(voice, reading) if stands_out and moved else None,
        help=escape(voice.kpi(reading).meaning[voice.words.language]),
    )
    st.image(
        pictures.sparkline(reading, session.palette, width=240, height=36),
        width="stretch",
        alt=voice.words.say("{kpi}, last 26 periods", kpi=voice.label(reading.kpi)),
    )


def subject(
    session: Session,
    found: Subject,
    key: str,
    product_place: st.Page | None,
    *,
    beside: Callable[[Subject], None] | None = None,
    below: Callable[[Subject], None] | None = None,
    explore_place: st.Page | None = None,
) -> None:
    """One thing to talk about: what, how much, compared with what, who, what now; `beside` draws
    what can be done about it, `below` what is said of it. Explore leads to rows and imports."""
    voice, reading = session.voice, found.reading
    with st.container(border=True, key=key):
        words, picture = st.columns([5, 3], vertical_alignment="center")
        with words, st.container(gap="xsmall"):
            why = (sentences.driver_sentence(voice, found), sentences.also_sentence(voice, found))
            st.markdown(
                f"{mark(reading.status)} **{escape(sentences.subject_title(voice, found))}** "
                + " ".join(
                    escape(part) for part in (sentences.movement(voice, reading), *why) if part
                )
            )
            owner = sentences.owner_sentence(voice, found.owners, voice.kpi(reading).owner_role)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.caption(
                    escape(f"{owner} {sentences.decided_sentence(voice, found.decided)}"),
                    width="content",
                )
                if product_place is not None and reading.scope.kind == "product":
                    st.page_link(
                        product_place,
                        label=voice.words.say(
                            "Open {name}", name=escape(voice.name(reading.scope))
                        ),
                        icon=":material/arrow_forward:",
                        query_params={"product": voice.name(reading.scope)},
                    )
                if explore_place is not None:
                    st.page_link(
                        explore_place,
                        label=voice.words.say("Explore"),
                        icon=":material/query_stats:",
                        query_params={"kpi": reading.kpi, "by": reading.scope.kind},
                    )
                if beside is not None:
                    beside(found)
            if below is not None:
                below(found)
        with picture:
            st.image(
                pictures.trend(reading, voice, session.palette),
                width="stretch",
                alt=f"{sentences.subject_title(voice, found)} {sentences.movement(voice, reading)}",
            )


def missing(session: Session, facts: Sequence[MissingData]) -> None:
    for fact in facts:
        st.markdown(
            f"{MARKS['no_data']} {escape(sentences.missing(session.voice, fact, session.today))}"
        )


def broken(session: Session) -> None:
    """A quiet line where definitions are left out; nothing when all are whole."""
    if session.broken:
        st.caption(escape(sentences.broken(session.voice, session.broken)))


def empty(session: Session, imports_place: st.Page | None) -> None:
    """A workspace without a figure: what to bring, or to say of what was brought, and where."""
    words = session.voice.words
    if session.has_imports:
        unplaced(session, imports_place)
        return
    headline(words.say("Nothing imported yet."))
    st.markdown(
        escape(
            words.say(
                "Drop the exports of the tools you already use, and the review is made from them:"
            )
        )
    )
    for message in sentences.EMPTY.values():
        st.markdown(f"- {escape(words.say(message))}")
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")


def unplaced(session: Session, imports_place: st.Page | None) -> None:
    """Files were loaded, but no row is known to be of a product or a squad."""
    words = session.voice.words
    headline(words.say("Files are loaded, but there is no figure yet."))
    told = words.say("Figures are of products and squads, and nobody has said whose the rows are.")
    if session.organisation.products or session.organisation.squads:
        step = words.say("On the page Imports, under the names that tools use, say it once.")
    else:
        step = words.say(
            "Import products.csv (columns product, name) or squads.csv (columns squad, name); then "
            "say once, on the page Imports, whom the names in the loaded files stand for. Nothing "
            "has to be imported again."
        )
    st.markdown(escape(f"{told} {step}"))
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Imports"), icon=":material/upload_file:")


def has(
    session: Session, known: Sequence[object], what: str, imports_place: st.Page | None
) -> bool:
    """Whether there is anything for a page to be about; where not, it says what to import."""
    if session.is_empty:
        empty(session, imports_place)
        return False
    if known:
        return True
    words = session.voice.words
    headline(words.say(sentences.NOBODY[what]))
    st.markdown(escape(words.say(sentences.BRING[what])))
    if imports_place is not None:
        st.page_link(imports_place, label=words.say("Import files"), icon=":material/upload_file:")
    return False


def scorecard(
    session: Session, rows: Sequence[ScorecardRow], product_place: st.Page | None
) -> None:
    """Products × families: each family shows its worst review KPI; a name opens its page."""

    def open_product() -> None:
        click = st.session_state["scorecard_name"]
        if product_place is not None and click is not None:
            st.switch_page(product_place, query_params={"product": str(click.label)})

    voice = session.voice
    words = voice.words
    long = len(rows) > PRODUCTS_SHOWN
    shown = sorted(rows, key=tables.urgency) if long else rows
    frame = tables.scorecard(shown, voice, session.palette)
    config: dict[str, Any] = {
        "name": st.column_config.ButtonColumn(
            words.say("Product"),
            pinned=True,
            alignment="left",
            width=name_width(row.name for row in rows),
            type="tertiary",
            on_click=open_product,
            key="scorecard_name",
        ),
        "trend": st.column_config.ImageColumn(words.say("26 periods"), width=140),
        "owners": st.column_config.TextColumn(words.say("PM and PO"), width=190),
    }
    for family, label in sentences.FAMILIES.items():
        config[family] = st.column_config.TextColumn(words.say(label), width=FAMILY_WIDTHS[family])
    st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        row_height=WRAPPING_ROW,
        height=SCORECARD_HEIGHT if long else "content",
        key="scorecard",
        alt=words.say("Scorecard: products by family, each with its worst KPI"),
    )
    _download(session, scorecard_readings(rows), "scorecard")


def scorecard_readings(rows: Sequence[ScorecardRow]) -> list[Reading]:
    return [reading for row in rows for cell in row.cells for reading in cell.readings]


def readings_table(session: Session, readings: Sequence[Reading], key: str) -> None:
    """Figures with their sparklines, what needs a look first; notes where there are any."""
    frame = tables.readings(readings, session.voice, session.palette)
    silent = [] if frame["note"].any() else ["note"]
    _figures(session, frame.drop(columns=silent), readings, key)


def families_table(session: Session, cells: Sequence[ScorecardCell], key: str) -> None:
    """The same, family by family."""
    frame = tables.by_family(cells, session.voice, session.palette)
    with st.container(key=f"{key}_box"):
        _figures(session, frame, [reading for cell in cells for reading in cell.readings], key)


def watched_families(session: Session, cells: Sequence[ScorecardCell], key: str) -> None:
    """What is watched or stands out; the rest, which is as usual, is one click away."""
    catalogue = session.voice.catalogue
    shown, folded = [], []
    for cell in cells:
        quiet = [
            reading
            for reading in cell.readings
            if reading.status == "steady" and not catalogue[reading.kpi].review
        ]
        folded.append(replace(cell, readings=tuple(quiet)))
        shown.append(replace(cell, readings=tuple(r for r in cell.readings if r not in quiet)))
    families_table(session, shown, key)
    count = sum(len(cell.readings) for cell in folded)
    if not count:
        return
    title = session.voice.words.count(
        "Nothing to see: {n} figure within its usual range",
        "Nothing to see: {n} figures within their usual range",
        count,
    )
    rest = st.expander(title, key=f"quiet_{key}_fold", on_change="rerun")
    if rest.open:
        with rest:
            families_table(session, folded, f"quiet_{key}")


def grouped_table(
    session: Session, groups: Sequence[tuple[str, Sequence[Reading]]], key: str
) -> None:
    """The same, group by group, each named in the first column."""
    frame = tables.by_group(groups, session.voice, session.palette)
    _figures(session, frame, [reading for _, found in groups for reading in found], key)


def _figures(session: Session, frame: DataFrame, readings: Sequence[Reading], key: str) -> None:
    """A sortable table with a download of the exact numbers behind it."""
    voice = session.voice
    words = voice.words
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "family": column.TextColumn(words.say("Family")),
            "status": column.TextColumn(words.say("Status"), width=105),
            "scope": column.TextColumn(words.say("Scope")),
            "kpi": column.TextColumn(words.say("KPI")),
            "value": column.TextColumn(words.say("Figure"), alignment="right"),
            "trend": column.ImageColumn(words.say("26 periods"), width=140),
            "change": column.TextColumn(words.say("On the period"), alignment="right"),
            "year": column.TextColumn(words.say("On the year"), alignment="right"),
            "period": column.TextColumn(words.say("Period")),
            "note": column.TextColumn(words.say("Note")),
        },
        row_height=38,
        height="content" if len(frame) <= ROWS_SHOWN else "auto",
        key=key,
        alt=words.say("KPIs with their figures and trends"),
    )
    _download(session, readings, key)


def _download(session: Session, readings: Sequence[Reading], key: str) -> None:
    """The exact numbers behind a table, made when they are asked for."""
    voice = session.voice
    st.download_button(
        voice.words.say("Download as CSV"),
        data=lambda: tables.export(readings, voice),
        file_name="vigie.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{key}_csv",
    )


def plot(drawing: Drawing, key: str, alt: str) -> None:
    """A chart; `alt` says in words what it shows."""
    st.vega_lite_chart(drawing.spec, theme=None, key=key, alt=alt)


def large_plot(figure: dict[str, Any], key: str, alt: str) -> None:
    """A Plotly chart that readers zoom into, without its own buttons or theme."""
    st.plotly_chart(
        figure,
        theme=None,
        config={"displayModeBar": False, "displaylogo": False, "responsive": True},
        key=key,
        alt=alt,
    )


def chart(
    session: Session,
    kpi: str,
    scope: Scope,
    week: str | None,
    *,
    noted: Callable[[int, Annotation], None] | None = None,
    below: Callable[[str, Scope, date], None] | None = None,
) -> None:
    """One 6-12 chart with its row of boxes; `noted` draws a numbered note, `below` what can be
    noted of it, given the last day drawn."""
    voice = session.voice
    facts = six_twelve(session, kpi, scope, week)
    title = f"{voice.name(scope)} · {voice.label(kpi)}"
    with st.container(border=True, key=f"chart_{kpi}_{scope.kind}_{scope.key}"):
        st.markdown(f"**{escape(title)}**")
        if not any(point.figure.value is not None for point in (*facts.weeks, *facts.months)):
            nothing = voice.words.say("no week or month with data yet")
            st.caption(f"{MARKS['no_data']} {escape(nothing)}")
            return
        plot(
            charts.six_twelve(facts, voice, session.palette, session.colour(scope)),
            f"plot_{kpi}_{scope.kind}_{scope.key}",
            voice.words.say(
                "{title}: six weeks and twelve months, with the prior year", title=title
            ),
        )
        if judged_on := sentences.judged_on(voice, facts):
            st.caption(escape(judged_on))
        for number, said in enumerate(facts.annotations, 1):
            if noted is not None:
                noted(number, said)
            else:
                st.caption(f"**{number}** {escape(sentences.annotation(voice, said))}")
        boxes = tables.boxes(facts.boxes, voice, kpi)
        if len(boxes.columns):
            st.table(boxes, border="horizontal", hide_index=True)
        if below is not None:
            below(kpi, scope, facts.last_day)
