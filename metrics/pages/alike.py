"""Whether a decision is like one that is already open.

Texts are compared word by word, by their stems (Snowball, French and English), without small and
short words. A decision about the same KPI or the same scope is alike when half
of the words of the shorter text stand in the other one, two at least; one about something else
when four in five do, three at least.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from metrics.register.decisions import Decision
from metrics.result import Scope
from metrics.themes import telling_words

#: Shares of the shorter text's words, and words at least.
NEAR, FAR = (0.5, 2), (0.8, 3)
#: Shorter words say little of what was decided.
SHORTEST = 4


@dataclass(frozen=True)
class Alike:
    """An open decision that a new one is like, and the part of the shorter text they share."""

    decision: Decision
    share: float


def alike(
    what: str, kpi: str, scope: Scope, held: Iterable[Decision], *, but: int | None = None
) -> tuple[Alike, ...]:
    """The open decisions among `held` that words about a KPI of a scope are like, the likest first;
    `but` is the one that is being changed."""
    words = dict.fromkeys(telling_words(what, SHORTEST))
    found = []
    for decision in held:
        if decision.id == but or decision.status != "open":
            continue
        other = dict.fromkeys(telling_words(decision.what, SHORTEST))
        shorter = min(len(words), len(other))
        shared = _shared(words, other)
        near = decision.scope == scope or (decision.kpi == kpi and kpi != "")
        part, least = NEAR if near else FAR
        if shared >= min(least, shorter or least) and shared >= part * shorter:
            found.append(Alike(decision, shared / shorter))
    return tuple(sorted(found, key=lambda each: (-each.share, each.decision.id)))


def _shared(some: Collection[frozenset[str]], others: Collection[frozenset[str]]) -> int:
    """How many words of the shorter text stand in the other one."""
    shorter, longer = sorted((some, others), key=len)
    return sum(any(one & other for other in longer) for one in shorter)
