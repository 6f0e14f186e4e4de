"""What each dataset's fields are called, by us and by the makers of tools: for mapping by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from metrics.importing.header import comparable
from metrics.importing.profile import LOADER, Column, Profile, Question, load_profiles
from metrics.importing.values import Reading

#: How a score is asked for in surveys, and the profile whose scales are taken over.
KINDS_OF_QUESTION = ("nps", "csat", "ces", "pmf", "enps", "engagement")
SURVEY = "survey_answers"


@dataclass(frozen=True)
class Field:
    """A canonical field. `column` says how it is read, with every header it is known by."""

    name: str
    label: dict[str, str]  # by language
    required: bool
    column: Column

    @property
    def wants(self) -> str:
        """What its values look like: date, number, flag, identifier or text."""
        match self.column.read:
            case Reading.MOMENT | Reading.DAY | Reading.PERIOD:
                return "date"
            case Reading.DECIMAL | Reading.INTEGER:
                return "number"
            case Reading.FLAG:
                return "flag"
            case Reading.HASH:
                return "identifier"
        named = {"period": "date", "dates": "date", "rate": "number", "value": "number"}
        return named.get(self.name, "text")


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, tuple[Field, ...]]:
    """The fields that a person may map, by dataset, in the order in which they are asked."""
    text = (files(__package__) / "vocabulary.yml").read_text("utf-8")
    written: dict[str, dict[str, dict[str, object]]] = yaml.load(text, Loader=LOADER)
    profiles = load_profiles()
    return {
        dataset: tuple(_field(dataset, name, told, profiles) for name, told in fields.items())
        for dataset, fields in written.items()
    }


def fields_of(dataset: str) -> tuple[Field, ...]:
    """The fields of one dataset; none when nothing of it can be mapped by hand."""
    return vocabulary().get(dataset, ())


def questions() -> dict[str, Question]:
    """The scale and the words of each kind of survey question."""
    [survey] = [profile for profile in load_profiles() if profile.name == SURVEY]
    found: dict[str, Question] = {}
    for question in survey.questions:
        if question.kind in KINDS_OF_QUESTION and not question.reversed_pattern:
            found[question.kind] = question
    engagement = next(each for each in survey.questions if each.kind == "engagement")
    found["engagement"] = engagement.model_copy(update={"reversed_pattern": ""})
    return {
        kind: question.model_copy(update={"only_within": False}) for kind, question in found.items()
    }


def _field(dataset: str, name: str, told: dict[str, object], profiles: Sequence[Profile]) -> Field:
    own = told.get("headers")
    headers = {comparable(header): None for header in own} if isinstance(own, list) else {}
    known = [
        profile.columns[name]
        for profile in profiles
        if profile.dataset == dataset and name in profile.columns
    ]
    for column in known:
        headers |= dict.fromkeys(column.comparable_headers)
    best = max(known, key=lambda column: (len(column.words), column.read is not Reading.TEXT))
    words: dict[str, tuple[str, ...]] = {}
    for column in known:
        for ours, theirs in column.words.items() if column.read is best.read else ():
            taken = {word for others in words.values() for word in others}
            words[ours] = (
                *words.get(ours, ()), *(word for word in theirs if word not in taken),
            )  # fmt: skip
    column = best.model_copy(
        update={
            "headers": tuple(headers),
            "words": words,
            "required": bool(told.get("required")),
            "expected": False,
            "order": "auto",
            "zone": "company",
            "namespace_headers": (),
            "missing": tuple(dict.fromkeys(m for column in known for m in column.missing)),
        }
    )
    label = {language: str(told[language]) for language in ("en", "fr")}
    return Field(name, label, bool(told.get("required")), column)
