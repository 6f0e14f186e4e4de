"""A person's mapping of a file, and the profile that it amounts to."""

from __future__ import annotations

import re
from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import dataclass, field

from metrics.errors import VigieError
from metrics.importing.dataset import DATASETS
from metrics.importing.header import comparable
from metrics.importing.looking import RANGE, TOTAL, SeenColumn, SeenTable
from metrics.importing.places import is_place, shape_of
from metrics.importing.profile import Column, Identity, Profile, Skipped
from metrics.importing.suggesting import Suggestion, metric_name
from metrics.importing.values import Reading
from metrics.importing.vocabulary import Field, fields_of, questions

#: Of a file with many columns, the headers by which it is known again.
TYPICAL = 60
STILL_THERE = 0.7
SHAPES_LOOKED_AT = 50
NAME = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
#: What a dataset cannot do without, where a file does not say it.
GIVEN = {"ledger": {"journal": "OD"}}
#: A column of amounts in hundredths of the currency.
OF_CENTS = re.compile(r"(?<![a-zé])(cents?|centimes?|céntimos|centavos|minor units?)(?![a-zé])")
#: A column of what a subscription brings a month, however it is billed.
OF_A_MONTH = re.compile(r"\bmrr\b|monthly recurring|monthly amount|revenu mensuel|montant mensuel")
#: How a figure holds, as a grain of observations says it; '' where its dates tell.
HOLDS = ("", "level", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Mapping:
    """What a person says of a file's columns.

    `name` is the profile's, `tool` the source's: rows of one tool replace each other. `columns`
    give a header to fields, `constants` a text. Of observations, `figures` give a header to
    metrics, `periods` says that columns are named by periods. `asked` gives survey questions a
    kind, `words` to the file's own words one of ours, by field. `corrects` is the profile that was
    recognised and is being corrected.
    """

    name: str
    tool: str
    label: str
    dataset: str
    columns: Named[str, str]
    figures: Named[str, str] = field(default_factory=dict)
    periods: bool = False
    asked: Named[str, str] = field(default_factory=dict)
    constants: Named[str, str] = field(default_factory=dict)
    words: Named[str, Named[str, str]] = field(default_factory=dict)
    corrects: Profile | None = None


def mapping_of(seen: SeenTable, suggestion: Suggestion) -> Mapping:
    """The mapping that a suggestion amounts to, named after the file."""
    stem = re.sub(r"\.\w{2,5}$", "", seen.name.rpartition("›")[2].strip())
    plain = re.sub(r"\(\d+\)|\d{4}[-_.]?\d{0,2}[-_.]?\d{0,2}", " ", stem).strip(" -_.,")
    name = metric_name(plain or "export")[:50]
    return Mapping(
        name=name,
        tool=name,
        label=" ".join(re.split(r"[\s_]+", plain)) or name,
        dataset=suggestion.dataset,
        columns=suggestion.columns,
        figures=suggestion.figures,
        periods=suggestion.periods,
        asked=suggestion.asked,
    )


def correction_of(seen: SeenTable, profile: Profile) -> Mapping:
    """The mapping by which a recognised file is read, to be corrected."""
    columns = {}
    for name, column in profile.columns.items():
        places = [seen.column(header) for header in column.headers]
        found = next((each for each in places if each is not None), None)
        if found is not None:
            columns[name] = found.header
    wanted = {comparable(column.header): column.header for column in seen.columns}
    figures = {
        metric: wanted[comparable(header)]
        for metric, headers in profile.figures.items()
        for header in headers
        if comparable(header) in wanted
    }
    name = profile.name if profile.verified == "mapped" else f"{profile.name}_own"
    return Mapping(
        name=name,
        tool=profile.tool,
        label=profile.label["en"],
        dataset=profile.dataset,
        columns=columns,
        figures=figures,
        periods=profile.columns_are == "periods",
        corrects=profile,
    )


def profile_of(mapping: Mapping, seen: SeenTable) -> Profile:
    """The profile that reads files as `mapping` says.

    Raises VigieError when a field that a row is nothing without has no column, or when a name or a
    header does not exist.
    """
    if not NAME.match(mapping.name):
        raise VigieError(
            "'{name}' cannot be the name of a kind of export.",
            values={"name": mapping.name},
            next_step="Use lower-case letters, digits and '_', beginning with a letter.",
        )
    known = {each.name: each for each in fields_of(mapping.dataset)}
    _check(mapping, seen, known)
    if mapping.corrects is not None:
        return _corrected(mapping, mapping.corrects, seen, known)
    columns = {name: _column(known[name], seen, header) for name, header in mapping.columns.items()}
    if mapping.dataset == "work_items" and "status_category" not in columns:
        said = _column(known["status_category"], seen, mapping.columns["status"])
        columns["status_category"] = said
    for name, words in mapping.words.items():
        if name in columns:
            columns[name] = _with_words(columns[name], words)
    scales = questions()
    wide = bool(mapping.figures) or mapping.periods
    constants = dict(mapping.constants)
    for name, text in GIVEN.get(mapping.dataset, {}).items():
        if name not in columns:
            constants.setdefault(name, text)
    if mapping.dataset == "subscriptions" and _is_of_a_month(mapping.columns["amount"]):
        columns.pop("interval", None)  # as often as it is billed, that amount is a month's
        constants["interval"] = "month"
    if mapping.dataset == "observations" and "member" in columns and "dimension" not in constants:
        constants["dimension"] = metric_name(mapping.columns["member"])
    return Profile(
        name=mapping.name,
        tool=mapping.tool,
        label={"en": mapping.label, "fr": mapping.label},
        dataset=mapping.dataset,
        verified="mapped",
        identity=_identity(mapping, seen),
        columns=columns,
        questions=tuple(
            scales[kind].model_copy(update={"pattern": f"^{re.escape(comparable(header))}$"})
            for header, kind in mapping.asked.items()
        ),
        observed=tuple(
            name for name in ("updated", "time", "answered", "opened")
            if name in columns and columns[name].read is Reading.MOMENT
        ),
        constants=constants,
        skipped=(Skipped(reason="total_row", pattern=TOTAL),) if wide else (),
        other_columns=wide,
        figures={metric: (comparable(header),) for metric, header in mapping.figures.items()},
        figures_only=bool(mapping.figures),
        other_mark="comma" if wide and _commas(mapping, seen) else "dot",
        columns_are="periods" if mapping.periods else "figures" if wide else "members",
        other_headers=r"\d" if mapping.periods else "",
    )  # fmt: skip


def unsaid_words(mapping: Mapping, seen: SeenTable) -> dict[str, tuple[str, ...]]:
    """The file's words, by field, that none of ours is known to stand for."""
    found = {}
    for each in fields_of(mapping.dataset):
        if not each.column.words or each.column.read is not Reading.WORD:
            continue
        header = mapping.columns.get(each.name) or (
            mapping.columns.get("status") if each.name == "status_category" else None
        )
        column = seen.column(header) if header else None
        if column is None:
            continue
        known = {word for words in each.column.words.values() for word in words}
        unsaid = tuple(
            dict.fromkeys(value for value in map(comparable, column.values) if value not in known)
        )
        if unsaid:
            found[each.name] = unsaid
    return found


def _check(mapping: Mapping, seen: SeenTable, known: Named[str, Field]) -> None:
    headers = {comparable(column.header) for column in seen.columns}
    used = [*mapping.columns.values(), *mapping.figures.values(), *mapping.asked]
    for header in used:
        if comparable(header) not in headers:
            raise VigieError(
                "The file has no column '{header}'.",
                values={"header": header},
                choices=seen.headers,
                exit_code=2,
            )
    needed = {name for name, each in known.items() if each.required}
    if mapping.dataset == "observations":
        needed = {"metric"} if mapping.periods else {"period"}
        if not mapping.periods and not mapping.figures:
            needed |= {"metric", "value"}
    if mapping.corrects is not None:
        needed = {name for name, each in mapping.corrects.columns.items() if each.required}
    missing = sorted(needed - mapping.columns.keys() - mapping.constants.keys())
    if missing:
        labels = [known[name].label["en"] if name in known else name for name in missing]
        raise VigieError(
            "No column says: {labels}.",
            values={"labels": ", ".join(labels)},
            next_step="Choose one for each of them.",
        )
    if mapping.dataset == "responses" and not mapping.asked and mapping.corrects is None:
        raise VigieError(
            "No column is a question.", next_step="Say which column holds scores, and of what kind."
        )


def _is_of_a_month(header: str) -> bool:
    """Whether a column of amounts tells what a subscription brings a month."""
    return OF_A_MONTH.search(comparable(header)) is not None


def _commas(mapping: Mapping, seen: SeenTable) -> bool:
    """Whether the columns of figures write decimals with a comma."""
    told = {comparable(header) for header in mapping.figures.values()}
    columns = [
        column for column in seen.columns
        if (column.is_period if mapping.periods else comparable(column.header) in told)
    ]  # fmt: skip
    return bool(columns) and all(column.comma for column in columns if column.filled)


def _column(known: Field, seen: SeenTable, header: str) -> Column:
    """How a field is read from one column of the file."""
    column: SeenColumn | None = seen.column(header)
    changes: dict[str, object] = {
        "headers": (comparable(header),),
        "required": known.required or known.name in ("period",),
    }
    if column is not None and column.comma:
        changes["mark"] = "comma"
    if known.column.read is Reading.DECIMAL and OF_CENTS.search(comparable(header)):
        changes["parts"] = 100
    if known.column.split and known.column.split != RANGE and column is not None:
        found = [mark for mark in (";", ",") if any(mark in value for value in column.values)]
        changes["split"] = found[0] if found else known.column.split
    return known.column.model_copy(update=changes)


def _with_words(column: Column, words: Named[str, str]) -> Column:
    told: dict[str, tuple[str, ...]] = dict(column.words)
    for theirs, ours in words.items():
        rest = {key: tuple(w for w in each if w != theirs) for key, each in told.items()}
        told = rest | {ours: (*rest.get(ours, ()), theirs)}
    return column.model_copy(update={"words": told})


def _identity(mapping: Mapping, seen: SeenTable) -> Identity:
    """Known again by the headers that are read, and by most of the others."""
    read = [*mapping.columns.values(), *mapping.figures.values(), *mapping.asked]
    others = [column.header for column in seen.columns if not column.is_period and column.header]
    typical = tuple(dict.fromkeys(comparable(header) for header in (*read, *others)))[:TYPICAL]
    needs = tuple((header,) for header in dict.fromkeys(map(comparable, read)))
    if all(is_place(column.header) for column in seen.columns):
        return Identity(
            needs=needs,
            typical=typical,
            enough=len(typical),
            values=_shapes(mapping, seen),
            without=(f"#{len(seen.columns) + 1}",),
        )
    return Identity(
        needs=needs,
        typical=typical,
        enough=max(1, round(STILL_THERE * len(typical))),
        others=r"\d" if mapping.periods else "",
    )


def _shapes(mapping: Mapping, seen: SeenTable) -> dict[str, str]:
    """What the cells of a file without a header look like, by field, but for words."""
    found = {}
    for name, header in mapping.columns.items():
        column = seen.column(header)
        if column is not None and column.holds in ("date", "number"):
            shapes = dict.fromkeys(map(shape_of, column.values[:SHAPES_LOOKED_AT]))
            found[name] = f"({'|'.join(shapes)})$"
    return found


def _corrected(
    mapping: Mapping, profile: Profile, seen: SeenTable, known: Named[str, Field]
) -> Profile:
    """The profile with other columns for some fields: a copy under a name of its own."""
    columns = {}
    for name, column in profile.columns.items():
        header = mapping.columns.get(name)
        if header is None:
            continue
        kept = comparable(header) in column.comparable_headers
        columns[name] = (
            column if kept else column.model_copy(update={"headers": (comparable(header),)})
        )
    for name, header in mapping.columns.items():
        if name not in columns and name in known:
            columns[name] = _column(known[name], seen, header)
    for name, words in mapping.words.items():
        if name in columns:
            columns[name] = _with_words(columns[name], words)
    figures = {
        metric: profile.figures.get(metric, (comparable(header),))
        if comparable(header) in map(comparable, profile.figures.get(metric, ()))
        else (comparable(header),)
        for metric, header in mapping.figures.items()
    }
    return profile.model_copy(
        update={
            "name": mapping.name,
            "label": {"en": mapping.label, "fr": mapping.label},
            "verified": "mapped",
            "columns": columns,
            "figures": figures or profile.figures,
            "identity": _identity(mapping, seen),
        }
    )


def dataset_choices(suggestions: Sequence[Suggestion]) -> list[str]:
    """What a row may tell: the likely first, then every other dataset that can be mapped."""
    likely = [each.dataset for each in suggestions]
    return [*likely, *(name for name in DATASETS if fields_of(name) and name not in likely)]
