"""The pieces pages are made of. Text from files is shown letter for letter, never as markup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import streamlit as st
from pandas import DataFrame

from dashboard import charts, narrow, pictures, reading_tables, refusals, sentences
from dashboard import review_sentences as told
from dashboard.answers import six_twelve
from dashboard.drawing import Drawing
from dashboard.glossary import MARKS
from dashboard.markup import escape, mark
from dashboard.session import Session
from dashboard.translation import Translation
from metrics.errors import VigieError
from metrics.pages.review_facts import Subject
from metrics.reading import Reading
from metrics.register.remarks import Annotation
from metrics.result import Scope

LEAST_COLUMNS = 4
ROWS_SHOWN = 60  # a longer table scrolls
PRODUCTS_LISTED, LIST_HEIGHT = 30, 740  # a longer list of products scrolls, at so many pixels
LETTER, PADDING, WIDEST_NAME = 8, 26, 250  # pixels
WRAPPING_ROW = 66  # pixels; text wraps in rows of more than 64
#: No page to open a scope on.
NOWHERE: Mapping[str, st.Page | None] = {}
DELTA_COLOURS: dict[str, Literal["green", "red"]] = {"better": "green", "worse": "red"}


def name_width(names: Iterable[str], least: int = 96) -> int:
    """Pixels for a column of names: the longest is read whole, unless it is very long."""
    longest = max(map(len, names), default=0)
    return max(least, min(LETTER * longest + PADDING, WIDEST_NAME))


def refusal(error: VigieError, words: Translation) -> None:
    """A refusal as a message: the thing, the valid choices, the next step."""
    st.error(escape(refusals.told(error, words)), icon=":material/block:")


def headline(text: str) -> None:
    st.header(escape(text), anchor=False)


def headline_kpis(
    session: Session, readings: Sequence[Reading], *, columns: int | None = None
) -> None:
    """The few KPIs of the headline: value, change, sparkline; as many a row as there are, or
    `columns`, and none wider than of four. One of an earlier period than the latest says which."""
    if not readings:
        return
    latest = max((each.figure.end for each in readings if each.figure), default=None)
    with st.grid(columns or max(len(readings), LEAST_COLUMNS), min_column_width=150, gap="small"):
        for reading in readings:
            with st.container(border=True, height="stretch", gap="xsmall"):
                _headline_kpi(session, reading, latest)


def _headline_kpi(session: Session, reading: Reading, latest: date | None) -> None:
    """One KPI of the headline; its change stays grey unless it is more than the usual noise."""
    voice = session.voice
    delta, beside = sentences.told_beside(voice, reading, latest)
    st.metric(
        escape(voice.short_label(reading.kpi)),
        sentences.value(voice, reading),
        delta or None,
        delta_color=DELTA_COLOURS.get(reading.status, "gray"),
        delta_arrow="off",
        delta_description=beside or None,
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
    *,
    beside: Callable[[Subject], None] | None = None,
    below: Callable[[Subject], None] | None = None,
    places: Mapping[str, st.Page | None] = NOWHERE,
    explore_place: st.Page | None = None,
) -> None:
    """One thing to talk about: what, how much, compared with what, who, what now; `beside` draws
    what can be done about it, `below` what is said of it. `places` are the pages of products and
    squads, by kind of scope, and lead on; elsewhere Explore leads to rows and imports."""
    voice, reading = session.voice, found.reading
    title, moved = told.subject_title(voice, found), told.movement(voice, reading)
    with st.container(border=True, key=key):
        words, picture = st.columns([5, 3], vertical_alignment="center")
        with words, st.container(gap="xsmall"):
            why = (told.driver_sentence(voice, found), told.also_sentence(voice, found))
            st.markdown(
                f"{mark(reading.status)} **{escape(title)}** "
                + " ".join(escape(part) for part in (moved, *why) if part)
            )
            owner = told.owner_sentence(voice, found.owners, voice.kpi(reading).owner_role)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.caption(
                    escape(f"{owner} {told.decided_sentence(voice, found.decided)}"),
                    width="content",
                )
                place = places.get(reading.scope.kind)
                if place is not None:
                    st.page_link(
                        place,
                        label=voice.words.say(
                            "Open {name}", name=escape(voice.name(reading.scope))
                        ),
                        icon=":material/arrow_forward:",
                        query_params={reading.scope.kind: voice.name(reading.scope)},
                    )
                elif explore_place is not None:
                    st.page_link(
                        explore_place,
                        label=voice.words.say("Explore"),
                        icon=":material/query_stats:",
                        query_params=_explored(reading),
                    )
                if beside is not None:
                    beside(found)
            if below is not None:
                below(found)
        with picture:
            st.image(
                pictures.trend(reading, voice, session.palette),
                width="stretch",
                alt=f"{title} {moved}",
            )


def _explored(reading: Reading) -> dict[str, str]:
    """The address of a reading in Explore: its own line among those of its kind, and its rows."""
    kind, key = reading.scope
    return {"kpi": reading.kpi, "by": kind} | ({"shown": key, "of": key} if key else {})


def _boxes(row: DataFrame, key: str, words: Translation) -> None:
    """The row of boxes under a chart; on a phone each on a line of its own."""
    listed = DataFrame({"box": row.columns, "value": row.iloc[0].to_numpy()})
    titles = {"box": words.say("Period"), "value": words.say("Figure")}
    with narrow.wide(listed, titles, f"boxes_{key}", words, right=("value",)):
        st.table(row, border="horizontal", hide_index=True)


def plot(drawing: Drawing, key: str, alt: str) -> None:
    """A chart; `alt` says in words what it shows."""
    st.vega_lite_chart(drawing.spec, theme=None, key=key, alt=alt)


def zoomable(figure: dict[str, Any], key: str, alt: str) -> None:
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
            nothing = voice.words.say("no data in these six weeks and twelve months")
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
        for told in sentences.restated(voice, facts):
            st.caption(f"◯ {escape(told)}")
        for number, said in enumerate(facts.annotations, 1):
            if noted is not None:
                noted(number, said)
            else:
                st.caption(f"**{number}** {escape(sentences.annotation(voice, said))}")
        boxes = reading_tables.boxes(facts.boxes, voice, kpi)
        if len(boxes.columns):
            _boxes(boxes, f"{kpi}_{scope.kind}_{scope.key}", voice.words)
        if below is not None:
            below(kpi, scope, facts.last_day)
