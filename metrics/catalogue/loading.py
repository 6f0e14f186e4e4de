"""Reads the catalogue's YAML. An error names the file, the line, the key and the valid choices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metrics.calendar import TO_DATE_GRAINS, Grain
from metrics.catalogue.checking import check_expressions, covered_datasets
from metrics.catalogue.kpi import Catalogue, Family, Governance, Kind, Kpi, Status, Text, Unit
from metrics.errors import VigieError, unknown
from metrics.formula import names_in
from metrics.functions import FUNCTIONS
from metrics.models import Model, load_models

DEFAULT_GRAINS: dict[Grain, tuple[Grain, ...]] = {
    Grain.DAY: (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER),
    Grain.WEEK: (Grain.WEEK, Grain.MONTH, Grain.QUARTER),
    Grain.MONTH: (Grain.MONTH, Grain.QUARTER),
    Grain.QUARTER: (Grain.QUARTER,),
}
DIRECTIONS = {"up": 1, "down": -1, "none": 0}
#: Keys that say how a figure is calculated; all others describe it.
CALCULATION = (
    "model", "expression", "entity", "filter", "movement", "distinct", "statistic", "window",
    "quantile", "elapsed", "after", "numerator", "denominator", "formula", "function", "scale",
    "small_groups", "currency", "otherwise", "needs_rows",
)  # fmt: skip
FORMULA_KEYS = {Kind.RATIO: ("numerator", "denominator"), Kind.DERIVED: ("formula",)}


class TextEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    en: str
    fr: str


class Entry(BaseModel):
    """One KPI or measure as written. Measures serve other KPIs and need no label."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern="^[a-z][a-z0-9_]*$")
    label: TextEntry | None = None
    meaning: TextEntry | None = None
    kind: Kind
    unit: Unit = Unit.COUNT
    direction: Literal["up", "down", "none"] = "none"
    cadence: Grain = Grain.WEEK
    grains: tuple[Grain, ...] | None = None
    owner_role: str = ""
    parents: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    review: bool = False
    decision: TextEntry | None = None
    in_words: TextEntry | None = None
    edge_rule: TextEntry | None = None
    version: int = Field(default=1, ge=1)
    since: date | None = None
    status: Status = Status.DRAFT
    model: str | None = None
    expression: str | None = None
    entity: str | None = None
    filter: str | None = None
    movement: str | None = None
    distinct: bool | None = None
    statistic: Literal["daily_mean"] | None = None
    window: int | None = Field(default=None, ge=1)
    quantile: float | None = Field(default=None, ge=0, le=1)
    elapsed: int | None = Field(default=None, ge=0)
    after: int | None = Field(default=None, ge=1)
    numerator: str | None = None
    denominator: str | None = None
    formula: str | None = None
    function: str | None = None
    scale: float | None = None
    currency: str | None = None
    otherwise: str | None = None
    needs_rows: bool | None = None
    small_groups: Literal["hidden"] | None = None


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    family: Family
    kpis: list[Any] = []
    measures: list[Any] = []


