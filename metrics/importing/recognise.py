"""Which profile a file fits, where its header is, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import VigieError, unknown
from metrics.importing.dialect import Dialect, Layout, Record
from metrics.importing.header import comparable
from metrics.importing.mended import OURS
from metrics.importing.profile import Profile, Question, parse_profile
from metrics.importing.refusal import Refusal

SURE_ENOUGH = 0.6
QUITE_SURE = 0.8
TOO_CLOSE = 0.03
HEADER_WITHIN = 30
VALUES_LOOKED_AT = 200
#: What stands below a question on a scale: a number, or one that leads its label.
ON_A_SCALE = re.compile(r"\d{1,3}([.,]\d)?|\d{1,2} ?[-–—=:.)(] ?[^\d\s].*")

#: A number, a date or an address: what no header is, but where periods are columns.
VALUE = re.compile(r"[+-]?\d[\d\s.,:/-]*( ?%| ?UTC|Z)?|\d{4}-\d\d-\d\dT\S+|\S+@\S+\.\S+")


@dataclass(frozen=True)
class Match:
    """A profile, and the index among the layout's records of the header that fits it."""

    profile: Profile
    confidence: float
    header_index: int


def rank(layout: Layout, file_name: str, profiles: Sequence[Profile]) -> list[Match]:
    """Every profile that fits at all, the surest first."""
    matches, rows = [], _rows(layout)
    for profile in profiles:
        found = [
            Match(profile, confidence, index)
            for index, record in enumerate(layout.records[:HEADER_WITHIN])
            if not record.broken
            and (profile.other_columns or index not in rows)
            and (confidence := _confidence(profile, layout, index, file_name)) > 0
        ]
        if found:
            matches.append(max(found, key=lambda match: (match.confidence, -match.header_index)))
    return sorted(
        matches,
        key=lambda match: (
            not _mapped_here(match),
            -match.confidence,
            not match.profile.identity.exact,
        ),
    )


def _rows(layout: Layout) -> frozenset[int]:
    """The records that are rows though they may bear a header's words: values stand in them, and
    above them is a header as wide, without any."""
    headers, rows = set[int](), set[int]()
    for index, record in enumerate(layout.records[:HEADER_WITHIN]):
        cells = [cell.strip() for cell in record.cells]
        if any(map(VALUE.fullmatch, cells)):
            if len(cells) in headers:
                rows.add(index)
        elif len(cells) > 2 and all(cells):
            headers.add(len(cells))
    return frozenset(rows)


def _mapped_here(match: Match) -> bool:
    """Whether someone of the company has said how such a file is to be read: nothing beats it."""
    return match.profile.verified == "mapped" and match.confidence >= QUITE_SURE


def recognise(
    layout: Layout, file_name: str, profiles: Sequence[Profile], forced: str | None = None
) -> Match:
    """The profile of a file. Raises Refusal, naming what was seen and the choices, when there is
    none or no single one; VigieError when `forced` names no profile, nor a file with one."""
    names = [profile.name for profile in profiles]
    if forced is not None:
        chosen = (
            [_in_file(Path(forced))]
            if forced.endswith(".yml")
            else [profile for profile in profiles if profile.name == forced]
        )
        if not chosen:
            raise unknown("import profile", forced, names)
        matches = rank(layout, file_name, chosen)
        if not matches:
            needs = " + ".join("/".join(group) for group in chosen[0].identity.needs)
            raise Refusal(
                "profile_does_not_fit",
                example=_seen(layout),
                details={"profile": forced, "needs": needs},
            )
        return matches[0]
    matches = rank(layout, file_name, profiles)
    if not matches or matches[0].confidence < SURE_ENOUGH:
        raise Refusal(
            "not_recognised", example=_seen(layout), details={"choices": ", ".join(sorted(names))}
        )
    best = matches[0]
    for other in matches[1:]:
        apart = other.header_index != best.header_index
        if apart and other.confidence >= QUITE_SURE and other.profile.tool != best.profile.tool:
            first, second = sorted((best, other), key=lambda match: match.header_index)
            raise Refusal(
                "two_exports",
                line=layout.records[second.header_index].line,
                details={"first": first.profile.name, "second": second.profile.name},
            )
    rivals = [
        match
        for match in matches[1:]
        if best.confidence - match.confidence < TOO_CLOSE
        and _mapped_here(match) >= _mapped_here(best)
        and match.profile.identity.exact >= best.profile.identity.exact
    ]
    if rivals:
        raise Refusal(
            "ambiguous",
            example=_seen(layout),
            details={"choices": ", ".join(match.profile.name for match in [best, *rivals])},
        )
    return best


