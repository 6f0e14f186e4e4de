"""Text as Markdown: letter for letter, wherever it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dashboard.glossary import MARKS

MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&^=])")
#: Streamlit turns :name: into an icon, name:// into a link; an invisible joiner keeps it text.
SHORTCODE = re.compile(r"([:@])(?=[^\s\d])|(?<=www)(?=\.)", re.IGNORECASE)
COLOURS = {"better": "green", "worse": "red"}


def escape(text: str) -> str:
    """`text` so that Markdown shows it letter for letter."""
    joined = SHORTCODE.sub(lambda found: found.group(0) + "\u2060", " ".join(text.split(" ")))
    return MARKUP.sub(r"\\\1", joined).replace("\n", " ")


def mark(status: str) -> str:
    """A status mark in Markdown, coloured where it has a meaning; a word always goes with it."""
    colour = COLOURS.get(status)
    return f":{colour}[{MARKS[status]}]" if colour else MARKS[status]


def facts(told: Iterable[tuple[str, str]]) -> str:
    """Titles with what they hold, on one line in Markdown; empty ones are left out."""
    return "&nbsp; · ".join(
        f"**{escape(title).replace(' ', '&nbsp;')}**&nbsp;{escape(held)}"
        for title, held in told
        if held
    )