def _lines(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    """For each entry, by section and position: its line and the line of each of its keys."""
    found: dict[tuple[str, int], tuple[int, dict[str, int]]] = {}
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return found
    for key, section in root.value:
        if isinstance(section, yaml.SequenceNode):
            for position, entry in enumerate(section.value):
                keys = (
                    {name.value: name.start_mark.line + 1 for name, _ in entry.value}
                    if isinstance(entry, yaml.MappingNode)
                    else {}
                )
                found[key.value, position] = (entry.start_mark.line + 1, keys)
    return found


def _refusal(place: str, error: ValidationError, lines: Mapping[str, int]) -> VigieError:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = path[0] if path else ""
    file, _, entry_line = place.rpartition(":")
    line = lines.get(key, int(entry_line))
    choices: tuple[str, ...] = ()
    if first["type"] == "extra_forbidden":
        choices = tuple(Entry.model_fields)
    elif first["type"] in ("enum", "literal_error"):
        expected = str(first.get("ctx", {}).get("expected", ""))
        choices = tuple(
            word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word
        )
    return VigieError(
        f"{file}:{line}: '{'.'.join(path)}' is not valid: {first['msg'].lower()}.", choices=choices
    )


def _sources(folder: Path | None) -> Iterator[tuple[str, str]]:
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yml"):
            yield file.read_text("utf-8"), f"catalogue/{file.name}"
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.yml")):
            yield path.read_text("utf-8"), str(path)


def read_entries(text: str, place: str) -> Iterator[tuple[Entry, Family, bool, str]]:
    """The entries of one file: entry, family, whether it is published, file:line."""
    try:
        file = File.model_validate(yaml.safe_load(text) or {})
        lines = _lines(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise VigieError(
            f"{place}:{line}: this YAML cannot be read: {getattr(error, 'problem', error)}."
        ) from None
    except ValidationError as error:
        raise _refusal(f"{place}:1", error, {}) from None
    for section, entries in (("measures", file.measures), ("kpis", file.kpis)):
        for position, raw in enumerate(entries):
            line, keys = lines.get((section, position), (1, {}))
            try:
                entry = Entry.model_validate(raw)
            except ValidationError as error:
                raise _refusal(f"{place}:{line}", error, keys) from None
            yield entry, file.family, section == "kpis", f"{place}:{line}"


def _text(entry: TextEntry | None) -> Text | None:
    return Text(entry.en, entry.fr) if entry else None


def _kpi(entry: Entry, family: Family, published: bool, place: str) -> Kpi:
    """The KPI of an entry, before what it inherits from others (member, datasets, definition)."""
    if published and not (entry.label and entry.meaning):
        raise VigieError(f"{place}: '{entry.name}' needs a label and a meaning in en and fr.")
    if entry.cadence not in DEFAULT_GRAINS:
        raise VigieError(
            f"{place}: '{entry.name}' cannot be judged per {entry.cadence}.",
            choices=tuple(DEFAULT_GRAINS),
        )
    if wrong := set(entry.grains or ()) & set(TO_DATE_GRAINS):
        raise VigieError(
            f"{place}: '{entry.name}' need not ask for {', '.join(sorted(wrong))}: figures to date "
            "are given wherever they mean something.",
            choices=(*DEFAULT_GRAINS, Grain.SPRINT),
        )
    if entry.function is not None and (entry.kind is not Kind.DERIVED or entry.formula):
        raise VigieError(
            f"{place}: '{entry.name}': a function is for a derived KPI, instead of a formula."
        )
    if entry.function is not None and entry.function not in FUNCTIONS:
        raise unknown("function", entry.function, FUNCTIONS, f"See {place}.")
    needed = FORMULA_KEYS.get(entry.kind, ("model", "expression"))
    needed = () if entry.function else needed
    for key in needed:
        if getattr(entry, key) is None:
            raise VigieError(f"{place}: '{entry.name}' is a {entry.kind} and needs '{key}'.")
    given = entry.model_dump(exclude_none=True)
    label = entry.label or TextEntry(en=entry.name, fr=entry.name)
    meaning = entry.meaning or label
    return Kpi(
        name=entry.name,
        label=Text(label.en, label.fr),
        meaning=Text(meaning.en, meaning.fr),
        family=family,
        kind=entry.kind,
        unit=entry.unit,
        direction=DIRECTIONS[entry.direction],
        cadence=entry.cadence,
        grains=entry.grains or DEFAULT_GRAINS[entry.cadence],
        member="",
        owner_role=entry.owner_role,
        parents=entry.parents,
        dimensions=entry.dimensions,
        datasets=(),
        review=entry.review,
        published=published,
        calculation={key: given[key] for key in CALCULATION if key in given},
        definition="",
        source=place,
        governance=Governance(
            decision=_text(entry.decision),
            in_words=_text(entry.in_words),
            edge_rule=_text(entry.edge_rule),
            version=entry.version,
            since=entry.since,
            status=entry.status,
        ),
    )


def parts_of(kpi: Kpi) -> tuple[str, ...]:
    """The KPIs and measures that a ratio or derived KPI reads; none for those that read a model."""
    if "function" in kpi.calculation:
        return FUNCTIONS[str(kpi.calculation["function"])].reads
    keys = FORMULA_KEYS.get(kpi.kind, ())
    found = [name for key in keys for name in names_in(str(kpi.calculation[key]), kpi.source)]
    return tuple(dict.fromkeys(found))


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _resolved(written: Mapping[str, Kpi], models: Mapping[str, Model]) -> dict[str, Kpi]:
    """Entries in an order in which parts come first, with what they inherit from them."""
    resolved: dict[str, Kpi] = {}

    def resolve(name: str, asked_by: Kpi | None, path: tuple[str, ...]) -> Kpi:
        if name in resolved:
            return resolved[name]
        if name not in written:
            place = f"See {asked_by.source}." if asked_by else ""
            raise unknown("KPI or measure", name, written, place)
        if name in path:
            raise VigieError(f"KPIs read each other in a circle: {' → '.join((*path, name))}.")
        kpi = written[name]
        parts = [resolve(part, kpi, (*path, name)) for part in parts_of(kpi)]
        if parts:
            members = {part.member for part in parts}
            if len(members) > 1:
                raise VigieError(
                    f"{kpi.source}: '{name}' mixes figures of products and of squads: "
                    f"{', '.join(part.name for part in parts)}."
                )
            member = parts[0].member
            datasets = tuple(dict.fromkeys(d for part in parts for d in part.datasets))
            basis = [part.definition for part in parts]
        elif "function" in kpi.calculation:
            declared = FUNCTIONS[str(kpi.calculation["function"])]
            facts = models.get(declared.facts)
            member = declared.member
            datasets = _datasets(facts, models) if facts else ()
            basis = _digests(facts, models) if facts else []
        else:
            model_name = str(kpi.calculation["model"])
            if model_name not in models:
                raise unknown("model", model_name, models, f"See {kpi.source}.")
            model = models[model_name]
            check_expressions(kpi, model)
            member, datasets, basis = (
                model.member,
                covered_datasets(kpi, _datasets(model, models)),
                _digests(model, models),
            )
        resolved[name] = Kpi(
            **{
                **kpi.__dict__,
                "member": member,
                "datasets": datasets,
                "definition": _digest(kpi.kind, kpi.unit, kpi.calculation, basis),
            }
        )
        return resolved[name]

    for name in written:
        resolve(name, None, ())
    for kpi in resolved.values():
        for parent in kpi.parents:
            if parent not in resolved:
                raise unknown("KPI", parent, resolved, f"It is a parent in {kpi.source}.")
    return resolved


def _datasets(model: Model, models: Mapping[str, Model]) -> tuple[str, ...]:
    behind = [
        dataset for name in model.sources if name in models for dataset in models[name].datasets
    ]
    return tuple(dict.fromkeys([*model.datasets, *behind]))


def _digests(model: Model, models: Mapping[str, Model]) -> list[str]:
    behind = [models[name] for name in sorted(model.sources) if name in models]
    return [model.digest, *(digest for other in behind for digest in _digests(other, models))]


def load_catalogue(
    folder: Path | None = None, models: Mapping[str, Model] | None = None
) -> Catalogue:
    """The built-in catalogue, with what a workspace's folder adds to it or overrides.

    Raises VigieError at the first thing that is wrong, before anything runs.
    """
    models = load_models(folder) if models is None else models
    written: dict[str, Kpi] = {}
    for text, place in _sources(folder):
        for entry, family, published, line in read_entries(text, place):
            written[entry.name] = _kpi(entry, family, published, line)
    return Catalogue(_resolved(written, models))
