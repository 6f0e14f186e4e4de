"""What users said on a theme in their own words, without what would tell a person.

Read live from the texts that are kept: a product may keep none. A theme of which fewer were said
than the smallest group shown has no words. Names cannot be listed, so a word with a capital stays
only when it is also written small somewhere, or names a product or a feature of the company's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
from sqlglot import exp

from metrics.access import Viewer, may_see
from metrics.catalogue.kpi import Catalogue
from metrics.definitions import catalogue_of
from metrics.engines import open_facts
from metrics.organisation import Organisation
from metrics.register.organisation import load_organisation
from metrics.themes import SMALL_WORDS
from metrics.warehouse import current_path
from metrics.workspace import Workspace

#: Different texts shown, and characters of one.
MOST, LONGEST = 8, 280
#: The table and its text; what it is of one by one.
SOURCES = (("feedback", "text", "feedback_id"), ("responses", "comment", "response_id"))
LEFT_OUT = "[…]"
#: Addresses, links, handles, and numbers long enough to be a telephone's or a file's.
TELLING = re.compile(
    r"\S+@\S+|https?://\S+|www\.\S+|(?<!\w)@\w+|\+?\d[\d .\-/]{5,}\d|\b\w*\d{5,}\w*\b"
)
WORD = re.compile(r"[^\W\d_]+")
#: A text of which more is left out says too little.
MOST_LEFT_OUT = 0.3
#: Letters that stand for no name: L'équipe, UX, API.
SHORT = 3


@dataclass(frozen=True)
class Verbatim:
    """A text, and how many said these very words."""

    text: str
    count: int


def verbatims(
    workspace: Workspace, viewer: Viewer, product: str, theme: str, start: date, end: date
) -> tuple[Verbatim, ...]:
    """Texts of a product's users on a theme between two days, those said most often first."""
    path = current_path(workspace)
    if path is None or not may_see(viewer, "product"):
        return ()
    with workspace.register.connect() as register:
        organisation = load_organisation(register)
    connection = open_facts(path)
    try:
        said = _said(connection, product, theme, start, end)
        if len(said) < workspace.settings.small_group:
            return ()
        usual = _written_small(connection).union(
            own_words(organisation), _defined_words(catalogue_of(workspace)), *SMALL_WORDS.values()
        )
    finally:
        connection.close()
    people = tuple(person.name for person in organisation.people)
    shown = Counter(
        told for text in said if (told := without_people(text, usual, people)) is not None
    )
    ordered = sorted(shown.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Verbatim(text, count) for text, count in ordered[:MOST])


def without_people(text: str, usual: Collection[str], people: Collection[str] = ()) -> str | None:
    """`text` on one line without what may tell a person; None where too little is left.

    `usual` are words, in lower case, that are no names; `people` are names to be left out whole.
    """
    told = TELLING.sub(LEFT_OUT, " ".join(text.split()))
    for name in people:
        told = re.sub(rf"\b{re.escape(name)}\b", LEFT_OUT, told, flags=re.IGNORECASE)

    def kept(found: re.Match[str]) -> str:
        word = found.group()
        small = word[0].islower() or word.casefold() in usual
        return word if small or (word.isupper() and len(word) <= SHORT) else LEFT_OUT

    told = re.sub(r"(?:\[…\][\s\-'’]*){2,}", f"{LEFT_OUT} ", WORD.sub(kept, told)).strip()
    words = WORD.findall(told)
    if not words or told.count(LEFT_OUT) > MOST_LEFT_OUT * len(words):
        return None
    return told if len(told) <= LONGEST else told[: LONGEST - 1].rstrip() + "…"


def own_words(organisation: Organisation) -> frozenset[str]:
    """The words of what the company calls its products and features."""
    named = [each.name for each in organisation.products]
    named += [each.feature for each in organisation.features]
    return frozenset(word.casefold() for name in named for word in WORD.findall(name))


def _defined_words(catalogue: Catalogue) -> frozenset[str]:
    """The words with which KPIs are defined, in both languages: they name nobody."""
    texts = [text for kpi in catalogue for text in (kpi.label, kpi.meaning)]
    said = " ".join(f"{text.en} {text.fr}" for text in texts)
    return frozenset(word.casefold() for word in WORD.findall(said))


def _said(
    connection: duckdb.DuckDBPyConnection, product: str, theme: str, start: date, end: date
) -> list[str]:
    found: list[str] = []
    for table, text, key in SOURCES:
        query = (
            exp.select("v.source", f"v.{key}", f"v.{text}")
            .distinct()
            .from_(f"{table} as v")
            .join("streams as s", on="s.source = v.source and s.stream = v.stream")
            .where("s.product = ?", "v.day between ? and ?", "list_contains(v.themes, ?)")
            .where(f"v.{text} is not null")
        )
        asked: list[Any] = [product, start, end, theme]
        rows = connection.execute(query.sql("duckdb"), asked).fetchall()
        found += [said for _, _, said in rows]
    return found


def _written_small(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Every word that somebody began with a small letter."""
    found: set[str] = set()
    for table, text, _ in SOURCES:
        query = exp.select(text).distinct().from_(table).where(f"{text} is not null")
        for (said,) in connection.execute(query.sql("duckdb")).fetchall():
            found.update(word.casefold() for word in WORD.findall(said) if word[0].islower())
    return frozenset(found)
