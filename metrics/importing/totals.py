"""The totals that a file itself gives, beside what its rows add up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal, InvalidOperation

from metrics.importing.header import comparable
from metrics.importing.plain_figures import is_number, plain
from metrics.importing.report import FileTotal

#: Columns whose rows cannot be added: shares, means, positions, durations of one.
NOT_ADDED = re.compile(
    r"%|/|\b(rate|ratio|taux|quote|porcentaje|avg|average|mean|moyen|moyenne|durchschnitt\w*|media"
    r"|per|par|pro|por|ctr|cpc|cpa|position|score|price|prix|bounce|rebond|absprung\w*)\b"
)
MOST_TOLD = 8


def totals_of(
    header: Sequence[str], rows: Iterable[Sequence[str]], said: Sequence[str]
) -> Iterator[FileTotal]:
    """Each column that the file's total row `said` gives, with the sum of `rows`; shares and means
    are left out."""
    asked = {
        place: total
        for place, name in enumerate(header[: len(said)])
        if "%" not in said[place]
        and not NOT_ADDED.search(comparable(name))
        and (total := _figure(said[place])) is not None
    }
    sums = dict.fromkeys(asked, Decimal(0))
    for cells in rows:
        for place in asked:
            figure = _figure(cells[place]) if place < len(cells) else None
            sums[place] += figure or 0
    for place, total in asked.items():
        yield FileTotal(header[place].strip(), float(sums[place]), float(total))


def _figure(cell: str) -> Decimal | None:
    """The number in a cell; None when there is none."""
    text = cell.strip()
    if text and is_number(text):
        with suppress(InvalidOperation):
            return Decimal(plain(text))
    return None
