"""The subjects that readings raise, each with what explains it and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from metrics.calendar import Period
from metrics.explaining.because import because, names_of
from metrics.explaining.explanation import Explanation, base_of, explain
from metrics.explaining.movements import by_movements, movements_of
from metrics.pages.panel import Key, Panel
from metrics.pages.people import holders
from metrics.pages.review_facts import Muted, Subject
from metrics.reading import Reading
from metrics.register.decisions import DECISION, open_decisions
from metrics.register.remarks import Mute, muted, read_comments
from metrics.result import Figure, Scope
from metrics.subjects import Chain, chains, has_subject, telling

#: The KPI whose value says how large a part of the company a product is.
SIZE_KPI = "mrr"


def without_muted(
    panel: Panel, readings: Sequence[Reading], today: date
) -> tuple[list[Reading], tuple[Muted, ...]]:
    """The readings without those that are muted today, and the signals among the latter.

    What a muted signal explains of the company is muted with it.
    """
    mutes: dict[Key, Mute] = {
        (each.kpi, each.scope): each for each in muted(panel.connection, panel.viewer, on=today)
    }
    if not mutes:
        return list(readings), ()
    signals = telling(readings, panel.catalogue)
    told = {(r.kpi, r.scope) for r in signals}
    spoken = [
        r
        for r in readings
        if (r.kpi, r.scope) not in mutes and (not has_subject(r) or (r.kpi, r.scope) in told)
    ]
    return spoken, tuple(
        Muted(r, mutes[r.kpi, r.scope]) for r in signals if (r.kpi, r.scope) in mutes
    )


def subjects_of(
    panel: Panel,
    candidates: Sequence[Reading],
    readings: Mapping[Key, Reading],
    products: Sequence[Scope],
) -> tuple[Subject, ...]:
    """The subjects of the candidates, one for each causal chain, with what the room needs of it."""
    found = chains(
        candidates,
        panel.catalogue,
        _parts(readings, products),
        [kpi.name for kpi in panel.review_kpis],
        _launched(panel),
        {
            Scope("product", product.product): product.north_star
            for product in panel.organisation.products
            if product.north_star
        },
    )
    if not found:
        return ()
    kpis = {chain.lead.kpi for chain in found}
    scopes = {chain.lead.scope for chain in found}
    held = open_decisions(panel.connection, panel.viewer, kpis=kpis, scopes=scopes, kind=None)
    said = read_comments(
        panel.connection, panel.viewer, kpis=kpis, scopes=scopes, periods=[panel.week.key]
    )
    names = names_of(panel.organisation)
    subjects = []
    for chain in found:
        kpi, explained = panel.catalogue[chain.lead.kpi], _explained(panel, chain, products)
        at = (chain.lead.kpi, chain.lead.scope)
        decisions = tuple(each for each in held if (each.kpi, each.scope) == at)
        subjects.append(
            Subject(
                reading=chain.lead,
                owners=holders(
                    panel.organisation, chain.lead.scope, [kpi.owner_role], panel.week.end
                ),
                drivers=explained.drivers if explained else (),
                also=chain.also,
                decided=sum(each.kind == DECISION for each in decisions),
                dimension=explained.dimension if explained else "",
                because=because(kpi, explained, names, panel.currency) if explained else None,
                decisions=decisions,
                comments=tuple(each for each in said if (each.kpi, each.scope) == at),
            )
        )
    return tuple(subjects)


def _launched(panel: Panel) -> dict[Scope, date]:
    """When products came."""
    return {
        Scope("product", product.product): product.launched
        for product in panel.organisation.products
        if product.launched
    }


def _parts(readings: Mapping[Key, Reading], products: Sequence[Scope]) -> dict[Scope, float]:
    """Each product's part of the recurring revenue of all of them."""
    sizes = {}
    for product in products:
        reading = readings.get((SIZE_KPI, product))
        if reading is not None and reading.figure is not None and reading.figure.value:
            sizes[product] = max(reading.figure.value, 0.0)
    whole = sum(sizes.values())
    return {product: size / whole for product, size in sizes.items()} if whole else {}


def _explained(panel: Panel, chain: Chain, products: Sequence[Scope]) -> Explanation | None:
    """What a subject's change since its last usual period came from, along the best dimension.

    A company or line is taken apart by its products or squads, everything by the dimensions that
    were published for it; a count of users, which has no parts, by who came and who left.
    """
    reading, kpi = chain.lead, panel.catalogue[chain.lead.kpi]
    now = reading.figure
    if now is None or now.value is None:
        return None
    known = {f.start: f for f in reading.history if f.closed and f.value is not None}
    _, signals = panel.limits(
        [kpi.name], [reading.scope], kpi.cadence, min(known, default=now.start), now.start
    )
    unusual = {start for (_, _, start), signal in signals.items() if signal.rule == 1}
    start = base_of(known, unusual, now.start)
    if start is None or not _agrees(reading, known[start]):
        return None
    base = known[start]
    before = panel.calendar.previous(panel.calendar.period(kpi.cadence, now.start))
    moves = movements_of(kpi, panel.catalogue)
    if moves:
        told = panel.figures(moves.values(), [reading.scope], [now.grain], base.start, now.start)
        return _since(by_movements(moves, base, now, told), base, before)
    candidates: dict[str, list[Figure]] = {}
    if reading.scope.kind not in ("product", "squad"):
        members = (
            list(products)
            if kpi.member == "product"
            else [Scope("squad", squad.squad) for squad in panel.organisation.squads]
        )
        candidates[kpi.member] = panel.figures(
            [kpi.name], members, [now.grain], base.start, now.start
        )
    for dimension in kpi.dimensions:
        candidates[dimension] = panel.figures(
            [kpi.name], [reading.scope], [now.grain], base.start, now.start, dimension
        )
    return _since(explain(kpi, base, now, candidates), base, before)


def _agrees(reading: Reading, base: Figure) -> bool:
    """Whether a figure lies on the side of its last usual one that its signal speaks of: what grew,
    and should have grown more, has no drivers of a fall."""
    now = reading.figure
    if reading.signal is None or now is None or now.value is None or base.value is None:
        return True
    return (now.value - base.value) * reading.signal.direction > 0


def _since(explained: Explanation | None, base: Figure, before: Period) -> Explanation | None:
    """The explanation with the day it is counted from, where that is not the period before."""
    if explained is None or base.start == before.start:
        return explained
    return replace(explained, since=base.end)
