"""Whom the words of tools stand for: asked once, with suggestions, and corrected at any time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import absence_sentences, import_sentences
from dashboard.markup import escape
from dashboard.session import Session
from dashboard.uploads import Desk
from metrics.belonging import Owner, Word, hides_rows, newcomers, owners, words_in_use
from metrics.errors import VigieError
from metrics.organisation import ACCOUNT, Name

COLUMNS = 3
MOST_ASKED = 12
#: Not said yet, and said to be none of the company's.
LATER, NOBODY = Owner("", "", "later"), Owner("", "", "nobody")


def ask(session: Session, words: Sequence[Word], key: str) -> tuple[Name, ...]:
    """Ask whom these words stand for; what was answered."""
    say = session.voice.words
    if not words:
        return ()
    with st.container(border=True, key=key):
        title = say.say("Whose are these?")
        st.markdown(f"**{escape(title)}**")
        st.caption(escape(say.say("Asked once: the answers are kept, and can be changed later.")))
        grid = st.columns(COLUMNS)
        names: list[Name] = []
        for place, word in enumerate(words[:MOST_ASKED]):
            with grid[place % COLUMNS]:
                names += _answer(session, word, word.suggestion, f"{key}_{word.source}_{word.word}")
        rest = len(words) - MOST_ASKED
        if rest > 0:
            st.caption(escape(say.count("and {n} more", "and {n} more", rest)))
    return tuple(names)


def in_use(session: Session, desk: Desk) -> None:
    """The words of loaded files: those that wait for an answer, and any other to be corrected."""
    say = session.voice.words
    if not session.has_imports:
        return
    known = _words(session)
    open_ = [word for word in known if not word.answered]
    title = say.say("Names that tools use")
    if open_:
        waiting = say.count("{n} waits for an answer", "{n} wait for an answer", len(open_))
        title = f"{title} · {waiting}"
    box = st.expander(title, key="names_in_use", on_change="rerun")
    if not box.open or not known:
        return
    with box:
        names = list(ask(session, open_, "open_names"))
        settled = [word for word in known if word.answered]
        chosen = st.selectbox(
            say.say("Correct a name"),
            settled,
            index=None,
            placeholder=say.say("Choose"),
            format_func=lambda word: import_sentences.word(session.voice, word),
            key="corrected_name",
        )
        if chosen is not None:
            names += _answer(
                session, chosen, chosen.owner or NOBODY,
                f"correct_{chosen.source}_{chosen.word}", later=False,
            )  # fmt: skip
        if st.button(
            say.say("Save these names"),
            key="save_names",
            type="primary",
            disabled=not names or desk.job is not None,
        ):
            desk.name(session, tuple(names))
            st.rerun()
        st.caption(escape(say.say("Figures follow at once; nothing has to be imported again.")))


def waiting(session: Session, imports_place: st.Page | None) -> None:
    """A line where rows wait for an answer, with the way to it; nothing when none do, or when the
    warehouse that knows is lost: the page Imports says so, and what is published still stands."""
    if not session.has_imports:
        return
    try:
        known = _words(session)
    except VigieError:
        return
    open_ = [word for word in known if not word.answered and hides_rows(word)]
    if not open_:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="waiting"):
        st.caption(escape(absence_sentences.waiting(session.voice, open_)), width="content")
        if imports_place is not None:
            st.page_link(
                imports_place,
                label=session.voice.words.say("Say it once"),
                icon=":material/label:",
            )


def _answer(
    session: Session, word: Word, now: Owner | None, key: str, *, later: bool = True
) -> tuple[Name, ...]:
    """One word and whom it stands for."""
    voice, say = session.voice, session.voice.words
    new = newcomers(word, session.organisation) if not word.owner else []
    known = [*owners(session.organisation, word.kinds), *word.others]
    choices = [*([LATER] if later else []), *known, *new, NOBODY]

    def shown(owner: Owner) -> str:
        if owner == LATER:
            return say.say("say it later")
        if word.kinds == (ACCOUNT,):
            return import_sentences.of_accounts(voice, None if owner == NOBODY else owner)
        if owner == NOBODY:
            return say.say("none of ours")
        if owner in new:
            if owner.kind == "product":
                return say.say("a new product: {name}", name=owner.name)
            return say.say("a new squad: {name}", name=owner.name)
        told = say.say("{name} (suggested)", name=owner.name)
        return told if later and owner == word.suggestion else owner.name

    chosen = st.selectbox(
        escape(import_sentences.word_asked(voice, word)),
        choices,
        index=choices.index(now) if now in choices else 0,
        format_func=shown,
        key=key,
    )
    if chosen == LATER or (not later and chosen == (word.owner or NOBODY)):
        return ()
    return word.stands_for(None if chosen == NOBODY else chosen)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(_session: Session, path: str, names: int, version: int) -> list[Word]:
    return words_in_use(_session.workspace)


def _words(session: Session) -> list[Word]:
    """The words in use, read once for each warehouse and set of names."""
    return _read(
        session,
        str(session.workspace.path),
        hash(tuple(session.organisation.names)),
        session.publication.warehouse_version,
    )
