"""The product page, read from the register for one viewer."""

from __future__ import annotations

from datetime import date, datetime

from metrics.access import Viewer
from metrics.errors import unknown
from metrics.organisation import held_on
from metrics.pages.missing import missing_of
from metrics.pages.panel import open_panel
from metrics.pages.people import PRODUCT_ROLES, holders
from metrics.pages.raised import subjects_of, without_muted
from metrics.pages.review_facts import ProductPage
from metrics.pages.scorecard import cells_of
from metrics.result import Scope
from metrics.subjects import belongs
from metrics.workspace import Workspace


def product_page(
    workspace: Workspace,
    viewer: Viewer,
    product: str,
    *,
    week: str | None = None,
    today: date | None = None,
) -> ProductPage:
    """Everything about one product at a week; raises VigieError when there is no such product.

    A signal that is muted today is told apart, and opens no subject.
    """
    with workspace.register.connect() as connection:
        panel = open_panel(connection, workspace, viewer, week)
        organisation, day = panel.organisation, panel.week.end
        entry = next((p for p in organisation.products if p.product == product), None)
        if entry is None:
            raise unknown("product", product, [p.product for p in organisation.products], "")
        scope = Scope("product", product)
        readings = panel.readings(list(panel.catalogue), [scope])
        assigned = sorted(
            (row for row in held_on(organisation.assignments, day) if row.product == product),
            key=lambda row: (row.start, row.squad),
        )
        squads = [Scope("squad", row.squad) for row in assigned]
        # What stands out in a squad stands out for the product that it works on.
        delivery = [kpi for kpi in panel.catalogue if kpi.member == "squad"]
        raising = {**readings, **panel.readings(delivery, squads)}
        own = [r for r in raising.values() if belongs(panel.catalogue[r.kpi], r.scope)]
        own, hushed = without_muted(panel, own, today or datetime.now(workspace.zone).date())
        names = {squad.squad: squad.name for squad in organisation.squads}
        return ProductPage(
            week=panel.week,
            weeks=panel.weeks,
            product=product,
            name=entry.name,
            line=entry.line,
            stage=entry.stage,
            vision=entry.vision,
            launched=entry.launched,
            ended=entry.ended,
            owners=holders(organisation, scope, PRODUCT_ROLES, day),
            squads=tuple(
                (row.squad, names.get(row.squad, row.squad), row.start) for row in assigned
            ),
            freshness=panel.freshness,
            subjects=subjects_of(panel, own, raising, [scope]),
            families=cells_of(panel, scope, readings, list(panel.catalogue)),
            missing=missing_of(panel, [scope, *squads]),
            muted=hushed,
        )
