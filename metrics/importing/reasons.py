"""Problems in plain words, in the reader's language."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import yaml

from metrics.importing.report import Problem


@lru_cache(maxsize=1)
def reasons() -> dict[str, dict[str, str]]:
    """Reason key → language → sentence with named places."""
    loaded: dict[str, dict[str, str]] = yaml.safe_load(
        (files(__package__) / "reasons.yml").read_text("utf-8")
    )
    return loaded


#: "[row has|rows have]": what is said of one, and of several.
FORMS = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def explain(problem: Problem, language: str = "en") -> str:
    """What the problem means and what to do, as a sentence in 'en' or 'fr'."""
    spoken = "fr" if language.startswith("fr") else "en"
    sentence = reasons()[problem.reason][spoken]
    expected = reasons().get(f"expected_{problem.details.get('reads', '')}", {})
    known = _Known(
        problem.details
        | {
            "column": problem.column,
            "line": str(problem.line or ""),
            "rows": str(problem.rows),
            "example": problem.example,
            "expected": expected.get(spoken, "…"),
            "what": reasons().get(problem.details.get("what", ""), {}).get(spoken, "…"),
        }
    )
    form = 1 if problem.rows == 1 else 2
    return FORMS.sub(lambda found: found[form], sentence).format_map(known)
