"""Scopes as the command line writes them: `company`, or `KIND:KEY`."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.errors import VigieError, unknown
from metrics.organisation import Organisation
from metrics.result import Scope
from metrics.scopes import all_scopes


def scope_of(text: str, kinds: Sequence[str]) -> Scope:
    """The scope of one of some kinds that a text names; raises VigieError when it names none."""
    scope = _written(text)
    if scope.kind not in kinds or (scope.kind == "company") != (not scope.key):
        raise VigieError(
            f"'{text}' is not a scope.",
            choices=["company", *(f"{kind}:KEY" for kind in kinds if kind != "company")],
            exit_code=2,
        )
    return scope


def scope_in(organisation: Organisation, text: str) -> Scope:
    """The scope of a company that a text names; raises VigieError when it names none."""
    scope, known = _written(text), all_scopes(organisation)
    if scope not in known:
        raise unknown("scope", text, map(text_of, known))
    return scope


def text_of(scope: Scope) -> str:
    """A scope as the command line writes it."""
    return ":".join(part for part in scope if part)


def _written(text: str) -> Scope:
    kind, _, key = text.partition(":")
    return Scope(kind, key)
