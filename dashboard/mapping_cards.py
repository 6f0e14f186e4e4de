"""A file's columns mapped by hand: suggestions, a preview as they change, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard import (
    import_cards,
    import_tables,
    mapping_fields,
    mapping_sentences,
    own_kpi_cards,
    refusals,
    tables,
)
from dashboard.markup import escape
from dashboard.session import Session
from dashboard.uploads import Desk
from metrics.errors import VigieError
from metrics.importing.container import Part
from metrics.importing.drafting import (
    Mapping,
    correction_of,
    dataset_choices,
    mapping_of,
    profile_of,
)
from metrics.importing.looking import SeenTable, look
from metrics.importing.own_profiles import own_profiles, write_profile
from metrics.importing.profile import Profile, load_profiles
from metrics.importing.refusal import Refusal
from metrics.importing.report import FileReport, Problem
from metrics.importing.suggesting import columns_for, metric_name, suggest, why_nothing
from metrics.importing.trying import try_profile
from metrics.importing.vocabulary import fields_of
from metrics.own_kpi import OwnKpi, write_kpi

MAPPABLE = ("not_recognised", "ambiguous", "profile_does_not_fit", "nothing_loads",
            "no_known_question")  # fmt: skip
#: What to tell of a mapping by which rows would be added up that perhaps should not be.
OF_SUMS = ("added_up", "shares_left_out")


def offer(session: Session, desk: Desk, index: int, key: str) -> None:
    """The button that opens the mapping of one file, or the mapping itself."""
    report = desk.reports[index]
    words = session.voice.words
    if desk.mapped == index:
        panel(session, desk, index, f"{key}_map")
        return
    unknown = report.status == "refused" and report.problems[0].reason in MAPPABLE
    if not unknown and not (report.status == "loaded" and fields_of(report.dataset)):
        return
    st.button(
        words.say("Say what its columns are") if unknown else words.say("Correct its columns"),
        key=f"{key}_open",
        type="secondary" if unknown else "tertiary",
        icon=":material/table_edit:",
        on_click=desk.map_columns,
        args=(index,),
    )


@st.fragment
def panel(session: Session, desk: Desk, index: int, key: str) -> None:
    """The mapping of one file; only this part of the page moves while one chooses."""
    words = session.voice.words
    if desk.mapped != index:
        return
    part, report = desk.parts[index], desk.reports[index]
    path = part.path if isinstance(part, Part) else part
    seen = _looked_at(part, str(path), part.name, path.stat().st_mtime_ns)
    if isinstance(seen, Problem):
        import_cards.problems(session, (seen,))
        st.button(
            words.say("Leave it as it is"),
            key=f"{key}_close",
            on_click=desk.map_columns,
            args=(None,),
        )
        return
    with st.container(border=True, key=key):
        corrected = report.status == "loaded"
        if corrected:
            known = load_profiles(session.workspace.profiles)
            [profile] = [each for each in known if each.name == report.profile]
            start = correction_of(seen, profile)
        else:
            start = _begun(session, seen, key)
        mapping = mapping_fields.chosen(session, seen, start, f"{key}_{start.dataset}")
        usual = start.corrects.label[words.language] if start.corrects else start.label
        label = st.text_input(
            words.say("What do you call this kind of export?"), value=usual, key=f"{key}_name"
        )
        mapping = _named(session, mapping, label or usual)
        try:
            made = profile_of(mapping, seen)
            tried = try_profile(session.workspace, made, seen, session.organisation, desk.options)
        except VigieError as error:
            st.markdown(f":red[▼] {escape(refusals.told(error, words))}")
            made, tried = None, None
        if tried is not None:
            _preview(session, tried, key)
        asked = (
            own_kpi_cards.asked_for(session, seen, mapping, tried, key) if tried is not None else []
        )
        with st.container(horizontal=True):
            keep = st.button(
                words.say("Keep this mapping"),
                key=f"{key}_keep",
                type="primary",
                disabled=made is None or tried is None or tried.status == "refused",
            )
            leave = st.button(words.say("Leave it as it is"), key=f"{key}_close")
        if leave:
            desk.map_columns(None)
            st.rerun()
        if keep and made is not None:
            _keep(session, desk, made, asked)


@st.cache_resource(max_entries=16, show_spinner=False)
def _looked_at(_file: Part | Path, path: str, name: str, modified: int) -> SeenTable | Problem:
    """The table of a file, or why there is none; kept while the file stays as it is."""
    try:
        return look(_file)
    except Refusal as refusal:
        return refusal.problem


def _begun(session: Session, seen: SeenTable, key: str) -> Mapping:
    """What the rows tell, as suggested or chosen; for figures also how they lie in the file."""
    voice, words = session.voice, session.voice.words
    suggestions = suggest(seen)
    if not suggestions and (why := why_nothing(seen)):
        import_cards.problems(session, (why,))
    choices = dataset_choices(suggestions)
    left, right = st.columns(2)
    dataset = left.selectbox(
        words.say("What does each row tell?"),
        choices,
        format_func=lambda name: mapping_sentences.rows_tell(voice, name),
        key=f"{key}_dataset",
    )
    start = mapping_of(seen, columns_for(seen, dataset))
    if dataset != "observations":
        return start
    layouts = list(mapping_sentences.LAYOUTS)
    found = "periods" if start.periods else "columns" if start.figures else "rows"
    layout = right.selectbox(
        words.say("The file has"),
        layouts,
        index=layouts.index(found),
        format_func=lambda name: words.say(mapping_sentences.LAYOUTS[name]),
        key=f"{key}_layout",
    )
    if layout == found:
        return start
    return replace(start, figures={"": ""} if layout == "columns" else {},
                   periods=layout == "periods")  # fmt: skip


def _named(session: Session, mapping: Mapping, label: str) -> Mapping:
    """The mapping under a name that is free, or its own when it is corrected again."""
    own = {profile.name for profile in own_profiles(session.workspace)}
    if mapping.corrects is not None and mapping.name in own:
        return replace(mapping, label=label)
    name = mapping.name if mapping.corrects is not None else metric_name(label)[:50]
    taken = {profile.name for profile in load_profiles(session.workspace.profiles)}
    free = name
    number = 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    tool = mapping.tool if mapping.corrects is not None else name
    return replace(mapping, name=free, tool=tool, label=label)


def _preview(session: Session, tried: FileReport, key: str) -> None:
    """The first rows as they would be, and what is wrong with which."""
    words = session.voice.words
    st.markdown(escape(mapping_sentences.tried(session.voice, tried)))
    import_cards.problems(
        session,
        [
            each
            for each in tried.problems
            if each.severity in ("quarantined", "refused") or each.reason in OF_SUMS
        ],
    )
    if tried.preview:
        tables.show(
            import_tables.preview(tried.preview, tried.dataset, session.voice),
            hide_index=True,
            key=f"{key}_rows",
            alt=words.say("First rows as they will be loaded"),
        )


def _keep(session: Session, desk: Desk, profile: Profile, asked: list[OwnKpi]) -> None:
    """Write the profile and the KPIs, look at the files again, and say so."""
    voice = session.voice
    own = {each.name for each in own_profiles(session.workspace)}
    try:
        write_profile(session.workspace, profile, replacing=profile.name in own)
        made = {
            kpi.metric: write_kpi(session.workspace, kpi, session.today).label[voice.words.language]
            for kpi in asked
        }
    except VigieError as error:
        st.markdown(f":red[▼] {escape(refusals.told(error, voice.words))}")
        return
    desk.look_again()
    desk.kept = mapping_sentences.kept(voice, profile.label["en"], made)
    st.rerun()
