"""What a file that no profile knows most likely is: suggestions from headers and from values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from metrics.importing.header import comparable
from metrics.importing.looking import SeenColumn, SeenTable
from metrics.importing.report import Problem
from metrics.importing.vocabulary import Field, questions, vocabulary

#: How alike a header and a known one must be, out of 1, to be suggested for a field.
ALIKE = 0.82
#: What a field's values must look like, by what its column holds: 1 fits, 0 rules it out.
FITS = {
    "date": {"date": 1.0, "number": 0.0, "flag": 0.0, "address": 0.0, "text": 0.0},
    "number": {"number": 1.0, "flag": 0.3, "date": 0.0, "address": 0.0, "text": 0.0},
    "flag": {"flag": 1.0, "number": 0.2, "date": 0.4, "address": 0.0, "text": 0.4},
    "identifier": {"text": 1.0, "number": 0.9, "address": 1.0, "date": 0.0, "flag": 0.0},
    "text": {"text": 1.0, "number": 0.8, "flag": 0.6, "date": 0.2, "address": 0.1},
}
MOST_FIGURES = 12
#: Below this score a suggestion is no help: a person had better choose.
LIKELY = 0.45
#: Headers of numbers that only tell things apart.
IDENTIFIES = re.compile(r"#$|(^|[\W_])(id|n°|numéro|number|nummer|code|matricule)$")
#: Headers of a list of staff, of which nothing is read: who is who comes from files of our own.
OF_STAFF = re.compile(
    r"hire date|job title|employment|reporting to|employee|embauche|matricule|intitulé d[eu] poste"
    r"|salarié|eintrittsdatum|contratación"
)
#: Fields whose names alone say little: they count for less in what a file is taken for.
COMMON = frozenset({"stream", "status", "title", "type", "period", "day", "name", "language"})


@dataclass(frozen=True)
class Suggestion:
    """A dataset that the file may feed, and which header each field is read from.

    `figures` are columns of figures by metric, `periods` says that columns bear the names of
    periods, `asked` are survey questions by header. `score` is out of 1.
    """

    dataset: str
    score: float
    columns: dict[str, str]
    figures: dict[str, str] = field(default_factory=dict)
    periods: bool = False
    asked: dict[str, str] = field(default_factory=dict)


def suggest(seen: SeenTable) -> list[Suggestion]:
    """Every dataset that the columns can fill the needed fields of, the likeliest first; dated
    figures are always among them when there is a date and a number."""
    found: list[Suggestion] = []
    if _of_staff(seen):
        return found
    for dataset, fields in vocabulary().items():
        if dataset == "observations":
            found += _figures(seen)
            continue
        asked = _asked(seen) if dataset == "responses" else {}
        if dataset == "responses" and not asked:
            continue
        taken = {comparable(header) for header in asked}
        columns = _assigned(fields, seen, taken)
        if any(each.required and each.name not in columns for each in fields):
            continue
        if dataset == "feedback" and not columns.keys() & {"text", "rating", "feedback_id"}:
            continue
        score = _score(fields, columns, seen, len(asked))
        if score < LIKELY:
            continue
        found.append(Suggestion(dataset, score, columns, asked=asked))
    return sorted(found, key=lambda each: -each.score)


def why_nothing(seen: SeenTable) -> Problem | None:
    """What to tell of a table of which nothing can be suggested for want of a date."""
    if told := _of_staff(seen):
        return Problem("warning", "staff_list", example=", ".join(told)[:80])
    if any(column.holds == "date" or column.is_period for column in seen.columns):
        return None
    return Problem("warning", "undated_table", example="2026-01")


def _of_staff(seen: SeenTable) -> list[str]:
    """The headers that show a list of staff, if at least two do."""
    told = [header for header in seen.headers if OF_STAFF.search(comparable(header))]
    return told if len(told) > 1 else []


def columns_for(seen: SeenTable, dataset: str) -> Suggestion:
    """What to propose once a person has chosen the dataset, however unlikely."""
    for each in suggest(seen):
        if each.dataset == dataset:
            return each
    fields = vocabulary()[dataset]
    asked = _asked(seen) if dataset == "responses" else {}
    return Suggestion(dataset, 0.0, _assigned(fields, seen, set()), asked=asked)


def metric_name(text: str) -> str:
    """A header or a label as the name of a metric: lower case, words joined by '_'."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain.replace("%", " rate ")).strip("_")
    return words if words[:1].isalpha() else f"figure_{words}".rstrip("_")


def _assigned(fields: Sequence[Field], seen: SeenTable, taken: set[str]) -> dict[str, str]:
    """The best header of each field, each header once; required fields choose first."""
    ranked = sorted(
        (
            (likeness + 0.15 * each.required, each, column)
            for each in fields
            for column in seen.columns
            if column.header
            and comparable(column.header) not in taken
            and (likeness := _likeness(each, column)) >= ALIKE
        ),
        key=lambda found: -found[0],
    )
    columns: dict[str, str] = {}
    used: set[str] = set()
    for _, each, column in ranked:
        header = comparable(column.header)
        if each.name not in columns and header not in used:
            columns[each.name] = column.header
            used.add(header)
    for each in fields:  # the only column of dates, whatever its name
        dates = [c for c in seen.columns if c.holds == "date" and comparable(c.header) not in used]
        alone = len([c for c in seen.columns if c.holds == "date"]) == 1
        wanted = each.required and each.wants == "date" and each.name not in columns
        if wanted and alone and dates:
            columns[each.name] = dates[0].header
            used.add(comparable(dates[0].header))
    return {each.name: columns[each.name] for each in fields if each.name in columns}


