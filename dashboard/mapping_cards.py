"""A file's columns mapped by hand: suggestions, a preview as they change, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from dashboard import import_cards, mapping_sentences, tables
from dashboard.cards import escape
from dashboard.sentences import FAMILIES
from dashboard.session import Session
from dashboard.uploads import Desk
from metrics.catalogue.kpi import Family, Unit
from metrics.errors import VigieError
from metrics.importing.container import Part
from metrics.importing.dataset import DATASETS
from metrics.importing.drafting import (
    Mapping,
    correction_of,
    dataset_choices,
    mapping_of,
    own_profiles,
    profile_of,
    unsaid_words,
    write_profile,
)
from metrics.importing.looking import SeenTable, look
from metrics.importing.profile import Profile, load_profiles
from metrics.importing.refusal import Refusal
from metrics.importing.report import FileReport, Problem
from metrics.importing.suggesting import columns_for, metric_name, suggest
from metrics.importing.trying import try_profile
from metrics.importing.vocabulary import KINDS_OF_QUESTION, fields_of
from metrics.own_kpi import OwnKpi, write_kpi

COLUMNS = 3
#: Fields asked at once; the others of a dataset are folded away unless the file fills them.
ASKED_AT_ONCE = 6
MOST_WORDS = 15
MOST_KPIS = 8
#: Fields that say whose a row is: every row may be of one product or squad instead.
WHOSE = ("stream", "product", "squad", "squad_stream")
MAPPABLE = ("not_recognised", "ambiguous", "profile_does_not_fit", "nothing_loads",
            "no_known_question")  # fmt: skip
LEVEL = "level"


@dataclass(frozen=True)
class Choice:
    """What a field is read from: a header, or one product or squad for every row."""

    header: str = ""
    whose: str = ""
    name: str = ""


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
        mapping = _chosen(session, seen, start, f"{key}_{start.dataset}")
        label = st.text_input(
            words.say("What do you call this kind of export?"), value=start.label, key=f"{key}_name"
        )
        mapping = _named(session, mapping, label or start.label)
        try:
            made = profile_of(mapping, seen)
            tried = try_profile(session.workspace, made, seen, session.organisation, desk.options)
        except VigieError as error:
            st.markdown(f":red[▼] {escape(str(error))}")
            made, tried = None, None
        if tried is not None:
            _preview(session, tried, key)
        asked = _kpis(session, seen, mapping, tried, key) if tried is not None else []
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


def _chosen(session: Session, seen: SeenTable, start: Mapping, key: str) -> Mapping:
    """The mapping with what the fields say now."""
    voice, words = session.voice, session.voice.words
    names = [each.name for each in fields_of(start.dataset)]
    if start.corrects is not None:
        names += [name for name in start.corrects.columns if name not in names]
    if start.figures:
        names = [name for name in names if name not in ("metric", "value")]
    if start.periods:
        names = [name for name in names if name not in ("period", "value")]
    required = {each.name for each in fields_of(start.dataset) if each.required}
    if start.corrects is not None:  # what such files usually have is asked about at once
        required |= {
            name
            for name, column in start.corrects.columns.items()
            if column.required or column.expected
        }
    first = [
        name
        for place, name in enumerate(names)
        if place < ASKED_AT_ONCE or name in start.columns or name in required
    ]
    columns: dict[str, str] = {}
    constants: dict[str, str] = dict(start.constants)
    grid = st.columns(COLUMNS)
    for place, name in enumerate(first):
        with grid[place % COLUMNS]:
            _field(session, seen, start, name, key, columns, constants)
    rest = [name for name in names if name not in first]
    if rest:
        with st.expander(words.say("More fields"), key=f"{key}_more"):
            grid = st.columns(COLUMNS)
            for place, name in enumerate(rest):
                with grid[place % COLUMNS]:
                    _field(session, seen, start, name, key, columns, constants)
    mapping = replace(start, columns=columns, constants=constants)
    if start.figures:
        mapping = replace(mapping, figures=_figures(session, seen, start, columns, key))
    if start.dataset == "observations" and start.corrects is None:
        held = st.selectbox(
            words.say("These figures"),
            list(mapping_sentences.HOLDS),
            format_func=lambda name: words.say(mapping_sentences.HOLDS[name]),
            key=f"{key}_holds",
        )
        mapping = replace(mapping, constants=constants | ({"grain": held} if held else {}))
    if start.dataset == "responses" and start.corrects is None:
        mapping = replace(mapping, asked=_asked(session, seen, start, columns, key))
    said: dict[str, dict[str, str]] = {}
    for name, unsaid in unsaid_words(mapping, seen).items():
        st.caption(
            escape(
                words.say(
                    "What do these words of “{field}” stand for?",
                    field=mapping_sentences.field(voice, start.dataset, name).rstrip(" *"),
                )
            )
        )
        [known] = [each for each in fields_of(start.dataset) if each.name == name]
        ours_shown = {each: words.say(mapping_sentences.CATEGORIES.get(each, each))
                      for each in known.column.words} | {"": words.say("not said")}  # fmt: skip
        grid = st.columns(COLUMNS)
        for place, word in enumerate(unsaid[:MOST_WORDS]):
            with grid[place % COLUMNS]:
                ours = st.selectbox(
                    word,
                    ["", *known.column.words],
                    format_func=ours_shown.__getitem__,
                    key=f"{key}_word_{name}_{word}",
                )
            if ours:
                said.setdefault(name, {})[word] = ours
    return replace(mapping, words=said)


def _field(
    session: Session,
    seen: SeenTable,
    start: Mapping,
    name: str,
    key: str,
    columns: dict[str, str],
    constants: dict[str, str],
) -> None:
    """One field and where it is read from, written into `columns` or `constants`."""
    voice, words = session.voice, session.voice.words
    choices = [Choice(), *(Choice(header) for header in seen.headers)]
    if name in WHOSE:
        kinds = DATASETS[start.dataset].belongs_to if name == "stream" else (name.split("_")[0],)
        choices += [
            Choice(whose=key_, name=called)
            for kind, items in (
                ("product", [(each.product, each.name) for each in session.organisation.products]),
                ("squad", [(each.squad, each.name) for each in session.organisation.squads]),
            )
            if kind in kinds
            for key_, called in items
        ]
    now = Choice(start.columns.get(name, ""))

    def shown(choice: Choice) -> str:
        if choice.whose:
            return words.say("every row: {name}", name=choice.name)
        if not choice.header:
            return words.say("not in the file")
        return mapping_sentences.column(seen.column(choice.header), choice.header)

    chosen = st.selectbox(
        mapping_sentences.field(voice, start.dataset, name),
        choices,
        index=choices.index(now) if now in choices else 0,
        format_func=shown,
        key=f"{key}_{name}",
    )
    if chosen is not None and chosen.header:
        columns[name] = chosen.header
    elif chosen is not None and chosen.whose:
        constants[name] = chosen.whose


def _figures(
    session: Session, seen: SeenTable, start: Mapping, columns: dict[str, str], key: str
) -> dict[str, str]:
    """The columns of figures, by metric."""
    known = {header: metric for metric, header in start.figures.items() if header}
    numbers = [
        column.header
        for column in seen.columns
        if column.holds == "number" and column.header not in columns.values()
    ]
    options = list(dict.fromkeys([*(h for h in known if h in seen.headers), *numbers]))
    chosen = st.multiselect(
        session.voice.words.say("Columns of figures"),
        options,
        default=[header for header in options if header in known],
        placeholder=session.voice.words.say("Choose"),
        key=f"{key}_figures",
    )
    return {known.get(header) or metric_name(header): header for header in chosen}


def _asked(
    session: Session, seen: SeenTable, start: Mapping, columns: dict[str, str], key: str
) -> dict[str, str]:
    """The survey's questions by header."""
    words = session.voice.words
    found: dict[str, str] = {}
    options = [
        column.header
        for column in seen.columns
        if column.header not in columns.values() and column.holds in ("number", "text", "flag")
    ]
    chosen = st.multiselect(
        words.say("Columns of scores"),
        options,
        default=[header for header in start.asked if header in options],
        placeholder=words.say("Choose"),
        key=f"{key}_scores",
    )
    kinds = list(KINDS_OF_QUESTION)
    grid = st.columns(COLUMNS)
    for place, header in enumerate(chosen):
        with grid[place % COLUMNS]:
            found[header] = st.selectbox(
                mapping_sentences.column(seen.column(header), header),
                kinds,
                index=kinds.index(start.asked.get(header, "nps")),
                format_func=lambda kind: words.say(mapping_sentences.QUESTIONS[kind]),
                key=f"{key}_kind_{header}",
            )
    return found


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
        session, [each for each in tried.problems if each.severity in ("quarantined", "refused")]
    )
    if tried.preview:
        st.dataframe(
            tables.preview(tried.preview, tried.dataset, session.voice),
            hide_index=True,
            key=f"{key}_rows",
            alt=words.say("First rows as they will be loaded"),
        )


def _kpis(
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
        st.markdown(f":red[▼] {escape(str(error))}")
        return
    desk.look_again()
    desk.kept = mapping_sentences.kept(voice, profile.label["en"], made)
    st.rerun()
