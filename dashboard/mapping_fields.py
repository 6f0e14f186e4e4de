"""What each field of a mapping is read from, as chosen by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import mapping_sentences
from dashboard.markup import escape
from dashboard.session import Session
from metrics.importing.dataset import DATASETS
from metrics.importing.drafting import Mapping, unsaid_words
from metrics.importing.looking import SeenTable
from metrics.importing.suggesting import metric_name
from metrics.importing.vocabulary import KINDS_OF_QUESTION, fields_of

COLUMNS = 3
#: Fields asked at once; the others of a dataset are folded away unless the file fills them.
ASKED_AT_ONCE = 6
MOST_WORDS = 15
#: Fields that say whose a row is: every row may be of one product or squad instead.
WHOSE = ("stream", "product", "squad", "squad_stream")


@dataclass(frozen=True)
class Choice:
    """What a field is read from: a header, or one product or squad for every row."""

    header: str = ""
    whose: str = ""
    name: str = ""


def chosen(session: Session, seen: SeenTable, start: Mapping, key: str) -> Mapping:
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
    for cell, name in _cells(first):
        with cell:
            _field(session, seen, start, name, key, columns, constants)
    rest = [name for name in names if name not in first]
    if rest:
        with st.expander(words.say("More fields"), key=f"{key}_more"):
            for cell, name in _cells(rest):
                with cell:
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
                    escape(word),
                    ["", *known.column.words],
                    format_func=ours_shown.__getitem__,
                    key=f"{key}_word_{name}_{word}",
                )
            if ours:
                said.setdefault(name, {})[word] = ours
    return replace(mapping, words=said)


def _cells(names: list[str]) -> Iterator[tuple[DeltaGenerator, str]]:
    """A place for each field, line by line: side by side on a wide screen, in the same order on a
    narrow one."""
    for begin in range(0, len(names), COLUMNS):
        yield from zip(st.columns(COLUMNS), names[begin : begin + COLUMNS], strict=False)


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
                escape(mapping_sentences.column(seen.column(header), header)),
                kinds,
                index=kinds.index(start.asked.get(header, "nps")),
                format_func=lambda kind: words.say(mapping_sentences.QUESTIONS[kind]),
                key=f"{key}_kind_{header}",
            )
    return found