def _likeness(known: Field, column: SeenColumn) -> float:
    """How well a column suits a field, by its name and by its values: 0 to 1."""
    fit = FITS[known.wants].get(column.holds, 0.5)
    if fit == 0.0 or (known.wants == "date" and column.has_ranges != (known.name == "dates")):
        return 0.0
    header = comparable(column.header)
    names = known.column.comparable_headers
    if header in names:
        return 0.9 + 0.1 * fit
    near = max((_near(header, name) for name in names), default=0.0)
    return near * (0.9 + 0.1 * fit)


def _near(header: str, name: str) -> float:
    """Likeness of two names; short ones must be nearly the same."""
    plain, other = _plain(header), _plain(name)
    if plain == other:
        return 0.98
    if min(len(plain), len(other)) < 4:
        return 0.0
    ratio = fuzz.ratio(plain, other)
    if {*other.split()} < {*plain.split()} and len(other) >= 5:
        ratio = max(ratio, 86.0)
    return float(ratio) / 100


def _plain(text: str) -> str:
    """The name in bare letters, as custom fields and other spellings may dress it."""
    dressed = re.match(r"custom field \((.+)\)$", text)
    text = dressed[1] if dressed else text
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or text
    return " ".join(re.sub(r"[^\w]+|_", " ", letters).split())


def _score(fields: Sequence[Field], columns: dict[str, str], seen: SeenTable, asked: int) -> float:
    """The share of the file's named columns that the fields read, led by what is telling."""
    telling = sum(
        (1.0 if each.name not in COMMON else 0.5) * (1.5 if each.required else 1.0)
        for each in fields
        if each.name in columns
    )
    wanted = sum(1.0 for each in fields if each.required) or 1.0
    read = (len(columns) + asked) / max(len(seen.headers), 1)
    return round(min(0.5 * min((telling + asked) / (wanted + 2), 1) + 0.5 * min(read, 1), 0.99), 3)


def _asked(seen: SeenTable) -> dict[str, str]:
    """Survey questions by header: known by their words, with answers on their scale."""
    found: dict[str, str] = {}
    for column in seen.columns:
        for kind, question in questions().items():
            header = comparable(column.header)
            if kind == "engagement" or not header or not question.matches(header):
                continue
            words = {*question.answers, *question.ignored}
            inside = [
                comparable(value) in words or _within(value, question.low, question.high)
                for value in column.values
            ]
            if inside and all(inside):
                found[column.header] = kind
                break
    if not found:
        found |= {column.header: "nps" for column in seen.columns if _seems_nps(column)}
    return found


def _seems_nps(column: SeenColumn) -> bool:
    """A score from 0 to 10 that is not one from 1 to 5, under a plain name."""
    plain = _plain(comparable(column.header))
    return (
        plain in ("score", "nps", "note", "rating", "bewertung", "puntuacion")
        and all(re.fullmatch(r"\d|10", value) for value in column.values)
        and any(int(value) > 5 or int(value) == 0 for value in column.values)
    )


def _within(text: str, low: float, high: float) -> bool:
    number = text.strip().replace(",", ".")
    return re.fullmatch(r"\d+(\.\d+)?", number) is not None and low <= float(number) <= high


def _figures(seen: SeenTable) -> Iterator[Suggestion]:
    """Dated figures: a column a period, a row a figure with its name, or a column a figure."""
    fields = vocabulary()["observations"]
    periods = [column for column in seen.columns if column.is_period and column.holds == "number"]
    dates = [column for column in seen.columns if column.holds == "date"]
    numbers = [
        column for column in seen.columns
        if column.holds == "number" and column.header and not column.is_period
        and not IDENTIFIES.search(comparable(column.header))
    ]  # fmt: skip
    if len(periods) >= 2:
        rest = {comparable(column.header) for column in periods}
        columns = _assigned(
            [each for each in fields if each.name not in ("period", "value")], seen, rest
        )
        texts = [c for c in seen.columns if c.holds == "text" and c.header not in columns.values()]
        if "metric" not in columns and texts:
            columns["metric"] = texts[0].header
        yield Suggestion("observations", 0.8, columns, periods=True)
        return
    if not dates or not numbers:
        return
    columns = _assigned(fields, seen, set())
    if columns.get("period") is None:
        columns["period"] = dates[0].header
    named = columns.get("metric")
    told = seen.column(named) if named else None
    if told is not None and told.holds == "text" and "value" in columns:
        yield Suggestion("observations", 0.75, columns)
        return
    for name in ("metric", "value", "member"):
        columns.pop(name, None)
    used = {comparable(header) for header in columns.values()}
    columns |= _assigned([each for each in fields if each.name == "unit"], seen, used)
    figures: dict[str, str] = {}
    for column in numbers[:MOST_FIGURES]:
        if column.header not in columns.values():
            figures.setdefault(metric_name(column.header), column.header)
    if figures:
        share = (len(figures) + len(columns)) / len(seen.headers)
        score = round(0.25 + 0.35 * min(share, 1), 3)
        yield Suggestion("observations", score, columns, figures)
