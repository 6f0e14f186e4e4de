"""The pieces of the two sides of a product's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import (
    absence_sentences,
    cards,
    charts,
    flow_charts,
    markup,
    narrow,
    product_charts,
    sentences,
    side_sentences,
    side_tables,
    tables,
)
from dashboard.answers import verbatims
from dashboard.session import Session
from dashboard.waterfall import is_cut, waterfall
from dashboard.written import BAR, NO_LABEL, counted, written
from metrics.by_member import FeatureMap, ThemeShares
from metrics.catalogue.kpi import Text, Unit
from metrics.cohort_grid import RetentionTable
from metrics.documents import ProductUsage
from metrics.outlook import Outlook
from metrics.pages.product_sides import SAY_DO, Bridge, Earnings, LifeMonth, SquadSprints
from metrics.reading import Reading
from metrics.result import Scope


def outlooks(session: Session, found: Sequence[Outlook], *, scopes: bool = False) -> None:
    """Where KPIs will stand at the end of the month and quarter; `scopes` says whose."""
    words = session.voice.words
    column = st.column_config
    frame = side_tables.outlooks(found, session.voice, scopes=scopes)
    telling = {
        "kpi": words.say("KPI"),
        "period": words.say("Period"),
        "landing": words.say("Landing"),
        "verdict": words.say("Pace"),
    }
    with narrow.wide(frame, telling, "outlooks", words, right=("landing",)):
        tables.show(
            frame,
            hide_index=True,
            column_config={
                "kpi": column.TextColumn(words.say("KPI")),
                "scope": column.TextColumn(words.say("Scope")),
                "period": column.TextColumn(words.say("Period")),
                "actual": column.TextColumn(words.say("To date"), alignment="right"),
                "landing": column.TextColumn(words.say("Landing"), alignment="right"),
                "range": column.TextColumn(words.say("Four chances in five"), alignment="right"),
                "prior_year": column.TextColumn(words.say("Prior year"), alignment="right"),
                "target": column.TextColumn(words.say("Target"), alignment="right"),
                "budget": column.TextColumn(words.say("Budget"), alignment="right"),
                "verdict": column.TextColumn(words.say("Pace")),
            },
            height="content",
            key="outlooks",
            alt=words.say("Where KPIs will stand at the end of the month and quarter"),
        )


def retention(session: Session, table: RetentionTable | None, product: str) -> None:
    """The retention curve; the grid of cohorts is one click away."""
    voice = session.voice
    words = voice.words
    with st.container(border=True, key="retention"):
        title = words.say("Weekly retention")
        st.markdown(f"**{markup.escape(title)}**")
        if table is None or not table.curve:
            st.caption(markup.escape(absence_sentences.empty(voice, "events")))
            return
        since = _counted_since(session, table)
        curve = table.curve_since if since else table.curve
        colour = session.colour(Scope("product", product))
        cards.plot(
            product_charts.retention_curve(curve, voice, session.palette, colour),
            "retention_curve",
            words.say("Share of users active again, by weeks after their first"),
        )
        grid = st.expander(words.say("Cohort by cohort"), key="cohorts", on_change="rerun")
        if grid.open:
            with grid:
                cards.plot(
                    product_charts.retention_grid(table, voice, session.palette, since=since),
                    "retention_grid",
                    words.say("Retention of each weekly cohort"),
                )


def _counted_since(session: Session, table: RetentionTable) -> bool:
    """Whether who came back later counts as well; asked where that is known of any cohort."""
    words = session.voice.words
    if not table.curve_since:
        return False
    counted = {"exact": words.say("in that week"), "since": words.say("in that week or since")}
    chosen = st.segmented_control(
        words.say("Who counts as active again"), list(counted), default="exact",
        format_func=counted.__getitem__, required=True, key="retention_counted",
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen == "since":
        told = words.say("Of the latest weeks less is known: who returns later is still to come.")
        st.caption(markup.escape(told))
    return chosen == "since"


def bridge(session: Session, found: Bridge | None) -> None:
    """A month's recurring revenue from its opening to its closing."""
    voice = session.voice
    words = voice.words
    with st.container(border=True, key="bridge"):
        title = words.say("MRR bridge")
        st.markdown(f"**{markup.escape(title)}**")
        if found is None:
            st.caption(markup.escape(absence_sentences.empty(voice, "subscriptions")))
            return
        st.caption(markup.escape(side_sentences.bridge(voice, found)))
        bars = product_charts.bridge(found, voice, side_sentences.step_labels(voice))
        cards.plot(
            waterfall(bars, voice, Unit.MONEY, session.palette),
            "mrr_bridge",
            side_sentences.bridge(voice, found),
        )
        if is_cut(bars):
            st.caption(markup.escape(words.say("The axis does not begin at zero.")))


