"""Rows that were set aside, downloaded and mended: what marks a file of them."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.importing.dataset import Behaviour, Dataset
from metrics.importing.header import comparable
from metrics.importing.refusal import Refusal

#: Columns of ours in such a file: where a row stood, why it was set aside, its bare text.
LINE, REASON, TEXT = "vigie_line", "vigie_reason", "vigie_text"
OURS = frozenset({LINE, REASON, TEXT})


def mendable(dataset: Dataset) -> bool:
    """Whether rows may come later than the rest of their file: not where a file replaces whole
    days or sums, of which a few rows would then be all that is left."""
    return dataset.behaviour in (Behaviour.VERSIONS, Behaviour.ORGANISATION)


def check(dataset: Dataset, header: Sequence[str]) -> None:
    """Raises Refusal for mended rows that would take the place of their whole file."""
    if not mendable(dataset) and OURS & set(map(comparable, header)):
        raise Refusal("mended_rows_alone")
