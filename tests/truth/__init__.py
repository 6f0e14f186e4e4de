"""The true figures of the sample company, computed from its export files in plain pandas.

Nothing of Vigie's is used: definitions are those of the KPI dictionary, facts about the company
those that `sample_data/README.md` tells. `Truth.value` answers for one KPI, scope and span of days.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.truth.accounts import Accounts
from tests.truth.aims import Aims
from tests.truth.billing import Billing
from tests.truth.delivery import Delivery
from tests.truth.dictionary import IN_WAVES, LATE, OF_SQUADS, SELDOM, grain_of
from tests.truth.exports import LAST_DAY
from tests.truth.market import Market
from tests.truth.people import People
from tests.truth.spans import Span, of_grain
from tests.truth.usage import Usage
from tests.truth.voices import Voices


class Truth(Usage, Billing, Accounts, Voices, Delivery, People, Market, Aims):
    """The figures that the exports in `folder` amount to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._values: dict[tuple[str, str, str, Span], float | None] = {}

    def value(self, kpi: str, kind: str, key: str, span: Span) -> float | None:
        """The figure of a company ('company', ''), product or squad; None where there is none."""
        at = (kpi, kind, key, span)
        if at not in self._values:
            members = self._squads if kpi in OF_SQUADS else self._products
            held = members(kind, key, span.end)
            if kpi == "transferred_mrr":
                before = members(kind, key, span.before().end)
                self._values[at] = self._transferred(held, before, span)
            else:
                self._values[at] = getattr(self, f"_{kpi}")(held, span) if held else None
        return self._values[at]

    def read_at(self, kpi: str, kind: str, key: str, week: Span) -> Span:
        """The period in which a page shows the KPI when it reviews `week`.

        Of a KPI born once a month or a sprint the latest one, of a cohort the latest that has had
        the days it is given.
        """
        period = of_grain(grain_of(kpi))(week.end)
        while period.end > week.end or period.end + timedelta(LATE.get(kpi, 0)) > LAST_DAY:
            period = period.before()
        found = period
        if kpi in SELDOM or grain_of(kpi) != "week":
            for _ in range(13 if kpi in SELDOM else 5):
                if self.value(kpi, kind, key, found) is not None:
                    return found
                found = found.before()
        return period

    def previous(self, kpi: str, kind: str, key: str, span: Span) -> Span:
        """The period a figure is compared with: the last that had one, where only some have."""
        before = span.before()
        if kpi in SELDOM or kpi in IN_WAVES:
            oldest = span.start - timedelta(7 * 26 if kpi in SELDOM else 400)
            while self.value(kpi, kind, key, before) is None and before.start > oldest:
                before = before.before()
        return before