def funnel(session: Session, usage: ProductUsage) -> None:
    """The declared steps, how many got so far; or what to declare."""
    voice = session.voice
    words = voice.words
    st.subheader(words.say("Funnel"), anchor=False)
    if usage.funnel is None:
        told = (
            usage.signpost[words.language]
            if usage.signpost
            else absence_sentences.empty(voice, "events")
        )
        st.caption(markup.escape(told))
        return
    column = st.column_config
    frame = side_tables.funnel(usage.funnel, voice)
    how = {"users": counted(voice), "part": voice.format.percent}
    telling = {
        "step": words.say("Step"),
        "users": words.say("Users"),
        "part": words.say("Of those who entered"),
        "time": words.say("Median time to get there"),
    }
    with narrow.wide(frame, telling, "funnel", words, right=("users", "part", "time"), how=how):
        tables.show(
            written(frame, how),
            hide_index=True,
            column_config={
                "step": column.TextColumn(telling["step"]),
                "users": column.NumberColumn(telling["users"]),
                "part": column.NumberColumn(telling["part"]),
                "bar": column.ProgressColumn(
                    BAR, min_value=0, max_value=1, format=NO_LABEL, width=120
                ),
                "time": column.TextColumn(telling["time"], alignment="right"),
            },
            height="content",
            placeholder="",
            key="funnel",
            alt=words.say("Funnel: users and their part of those who entered, by step"),
        )
    st.caption(
        markup.escape(
            words.say(
                "Entries from {since} to {until}, {days} days to get through.",
                since=voice.format.date(usage.funnel.since),
                until=voice.format.date(usage.funnel.until),
                days=usage.funnel.window_days,
            )
        )
    )


def say_do(session: Session, squads: Sequence[SquadSprints]) -> None:
    """Say/do by sprint, a line per squad."""
    voice = session.voice
    known = [each for each in squads if any(f.value is not None for f in each.say_do)]
    if not known:
        return
    colours = session.palette.categories
    title = voice.label(SAY_DO)
    if len(known) == 1:  # a single line has no name of its own
        title = f"{voice.name(known[0].squad)} · {title}"
    with st.container(border=True, key="say_do"):
        st.markdown(f"**{markup.escape(title)}**")
        cards.plot(
            charts.lines(
                [
                    charts.Line(voice.name(each.squad), colours[at % len(colours)], each.say_do)
                    for at, each in enumerate(known)
                ],
                voice.catalogue[SAY_DO],
                voice,
                session.palette,
            ),
            "say_do_chart",
            voice.words.say("{kpi}, sprint by sprint", kpi=voice.label(SAY_DO)),
        )


def folded(title: str, key: str, draw: Callable[[], None]) -> None:
    """A chart one click away: it is drawn when its title is opened."""
    fold = st.expander(title, key=key, on_change="rerun")
    if fold.open:
        with fold:
            draw()


def features(session: Session, found: FeatureMap, product: str) -> None:
    """Which features are used by many, and which often."""
    voice = session.voice
    words = voice.words
    told = words.say(
        "{month}. Across: share of users who used it. Up: uses per user.",
        month=side_sentences.month(voice, found.start, found.end, found.period),
    )
    st.caption(markup.escape(told))
    colour = session.colour(Scope("product", product))
    cards.plot(
        product_charts.feature_map(found, voice, session.palette, colour), "feature_map", told
    )
    unused = [each.feature for each in found.features if each.depth is None]
    if unused:
        nobody = words.say("Used by nobody: {names}.", names=", ".join(unused))
        st.caption(markup.escape(nobody))


def lifecycle(session: Session, found: Sequence[LifeMonth]) -> None:
    told = session.voice.words.say("Users kept, back, new and lost, month by month")
    cards.plot(product_charts.lifecycle(found, session.voice, session.palette), "lifecycle", told)


