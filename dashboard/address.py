"""What a reader chooses, kept in the address of the page so that a link reopens the same view.

A choice stands in the address by its key, which is the same in every language; Streamlit itself
would write its label. The address is followed when it changes, by a link or the back button, else
the widget is. What is shown at first is never written: it stays the first, whatever that becomes.
`address.js` says which choices the back button undoes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.markup import escape
from dashboard.translation import Translation

ALL = "all"
#: Where the session keeps which page is shown.
PLACE = "place"
Keys = tuple[str, ...]


class _Last(NamedTuple):
    """How a choice stood when the page was last drawn: in the address, and shown at first."""

    written: Keys
    start: Keys


def tell_unknown(words: Translation, key: str, title: str, known: Collection[str]) -> None:
    """Say that the address asks for what there is not; the filter then shows its first choice."""
    asked = st.query_params.get(key)
    if asked and asked not in known:
        told = words.say(
            "{filter}: there is no “{name}” here. Choose another.", filter=title, name=asked
        )
        st.toast(escape(told), icon=":material/link_off:", duration="long")


def one(
    title: str,
    name: str,
    options: Sequence[str],
    label: Callable[[str], str],
    *,
    default: str | None = None,
    width: int = 200,
    carried: bool = False,
) -> str:
    """The key of one of `options`: at first `default`, else the first of them. What is `carried`
    goes along to another page, whose address says nothing of it yet."""
    first = default if default is not None and default in options else options[0]
    widget = choice(name)
    lost = st.session_state.get(widget) not in options
    if (known := _followed(name, options, (first,), lost=lost, carried=carried)) is not None:
        st.session_state[widget] = known[0]
    chosen = str(
        st.selectbox(
            title, options, format_func=label, key=widget, label_visibility="collapsed", width=width
        )
    )
    _write(name, (chosen,), (first,))
    return chosen


def one_or_none(title: str, name: str, titles: Mapping[str, str]) -> str | None:
    """The key of one of `titles`; None until one is chosen."""
    widget = choice(name)
    lost = st.session_state.get(widget) not in (None, *titles)
    if (known := _followed(name, titles, (), lost=lost)) is not None:
        st.session_state[widget] = known[0] if known else None
    chosen = st.pills(
        title,
        list(titles),
        format_func=titles.__getitem__,
        key=widget,
        label_visibility="collapsed",
    )
    _write(name, () if chosen is None else (chosen,), ())
    return chosen


def several(
    title: str, name: str, titles: Mapping[str, str], start: Sequence[str], *, most: int
) -> list[str]:
    """The keys of `most` of `titles` at most; those of `start` until others are chosen."""
    widget, first = choice(name), tuple(start)
    lost = not set(st.session_state.get(widget, [""])) <= set(titles)
    if (known := _followed(name, titles, first, lost=lost, most=most)) is not None:
        st.session_state[widget] = list(known)
    chosen = st.multiselect(
        title, list(titles), format_func=titles.__getitem__, max_selections=most, key=widget
    )
    _write(name, tuple(chosen), first)
    return chosen


def chosen_before(name: str) -> str | None:
    """What is chosen for `name`, before its widget is drawn; None while nothing is."""
    asked, last = _asked(name), _last(name)
    if last is None or asked != last.written:
        return asked[0] if asked else None
    return st.session_state.get(choice(name))


def choice(name: str) -> str:
    """Where the session keeps what was chosen for `name` of the address."""
    return f"{name}_choice"


def _followed(
    name: str,
    options: Collection[str],
    start: Keys,
    *,
    lost: bool,
    most: int = 1,
    carried: bool = False,
) -> Keys | None:
    """What the address asks for, if the widget must follow it now, as one that lost its state must;
    else None."""
    asked, last = _asked(name), _last(name)
    arrived = carried and _arrived(name)
    if last == (asked, start) and not arrived and not lost:
        return None
    wanted = last.written if arrived and last and not asked else asked
    return tuple(key for key in wanted if key in options)[:most] or start


def _write(name: str, chosen: Keys, start: Keys) -> None:
    """Write what was chosen into the address, but for what is shown at first."""
    written = () if chosen == start else chosen
    if written != _asked(name):
        if written:
            st.query_params[name] = list(written)
        else:
            del st.query_params[name]
    st.session_state[_seen(name)] = _Last(written, start)


def _asked(name: str) -> Keys:
    return tuple(st.query_params.get_all(name))


def _last(name: str) -> _Last | None:
    found: _Last | None = st.session_state.get(_seen(name))
    return found


def _seen(name: str) -> str:
    return f"{name}_seen"


def _arrived(name: str) -> bool:
    """Whether the reader comes from another page, as `name` was asked for there."""
    here, at = st.session_state.get(PLACE), f"{name}_place"
    before = st.session_state.get(at, here)
    st.session_state[at] = here
    return bool(before != here)
