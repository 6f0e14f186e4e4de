"""Profiles: what identifies one kind of export, and what each of its columns becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from metrics.errors import VigieError
from metrics.importing.dataset import DATASETS
from metrics.importing.header import comparable
from metrics.importing.values import Reading


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


#: The safe loader in C where the library was built with it: profiles are read at every start.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Column(_Strict):
    """What one canonical field is read from.

    Several headers of `headers` may be present: the first non-empty cell counts, or, with `many`,
    all of them make a list. `split` cuts one cell into a list, at any of its characters. `words`
    maps the tool's words to ours. `expected` columns are reported when the file lacks them. An
    identifier is hashed with its tool and `namespace`, so that those of different tools never
    collide; where one file holds several tools' identifiers, `namespace_headers` name the column
    that says which.
    """

    headers: tuple[str, ...]
    dated_headers: tuple[str, ...] = ()  # headers that count where all below them are dates
    read: Reading = Reading.TEXT
    required: bool = False
    expected: bool = False
    many: bool = False
    split: str = ""
    parts: Literal[1, 100] = 1  # how many of the numbers told make one: 100 of cents
    zone: Literal["company", "utc", "project"] = "company"
    order: Literal["dmy", "mdy", "ddmmyy", "auto"] = "auto"
    mark: Literal["dot", "comma"] = "dot"
    namespace: str = ""
    namespace_headers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = {}

    @property
    def comparable_headers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(comparable(header) for header in self.headers))


class Question(_Strict):
    """A survey question, known by its text; answers outside `low`–`high` are quarantined."""

    kind: Literal["nps", "csat", "ces", "pmf", "engagement", "enps", "skill"]
    pattern: str
    low: float
    high: float
    answers: dict[str, float] = {}  # texts that stand for a score
    ignored: tuple[str, ...] = ()  # answers that are no answer
    reversed_pattern: str = ""
    only_within: bool = False  # asked only where every answer is inside the scale

    def matches(self, header: str) -> bool:
        return re.search(self.pattern, header) is not None


class Identity(_Strict):
    """How the export is known. Every group of `needs` must be met by one of its headers."""

    needs: tuple[tuple[str, ...], ...] = ()
    named_needs: tuple[tuple[str, ...], ...] = ()  # instead of those, where `file_name` fits
    typical: tuple[str, ...] = ()
    enough: int = Field(default=4, ge=1, description="typical headers that make it certain")
    file_name: str = ""
    values: dict[str, str] = {}
    others: str = ""  # what every header that no column knows looks like
    without: tuple[str, ...] = ()
    exact: bool = False


class Skipped(_Strict):
    """Rows that a tool adds to its data: those with a cell, under one of `headers` (anywhere when
    there are none), that `pattern` matches are left out; with `alone`, if no other is filled."""

    reason: Literal["total_row", "footer_row", "continuation_row", "comparison_row", "test_row"]
    pattern: str
    headers: tuple[str, ...] = ()
    alone: bool = False


class Profile(_Strict):
    name: str
    tool: str
    label: dict[str, str]
    dataset: str
    verified: Literal["file", "code", "doc", "ours", "memory", "mapped"]  # mapped: here, by hand
    identity: Identity
    columns: dict[str, Column]
    questions: tuple[Question, ...] = ()
    quote: Literal['"', ""] = '"'
    observed: tuple[str, ...] = ()
    short_rows: bool = False
    archive: tuple[str, ...] = ()
    period_above: bool = False  # where no column tells it, a line above the header tells the period
    constants: dict[str, str] = {}  # fields that are the same in every row of such a file
    other_columns: bool = False  # every column that no field reads is a member with its values
    other_values: dict[str, str] = {}  # texts in those columns that stand for a number
    other_headers: str = ""  # what such a column's header looks like, if not anything
    breakdowns: bool = False  # what neither a field nor a period is, rows are broken down by
    figures_only: bool = False  # of those columns, only the `figures` are read
    other_mark: Literal["dot", "comma"] = "dot"  # what settles 1,234 in those other columns
    columns_are: Literal["members", "figures", "periods"] = "members"  # those other columns
    figures: dict[str, tuple[str, ...]] = {}  # headers of other columns by the metric they are
    blocks: bool = False  # reports of several tables under lines that begin with '#'
    skipped: tuple[Skipped, ...] = ()
    origins: dict[str, tuple[str, ...]] = {}  # the tool behind a shared profile: headers that tell
    origin_in_name: str = ""  # the part of a file's name that tells whose it is, in parentheses
    strangers: bool = False  # its streams also name what is not ours, such as rivals

    @model_validator(mode="after")
    def _fits_its_dataset(self) -> Profile:
        if self.dataset not in DATASETS:
            raise ValueError(f"dataset '{self.dataset}' is none of {', '.join(DATASETS)}")
        known = DATASETS[self.dataset].fields
        for field in self.columns:
            if field not in known:
                raise ValueError(f"column '{field}' is none of {', '.join(known)}")
        for field in self.constants:
            if known.get(field) != "varchar":
                raise ValueError(f"constant '{field}' is no text of {self.dataset}")
        if self.other_columns and not DATASETS[self.dataset].wide:
            raise ValueError(f"rows of {self.dataset} cannot be read from other columns")
        return self

    @property
    def metrics(self) -> frozenset[str] | None:
        """The figures that such files hold; None where they name them themselves."""
        if self.dataset != "observations" or "metric" in self.columns:
            return None
        return frozenset((*self.figures, self.constants.get("metric", "payments")))

    def headers(self) -> set[str]:
        """Every header that the profile knows, comparable."""
        read = [
            header
            for column in self.columns.values()
            for header in (*column.headers, *column.dated_headers, *column.namespace_headers)
        ]
        named = [header for headers in self.figures.values() for header in headers]
        return {comparable(header) for header in (*read, *named, *self.identity.typical)}


def load_profiles(folder: Path | None = None) -> tuple[Profile, ...]:
    """The built-in profiles, and the company's own of `folder`, which win by name.

    Raises VigieError naming file and key when a profile is not valid.
    """
    profiles = {profile.name: profile for profile in _built_in()}
    if folder is not None and folder.is_dir():
        for file in sorted(folder.glob("*.yml")):
            profile = parse_profile(file.read_text("utf-8"), str(file))
            profiles[profile.name] = profile
    return tuple(profiles.values())


@lru_cache(maxsize=1)
def _built_in() -> tuple[Profile, ...]:
    folder = files(__package__) / "profiles"
    named = sorted(folder.iterdir(), key=lambda file: file.name)
    return tuple(
        parse_profile(file.read_text("utf-8"), file.name)
        for file in named
        if file.name.endswith(".yml")
    )


def parse_profile(text: str, name: str) -> Profile:
    """The profile that a text says; raises VigieError naming file and key when it is not valid."""
    try:
        return Profile.model_validate(yaml.load(text, Loader=LOADER))
    except yaml.YAMLError as error:
        raise VigieError(f"{name}: {error}", next_step="Mend the file and try again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise VigieError(
            f"{name}: '{key}': {first['msg']}.", next_step="Mend the key and try again."
        ) from error


def choices(profiles: Iterable[Profile]) -> str:
    return ", ".join(sorted(profile.name for profile in profiles))
