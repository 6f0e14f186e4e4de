"""What Vigie says when it cannot do as asked: the thing, the valid choices, the next step."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class VigieError(Exception):
    """A refusal meant for a person. Printed as it is; never shown as a traceback."""

    def __init__(
        self, problem: str, *, choices: Iterable[str] = (), next_step: str = "", exit_code: int = 1
    ) -> None:
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


def unknown(noun: str, given: str, choices: Iterable[str], next_step: str = "") -> VigieError:
    """The refusal for a name that does not exist, with the nearest names that do."""
    known = sorted(choices)
    near = get_close_matches(given, known, n=3, cutoff=0.6)
    problem = f"There is no {noun} named '{given}'."
    if near:
        problem += f" Did you mean {' or '.join(near)}?"
        return VigieError(problem, next_step=next_step, exit_code=2)
    return VigieError(problem, choices=known, next_step=next_step, exit_code=2)
