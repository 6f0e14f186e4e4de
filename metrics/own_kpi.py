"""A KPI of a company's own over figures that it imports: written to its catalogue, or refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import yaml

from metrics.catalogue import Kpi, load_catalogue
from metrics.catalogue.kpi import Family, Unit
from metrics.errors import VigieError
from metrics.models import load_models
from metrics.workspace import Workspace

#: The grain in which a figure of a grain is judged, and those in which it is published: a figure
#: of a month cannot be told by weeks.
CADENCES = {
    "day": ("week", ["week", "month", "quarter"]),
    "week": ("week", ["week"]),
    "month": ("month", ["month", "quarter"]),
    "quarter": ("quarter", ["quarter"]),
    "level": ("month", ["week", "month", "quarter"]),
}
#: Units whose figures of two products or squads cannot be added.
NOT_ADDED = (Unit.RATE, Unit.SCORE, Unit.NUMBER, Unit.DAYS, Unit.HOURS, Unit.POINTS)
IN_WORDS = {
    "flow": {
        "en": "Sum of the imported figures {metric} of the period",
        "fr": "Somme des chiffres importés {metric} de la période",
    },
    "stock": {
        "en": "The latest imported figure {metric}, which holds until the next",
        "fr": "Le dernier chiffre importé {metric}, valable jusqu'au suivant",
    },
}


@dataclass(frozen=True)
class OwnKpi:
    """What a person says of a figure. `grain` is that of its rows: day, week, month, quarter, or
    level for what holds until the next. `member` is what it belongs to."""

    metric: str
    label: str
    label_fr: str
    family: Family
    unit: Unit
    direction: str  # up, down, none: where better is
    grain: str
    member: Literal["product", "squad"] = "product"
    owner_role: str = "PM"
    decision: str = ""
    decision_fr: str = ""


def entry_of(asked: OwnKpi, today: date) -> dict[str, Any]:
    """The catalogue's entry. Raises VigieError for a figure that cannot be one."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", asked.metric):
        raise VigieError(
            "'{name}' cannot be the name of a KPI.",
            values={"name": asked.metric},
            next_step="Use lower-case letters, digits and '_', beginning with a letter.",
        )
    if asked.grain not in CADENCES:
        raise VigieError(f"Figures of a {asked.grain} cannot be judged.", choices=tuple(CADENCES))
    kind = "stock" if asked.grain == "level" else "flow"
    if kind == "flow" and asked.unit in (Unit.RATE, Unit.SCORE):
        raise VigieError(
            "A rate or a score does not add up over time.",
            next_step="Say that the figures hold until the next ones.",
        )
    cadence, grains = CADENCES[asked.grain]
    model = "observed_levels" if kind == "stock" else "observed_figures"
    entry: dict[str, Any] = {
        "name": asked.metric,
        "label": {"en": asked.label, "fr": asked.label_fr},
        "meaning": {
            language: text.format(metric=asked.metric) for language, text in IN_WORDS[kind].items()
        },
        "in_words": {
            language: text.format(metric=asked.metric) for language, text in IN_WORDS[kind].items()
        },
        "version": 1,
        "since": today,
        "status": "draft",
        "kind": kind,
        "unit": str(asked.unit),
        "direction": asked.direction,
        "cadence": cadence,
        "grains": grains,
        "owner_role": asked.owner_role,
        "model": f"squad_{model}" if asked.member == "squad" else model,
        "expression": "value",
        "filter": f"metric = '{asked.metric}'",
    }
    if kind == "stock" and asked.unit in NOT_ADDED:
        entry["across_members"] = "never"
    if asked.decision:
        entry["decision"] = {"en": asked.decision, "fr": asked.decision_fr or asked.decision}
    return entry


def write_kpi(workspace: Workspace, asked: OwnKpi, today: date) -> Kpi:
    """Add the KPI to the workspace's catalogue, in a file of its own.

    Raises VigieError, and leaves the catalogue as it was, when the entry does not load or when
    there already is a KPI of that name.
    """
    models = load_models(*workspace.model_folders)
    if asked.metric in load_catalogue(workspace.catalogue, models).entries:
        raise VigieError(
            "There already is a KPI named '{name}'.",
            values={"name": asked.metric},
            next_step="Give the figure another name.",
        )
    entry = entry_of(asked, today)
    workspace.catalogue.mkdir(exist_ok=True)
    file = workspace.catalogue / f"{asked.metric}.yml"
    if file.exists():
        raise VigieError(f"{file.name} is already there.", next_step="Give it another name.")
    told = {"family": str(asked.family), "kpis": [entry]}
    file.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100), "utf-8")
    catalogue = load_catalogue(workspace.catalogue, models)
    mistake = next((each for each in catalogue.problems if each.name == asked.metric), None)
    if mistake is not None or asked.metric not in catalogue:
        file.unlink()
        raise VigieError(
            f"The KPI cannot be kept: {mistake.message if mistake else 'its entry is not read'}",
            next_step=mistake.remedy if mistake else "",
        )
    return catalogue[asked.metric]