def _in_file(path: Path) -> Profile:
    """A profile that is tried before it is kept. Raises VigieError when there is none there."""
    try:
        return parse_profile(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise VigieError(
            f"The profile {path} cannot be read: {error}.", next_step="Check the path.", exit_code=2
        ) from error


def second_export(
    records: Iterable[Record], file_name: str, profiles: Sequence[Profile], present: Profile
) -> tuple[int, Profile] | None:
    """The line on which another tool's header stands among the rows, and its profile."""
    others = [profile for profile in profiles if profile.tool != present.tool]
    for record in records:
        layout = Layout(Dialect(""), (record,), len(record.cells))
        if (found := rank(layout, file_name, others)) and found[0].confidence >= QUITE_SURE:
            return record.line, found[0].profile
    return None


def _confidence(profile: Profile, layout: Layout, index: int, file_name: str) -> float:
    """0 when a needed header is missing; else 0.6, and more the more speaks for it, up to 1."""
    headers = [comparable(cell) for cell in layout.records[index].cells]
    present = set(headers) - OURS
    identity = profile.identity
    named = identity.file_name and re.search(identity.file_name, file_name, re.IGNORECASE)
    for group in identity.named_needs if named and identity.named_needs else identity.needs:
        if not present & {comparable(header) for header in group}:
            return 0.0
    if any(comparable(header) in present for header in identity.without):
        return 0.0
    if identity.others:
        others = [header for header in headers if header in present - profile.headers() - {""}]
        if not _others_fit(identity.others, others, profile.breakdowns):
            return 0.0
    if profile.questions and not any(
        _answers_fit(question, layout, index, place)
        for place, header in enumerate(headers)
        for question in profile.questions
        if header and question.matches(header)
    ):
        return 0.0
    if identity.exact:
        return 1.0 if present - {""} <= profile.headers() else 0.0
    typical = {comparable(header) for header in identity.typical}
    score = 0.6 + 0.35 * min(len(present & typical) / min(identity.enough, len(typical) or 1), 1)
    if named:
        score += 0.05
    for field, pattern in identity.values.items():
        score *= _fitting(profile, field, pattern, layout, index, headers)
    return round(score, 3)


def _others_fit(pattern: str, others: Sequence[str], breakdowns: bool) -> bool:
    """Whether all other headers fit. With `breakdowns` the last few will do, several of them: a row
    of another shape may well hold one day."""
    fitting = [re.search(pattern, header) is not None for header in others]
    first = fitting.index(True) if any(fitting) else len(fitting)
    if not all(fitting[first:]):
        return False
    last = others[first:]
    return bool(last) and (first == 0 or (breakdowns and len(last) == len(set(last)) > 1))


def _answers_fit(question: Question, layout: Layout, index: int, place: int) -> bool:
    """Whether most filled cells under a question are answers to it; none at all will do."""
    answers = {comparable(text) for text in (*question.answers, *question.ignored)}
    cells = [
        comparable(record.cells[place])
        for record in layout.records[index + 1 : index + 1 + VALUES_LOOKED_AT]
        if place < len(record.cells)
    ]
    filled = [cell for cell in cells if cell]
    fitting = sum(cell in answers or ON_A_SCALE.fullmatch(cell) is not None for cell in filled)
    return fitting >= 0.5 * len(filled)


def _fitting(
    profile: Profile, field: str, pattern: str, layout: Layout, index: int, headers: list[str]
) -> float:
    """1 when nearly all cells of the field's column look as they should, else 0.5."""
    wanted = set(profile.columns[field].comparable_headers)
    positions = [place for place, header in enumerate(headers) if header in wanted]
    cells = [
        record.cells[place].strip()
        for record in layout.records[index + 1 : index + 1 + VALUES_LOOKED_AT]
        for place in positions
        if place < len(record.cells)
    ]
    filled = [cell for cell in cells if cell]
    if not filled:
        return 1.0
    return (
        1.0 if sum(bool(re.match(pattern, cell)) for cell in filled) >= 0.8 * len(filled) else 0.5
    )


def _seen(layout: Layout) -> str:
    """The first record of the usual width: most likely the header."""
    for record in layout.records:
        if len(record.cells) == layout.width:
            return ", ".join(cell.strip() for cell in record.cells)[:300]
    return ""
