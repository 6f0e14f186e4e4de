"""Figures of a file that are to be followed as KPIs of the company's own."""

from __future__ import annotations

import streamlit as st

from dashboard import mapping_sentences
from dashboard.glossary import FAMILIES
from dashboard.markup import escape
from dashboard.session import Session
from metrics.catalogue.kpi import Family, Unit
from metrics.importing.drafting import Mapping
from metrics.importing.looking import SeenTable
from metrics.importing.report import FileReport
from metrics.importing.suggesting import metric_name
from metrics.own_kpi import OwnKpi

MOST_KPIS = 8
LEVEL = "level"


def asked_for(
    session: Session, seen: SeenTable, mapping: Mapping, tried: FileReport | None, key: str
) -> list[OwnKpi]:
    """The figures that are to be followed as KPIs of the company's own."""
    words = session.voice.words
    if mapping.dataset != "observations" or tried is None or not tried.preview:
        return []
    if "member" in mapping.columns:
        st.caption(escape(words.say(
            "Figures told apart by a detail are kept to compare with, and are no KPI."
        )))  # fmt: skip
        return []
    titles = _titles(seen, mapping)
    new = {m: t for m, t in titles.items() if m not in session.voice.catalogue}
    if not new:
        return []
    grain = mapping.constants.get("grain") or tried.preview[0].get("grain", "day")
    whose = mapping.constants.get("stream", "")
    squads = {each.squad for each in session.organisation.squads}
    followed = st.multiselect(
        words.say("Follow as KPIs"),
        list(new),
        default=[],
        placeholder=words.say("Choose"),
        format_func=lambda metric: new[metric],
        max_selections=MOST_KPIS,
        key=f"{key}_kpis",
    )
    return [
        _kpi(session, metric, new[metric], grain, whose in squads, f"{key}_kpi_{metric}")
        for metric in followed
    ]


def _titles(seen: SeenTable, mapping: Mapping) -> dict[str, str]:
    """The metrics of the file with the names that the file gives them."""
    if mapping.figures:
        return dict(mapping.figures)
    column = seen.column(mapping.columns.get("metric", ""))
    return {metric_name(value): value for value in column.values} if column else {}


def _kpi(
    session: Session, metric: str, title: str, grain: str, of_squads: bool, key: str
) -> OwnKpi:
    """What a person says of one figure."""
    words = session.voice.words
    first, second, third, fourth, fifth = st.columns(5)
    english = first.text_input(words.say("Name in English"), value=title, key=f"{key}_en")
    french = second.text_input(words.say("Name in French"), value=title, key=f"{key}_fr")
    units = list(mapping_sentences.UNITS)
    rate = grain == LEVEL and "rate" in metric
    unit = third.selectbox(
        words.say("It is"),
        units,
        index=units.index("rate") if rate else 0,
        format_func=lambda each: words.say(mapping_sentences.UNITS[each]),
        key=f"{key}_unit",
    )
    direction = fourth.selectbox(
        words.say("Better"),
        list(mapping_sentences.DIRECTIONS),
        format_func=lambda each: words.say(mapping_sentences.DIRECTIONS[each]),
        key=f"{key}_direction",
    )
    family = fifth.selectbox(
        words.say("Family"),
        [family.value for family in Family],
        format_func=lambda each: words.say(FAMILIES[each]),
        key=f"{key}_family",
    )
    return OwnKpi(
        metric=metric,
        label=english or title,
        label_fr=french or title,
        family=Family(family),
        unit=Unit(unit),
        direction=direction,
        grain=grain,
        member="squad" if of_squads else "product",
        owner_role="PO" if of_squads else "PM",
    )
