"""What Vigie says when it cannot do as asked: the thing, the valid choices, the next step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

UNKNOWN = "There is no {noun} named '{given}'."
NEAR = "There is no {noun} named '{given}'. Did you mean {near}?"


class VigieError(Exception):
    """A refusal meant for a person. Printed as it is; never shown as a traceback.

    With `values`, `problem` is a message whose {names} they fill in, so that a page can say it in
    its reader's language.
    """

    def __init__(
        self,
        problem: str,
        *,
        choices: Iterable[str] = (),
        next_step: str = "",
        exit_code: int = 1,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self.message = problem
        self.values = values
        problem = problem if values is None else problem.format_map(values)
        self.problem = problem
        self.choices = tuple(choices)
        self.next_step = next_step
        self.exit_code = exit_code
        super().__init__(problem)

    def __str__(self) -> str:
        parts = [self.problem]
        if self.choices:
            parts.append("Valid choices: " + ", ".join(self.choices) + ".")
        if self.next_step:
            parts.append(self.next_step)
        return " ".join(parts)

    def as_dict(self) -> dict[str, object]:
        """The same refusal for `--json`: keys problem, choices, next_step."""
        return {
            "problem": self.problem,
            "choices": list(self.choices),
            "next_step": self.next_step,
        }


class NoRoom(VigieError):  # noqa: N818 - a refusal, as its base is
    """The disk is full, or would be."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one definition: noted rather than raised, so that the others still work.

    `name` is the KPI, measure or model that is left out ('' when only its file is known), `key`
    the key of its entry that is wrong ('' when it is the entry itself), `remedy` what to do.
    """

    name: str
    file: str
    line: int
    key: str
    message: str
    remedy: str

    @classmethod
    def of(
        cls, refusal: VigieError, name: str, source: str, lines: Mapping[str, int] | None = None
    ) -> Mistake:
        """The mistake behind a refusal. `source` is file:line or a file, `lines` where its keys
        are; the refusal may say file, line and key more exactly, before its message."""
        file, _, number = source.rpartition(":")
        if not number.isdigit():
            file, number = source, "1"
        told = re.match(rf"{re.escape(file)}(?::(\d+))?(?: \((\w+)\))?: ", refusal.problem)
        seen = re.fullmatch(rf"See {re.escape(file)}(?::\d+)?(?: \((\w+)\))?\.", refusal.next_step)
        key = (told and told[2]) or (seen and seen[1]) or ""
        exact = (lines or {}).get(key) or (told and told[1]) or number
        choices = f"Valid choices: {', '.join(refusal.choices)}." if refusal.choices else ""
        steps = [choices, "" if seen else refusal.next_step]
        return cls(
            name=name,
            file=file,
            line=int(exact),
            key=key,
            message=refusal.problem[told.end() :] if told else refusal.problem,
            remedy=" ".join(filter(None, steps)) or "Mend it; other KPIs are not affected.",
        )

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        key = f" ({self.key})" if self.key else ""
        return f"{self.place}{key}: {self.message} {self.remedy}"


def unknown(noun: str, given: str, choices: Iterable[str], next_step: str = "") -> VigieError:
    """The refusal for a name that does not exist, with the nearest names that do."""
    known = sorted(choices)
    near = get_close_matches(given, known, n=3, cutoff=0.6)
    values = {"noun": noun, "given": given, "near": " or ".join(near)}
    if near:
        return VigieError(NEAR, next_step=next_step, exit_code=2, values=values)
    return VigieError(UNKNOWN, choices=known, next_step=next_step, exit_code=2, values=values)
