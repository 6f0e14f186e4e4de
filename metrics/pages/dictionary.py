"""The KPI dictionary: each definition with its place in the tree and the exports it lives on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from metrics.access import Viewer
from metrics.catalogue.kpi import Catalogue, Family, Kpi, Text
from metrics.catalogue.rollup import RollUp, roll_up
from metrics.coverage import alternatives
from metrics.definitions import catalogue_of, definitions_of
from metrics.feeds import kpis_fed
from metrics.importing.profile import load_profiles
from metrics.register.ledger import read_coverage
from metrics.workspace import Workspace


@dataclass(frozen=True)
class Entry:
    """One KPI as the dictionary tells it.

    `parents` are the KPIs that it moves and `children` those that move it, by name. `exports` are
    the kinds of export that bring what it reads; `to_import` the datasets that nothing has brought.
    """

    kpi: Kpi
    rolls_up: RollUp
    parents: tuple[str, ...]
    children: tuple[str, ...]
    exports: tuple[Text, ...]
    to_import: tuple[str, ...]


def dictionary(workspace: Workspace, viewer: Viewer) -> tuple[Entry, ...]:
    """Every published KPI, in catalogue order. Definitions are seen by everyone who may read."""
    catalogue = catalogue_of(workspace)
    with workspace.register.connect() as connection:
        brought = {applied.span.dataset for applied in read_coverage(connection)}
    exports = _exports(workspace, catalogue)
    return tuple(
        Entry(
            kpi=kpi,
            rolls_up=roll_up(kpi),
            parents=tuple(name for name in kpi.parents if name in catalogue),
            children=tuple(other.name for other in catalogue if kpi.name in other.parents),
            exports=tuple(exports.get(kpi.name, ())),
            to_import=tuple(
                dataset for dataset in kpi.datasets if not brought & set(alternatives(dataset))
            ),
        )
        for kpi in catalogue
    )


def search(entries: Iterable[Entry], text: str, family: Family | None = None) -> tuple[Entry, ...]:
    """The entries of a family (all when None) whose name, labels or meanings hold every word of
    `text`; case, accents and the form of an
    apostrophe do not count."""
    words = _plain(text).split()
    return tuple(
        entry
        for entry in entries
        if family in (None, entry.kpi.family) and all(word in _told(entry.kpi) for word in words)
    )


def _told(kpi: Kpi) -> str:
    texts = (kpi.label.en, kpi.label.fr, kpi.meaning.en, kpi.meaning.fr)
    return _plain(" ".join((kpi.name, kpi.name.replace("_", " "), *texts)))


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _exports(workspace: Workspace, catalogue: Catalogue) -> dict[str, list[Text]]:
    """The labels of the kinds of export that bring what a KPI reads, by KPI."""
    models = definitions_of(workspace).models
    found: dict[str, list[Text]] = {}
    for profile in load_profiles(workspace.profiles):
        label = Text(profile.label["en"], profile.label["fr"])
        kinds = {question.kind for question in profile.questions} or None
        for name in kpis_fed(
            catalogue, models, profile.dataset, kinds=kinds, metrics=profile.metrics
        ):
            found.setdefault(name, []).append(label)
    return found
