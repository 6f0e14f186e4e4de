"""Reads the catalogue's YAML. An error names the file, the line, the key and the valid choices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from metrics.calendar import TO_DATE_GRAINS, Grain
from metrics.catalogue.example import Example
from metrics.catalogue.kpi import (
    Catalogue,
    Family,
    Governance,
    Kind,
    Kpi,
    NotJudged,
    Status,
    Text,
    Unit,
)
from metrics.catalogue.resolving import FORMULA_KEYS, Resolution, Written
from metrics.catalogue.resolving import parts_of as parts_of
from metrics.errors import Mistake, VigieError, unknown
from metrics.functions import FUNCTIONS
from metrics.models import Model, Models, load_models

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
    "small_groups", "currency", "needs_rows", "empty_period", "across_members",
)  # fmt: skip


#: What a value of another type should have been, by pydantic's name of the mistake.
WANTED = {
    "string_type": 'it should be a text: write it in quotes, as "1"',
    "tuple_type": "it should be a list, as [mrr]",
    "list_type": "it should be a list, each item on a line that begins with '- '",
    "dict_type": "it should be keys and values, as 'en: Users'",
    "model_type": "it should be keys and values, as 'family: delivery'",
    "extra_forbidden": "there is no such key",
    "string_pattern_mismatch": "it should be of small letters, digits and _, as bugs_done",
}
IN_BOTH_LANGUAGES = ("label", "meaning", "decision", "in_words", "edge_rule")

#: The safe loader in C, eight times as fast, where the library was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    not_judged: NotJudged | None = None
    decision: TextEntry | None = None
    in_words: TextEntry | None = None
    edge_rule: TextEntry | None = None
    version: int = Field(default=1, ge=1)
    since: date | None = None
    status: Status = Status.DRAFT
    examples: tuple[Example, ...] = ()
    model: str | None = None
    expression: str | None = None
    entity: str | None = None
    filter: str | None = None
    movement: str | None = None
    distinct: bool | None = None
    statistic: Literal["daily_mean", "days", "min", "age"] | None = None
    empty_period: Literal["absent"] | None = None
    across_members: Literal["never"] | None = None
    window: int | None = Field(default=None, ge=1)
    quantile: float | None = Field(default=None, ge=0, le=1)
    elapsed: Annotated[int, Field(ge=0)] | Literal["funnel", "activation"] | None = None
    after: int | None = Field(default=None, ge=1)
    numerator: str | None = None
    denominator: str | None = None
    formula: str | None = None
    function: str | None = None
    scale: float | None = None
    currency: str | None = None
    needs_rows: bool | None = None
    small_groups: Literal["hidden"] | None = None


class File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    family: Family
    kpis: list[Any] = []
    measures: list[Any] = []


def _lines(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    """For each entry, by section and position: its line and the line of each of its keys, which
    is negative where a key is written for the second time."""
    found: dict[tuple[str, int], tuple[int, dict[str, int]]] = {}
    root = yaml.compose(text, Loader=LOADER)
    if not isinstance(root, yaml.MappingNode):
        return found
    for key, section in root.value:
        if isinstance(section, yaml.SequenceNode):
            for position, entry in enumerate(section.value):
                keys: dict[str, int] = {}
                for name, _ in entry.value if isinstance(entry, yaml.MappingNode) else ():
                    line = name.start_mark.line + 1
                    keys[name.value] = -line if name.value in keys else line
                found[key.value, position] = (entry.start_mark.line + 1, keys)
    return found


def _refusal(
    form: type[BaseModel], place: str, error: ValidationError, lines: Mapping[str, int]
) -> VigieError:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = path[0] if path else ""
    file, _, entry_line = place.rpartition(":")
    line = lines.get(key, int(entry_line))
    choices: tuple[str, ...] = ()
    if first["type"] == "extra_forbidden":
        known = form
        if len(path) > 1:
            known = TextEntry if key in IN_BOTH_LANGUAGES else Example
        near = get_close_matches(path[-1], known.model_fields, n=3, cutoff=0.6)
        choices = tuple(near or known.model_fields)
    elif first["type"] in ("enum", "literal_error"):
        expected = str(first.get("ctx", {}).get("expected", ""))
        choices = tuple(
            word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word
        )
    said = WANTED.get(first["type"], first["msg"].lower())
    if choices and "expected" in first.get("ctx", {}):
        said = f"there is no '{first['input']}'"
    if first["type"] == "model_type" and key in IN_BOTH_LANGUAGES:
        said = "it should be keys and values, as {en: Users, fr: Utilisateurs}"
    what = f"'{'.'.join(path)}'" if path else "this file" if form is File else "this entry"
    return VigieError(f"{file}:{line}: {what} is not valid: {said}.", choices=choices)


def _sources(folder: Path | None) -> Iterator[tuple[bool, Traversable, str]]:
    """The files to read: whether each is built in, the file, and how to call it."""
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yml"):
            yield True, file, f"catalogue/{file.name}"
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.yml")):
            yield False, path, str(path)


def read_entries(text: str, place: str) -> Iterator[Written]:
    """The entries of one file, each with its KPI or with what is wrong with it.

    When the file as a whole cannot be read, every entry it seems to hold is mistaken: a built-in
    definition of the same name would mean something else.
    """
    try:
        file = File.model_validate(yaml.load(text, Loader=LOADER) or {})
        lines = _lines(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        has_tab = any("\t" in each for each in text.splitlines()[line - 1 : line])
        refusal = VigieError(
            f"{place}:{line}: this YAML cannot be read: {getattr(error, 'problem', error)}.",
            next_step="Indent the line with spaces: YAML has no tabs."
            if has_tab
            else "Mend the line; quote a text that holds ': ' or begins with % or a quote.",
        )
        yield from _all_mistaken(text, place, refusal)
        return
    except ValidationError as error:
        yield from _all_mistaken(text, place, _refusal(File, f"{place}:1", error, {}))
        return
    for section, entries in (("measures", file.measures), ("kpis", file.kpis)):
        for position, raw in enumerate(entries):
            line, keys = lines.get((section, position), (1, {}))
            name = str(raw.get("name", "")) if isinstance(raw, dict) else ""
            source = f"{place}:{line}"
            try:
                twice = next((key for key, at in keys.items() if at < 0), None)
                if twice is not None:
                    raise VigieError(f"{place}:{-keys[twice]}: '{twice}' is written twice.")
                entry = Entry.model_validate(raw)
                yield Written(name, _kpi(entry, file.family, section == "kpis", source), keys)
            except ValidationError as error:
                refusal = _refusal(Entry, source, error, keys)
                yield Written(name, Mistake.of(refusal, name, source, keys), keys)
            except VigieError as refusal:
                yield Written(name, Mistake.of(refusal, name, source, keys), keys)


def _all_mistaken(text: str, place: str, refusal: VigieError) -> Iterator[Written]:
    names = re.findall(r"^\s*(?:- *)?\{? *name: *[\"']?([a-z][a-z0-9_]*)", text, re.MULTILINE)
    for name in dict.fromkeys(names or [""]):
        yield Written(name, Mistake.of(refusal, name, f"{place}:1"), {})


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
        examples=entry.examples,
        not_judged=entry.not_judged,
    )


@lru_cache(maxsize=64)  # a program that runs long reads the same files often
def _entries(text: str, place: str) -> tuple[Written, ...]:
    return tuple(read_entries(text, place))


def _written(folder: Path | None) -> Iterator[Written]:
    """Every entry, those of a workspace after the built-in ones; one name is one definition."""
    seen: dict[tuple[bool, str], str] = {}
    for built_in, file, place in _sources(folder):
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            refusal = VigieError(
                f"{place}:1: this file cannot be read: {error}.", next_step="Save it as UTF-8 text."
            )
            yield Written("", Mistake.of(refusal, "", f"{place}:1"), {})
            continue
        for entry in _entries(text, place):
            before = seen.get((built_in, entry.name))
            if before is not None and isinstance(entry.said, Kpi):
                source = entry.said.source
                refusal = VigieError(
                    f"{source}: '{entry.name}' is written twice, here and in {before}.",
                    next_step="Keep one of the two: one name is one definition.",
                )
                entry = replace(entry, said=Mistake.of(refusal, entry.name, source))
            if entry.name:
                said = entry.said
                seen[built_in, entry.name] = said.source if isinstance(said, Kpi) else said.place
            yield entry


def load_catalogue(
    folder: Path | None = None, models: Mapping[str, Model] | None = None
) -> Catalogue:
    """The built-in catalogue, with what a workspace's folder adds to it or overrides.

    An entry that is wrong is left out, together with those that read it, and noted in `problems`;
    all others work. Without a folder the first mistake is raised as VigieError.
    """
    if models is None:
        models = load_models(folder) if folder else load_models()
    entries: dict[str, Written] = {}
    nameless = []
    for entry in _written(folder):
        if entry.name:
            entries[entry.name] = entry
        elif isinstance(entry.said, Mistake):
            nameless.append(entry.said)
    resolution = Resolution(entries.values(), models)
    of_models = models.mistakes if isinstance(models, Models) else ()
    problems = (*of_models, *nameless, *resolution.mistakes.values())
    if problems and folder is None:
        raise VigieError(str(problems[0]))
    return Catalogue(resolution.kpis, problems)
