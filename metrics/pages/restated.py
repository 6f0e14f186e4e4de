"""Figures that were reported otherwise before: what they were, and what changed them when."""

from __future__ import annotations

from collections.abc import Collection

from metrics.calendar import Period
from metrics.catalogue.kpi import Kpi
from metrics.pages.panel import Panel
from metrics.pages.review_facts import Moved, Restated
from metrics.register.restatements import Restatement, read_restatements
from metrics.result import Scope

#: Changes told of one series, the newest first.
MOST_TOLD = 3


def restated_in(
    panel: Panel, kpi: Kpi, scope: Scope, periods: Collection[Period]
) -> tuple[Restated, ...]:
    """The changes of a series in some periods, the newest first.

    Of what hides small groups nothing is told: two figures of one wave differ by what somebody
    answered.
    """
    if not periods or "small_groups" in kpi.calculation:
        return ()
    by_start = {(str(period.grain), period.start): period for period in periods}
    found: dict[int, list[Restatement]] = {}
    for each in read_restatements(
        panel.connection,
        panel.viewer,
        kpis=[kpi.name],
        scopes=[scope],
        grains={grain for grain, _ in by_start},
        dimensions=[""],
        since=min(period.start for period in periods),
        publication=panel.publication.id,
    ):
        if (each.grain, each.start) in by_start:
            found.setdefault(each.publication, []).append(each)
    return tuple(
        Restated(
            told[0].at,
            told[0].cause,
            told[0].cause_detail,
            tuple(
                Moved(by_start[each.grain, each.start], each.old, each.new)
                for each in sorted(told, key=lambda each: (each.start, each.grain), reverse=True)
            ),
        )
        for told in list(found.values())[:MOST_TOLD]
    )