def earnings(session: Session, found: Earnings) -> None:
    """A month from revenue to the product's result."""
    voice = session.voice
    told = sentences.period(voice, found.revenue)
    st.caption(markup.escape(told))
    cards.plot(
        waterfall(product_charts.earnings(found, voice), voice, Unit.MONEY, session.palette),
        "earnings",
        voice.words.say("{month}: from revenue to the product's result", month=told),
    )
    if found.result is None:
        unknown = voice.words.say("The cost of its squads is not known, so it ends at the margin.")
        st.caption(markup.escape(unknown))
    st.caption(markup.escape(voice.words.say("Shared cost is not allocated to products.")))


def scores(session: Session, readings: Sequence[Reading]) -> None:
    """What surveys say, each score with how sure it is; nothing without any."""
    told = [side_sentences.scored(session.voice, reading) for reading in readings]
    if any(told):
        st.subheader(session.voice.words.say("Satisfaction"), anchor=False)
    with st.container(gap="xsmall"):
        for line in filter(None, told):
            st.markdown(markup.escape(line))


def themes(session: Session, found: ThemeShares, labels: Mapping[str, Text], product: str) -> None:
    """What users spoke of, in a month, and their words one click away; a theme without a label is
    told by its name."""
    voice = session.voice
    words = voice.words
    st.subheader(words.say("What users speak of"), anchor=False)
    st.caption(
        markup.escape(
            words.count(
                "{month}: {n} comment, ticket or review; one can be about several themes.",
                "{month}: {n} comments, tickets and reviews; one can be about several themes.",
                found.verbatims,
                month=side_sentences.month(voice, found.start, found.end, found.period),
            )
        )
    )
    column = st.column_config
    frame = side_tables.themes(found.themes, labels, voice)
    how = {"share": voice.format.percent, "count": counted(voice)}
    telling = {
        "theme": words.say("Theme"),
        "share": words.say("Of what was said"),
        "change": words.say("On the month"),
    }
    with narrow.wide(frame, telling, "themes", words, right=("share", "change"), how=how):
        tables.show(
            written(frame, how),
            hide_index=True,
            column_config={
                "theme": column.TextColumn(telling["theme"]),
                "share": column.NumberColumn(telling["share"]),
                "bar": column.ProgressColumn(
                    BAR, min_value=0, max_value=1, format=NO_LABEL, width=120
                ),
                "change": column.TextColumn(telling["change"], alignment="right"),
                "count": column.NumberColumn(words.say("Comments")),
            },
            height="content",
            placeholder="",
            key="themes",
            alt=words.say("Themes of what users said, with their shares"),
        )

    def in_their_words() -> None:
        theme = st.selectbox(
            words.say("Theme"),
            [each.theme for each in found.themes],
            format_func=lambda name: labels[name][words.language] if name in labels else str(name),
            key="verbatims_theme",
            width=320,
        )
        said = verbatims(session, product, theme, found.start, found.end)
        for each in said:
            st.markdown(f"- {markup.escape(side_sentences.verbatim(voice, each))}")
        told = (
            words.say("What may tell a person is left out.")
            if said
            else words.say("Too few to show, or their words are not kept.")
        )
        st.caption(markup.escape(told))

    folded(words.say("In their own words"), "fold_verbatims", in_their_words)


def flow(session: Session, each: SquadSprints) -> None:
    """A squad's current sprint in words; its flow in charts one click away."""
    voice, found = session.voice, each.flow
    if found is None:
        return
    words = voice.words
    if found.sprint is not None:
        for line in (
            *side_sentences.sprint(voice, found.sprint),
            side_sentences.blocked(voice, found),
        ):
            st.markdown(markup.escape(line))
    key = each.squad.key

    def draw() -> None:
        told = words.say("Until {day}.", day=voice.format.date(found.until))
        st.caption(markup.escape(told))
        with st.grid(2, min_column_width=420):
            for title, figure, name in (
                (
                    words.say("Cumulative flow"),
                    flow_charts.piles(found, voice, session.palette),
                    "piles",
                ),
                (
                    words.say("Cycle time of each finished item"),
                    flow_charts.cycle_times(found, voice, session.palette, session.palette.accent),
                    "cycle",
                ),
                (
                    words.say("Age of items in progress"),
                    flow_charts.ages(found, voice, session.palette),
                    "ages",
                ),
            ):
                with st.container(border=True, key=f"flow_{name}_{key}"):
                    st.markdown(f"**{markup.escape(title)}**")
                    cards.plot(figure, f"plot_{name}_{key}", title)

    folded(words.say("How work flows"), f"flow_{key}", draw)
