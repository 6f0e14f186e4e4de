"""One question of each kind, whose SQL on every engine is kept beside that of the KPIs."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import duckdb

from metrics import journeys
from metrics.access import LOCAL_CPO
from metrics.catalogue import Catalogue
from metrics.journeys import Audience, EventFilter, Order, Session, Step, Unit
from metrics.journeys.active import compiled as _active
from metrics.journeys.funnel import compiled as _funnel
from metrics.journeys.lifecycle import compiled as _lifecycle
from metrics.journeys.retention import compiled as _retention
from metrics.journeys.session import Statement
from metrics.journeys.stickiness import compiled as _stickiness
from metrics.models import Model
from metrics.organisation import Organisation
from metrics.setting import Setting
from metrics.workspace import Settings

SIGNED_UP, SHARED, PAID = map(EventFilter, ("Signed Up", "Plan Shared", "Subscribed"))
FRENCH = EventFilter("Plan Shared", (("country", "FR"),))
SINCE, UNTIL = date(2026, 1, 5), date(2026, 3, 29)


def statements(catalogue: Catalogue, models: dict[str, Model]) -> dict[str, Statement]:
    """By name, compiled without any data."""
    setting = Setting.of(Settings(), catalogue, models, Organisation(), [])
    session = Session(duckdb.connect(), setting, ZoneInfo("Europe/Paris"), LOCAL_CPO)
    steps = (SIGNED_UP, SHARED, PAID)
    accounts = Audience(unit=Unit.ACCOUNT, unless=(("plan", "internal"),))
    void = (journeys.Exclusion(EventFilter("Cancelled"), 0, 2),)
    return {
        "funnel_ordered": _funnel(session, journeys.Funnel(steps, exclusions=void, since=SINCE)),
        "funnel_repeated": _funnel(session, journeys.Funnel((SHARED, FRENCH), breakdown="plan")),
        "funnel_strict": _funnel(session, journeys.Funnel(steps, order=Order.STRICT)),
        "funnel_unordered": _funnel(session, journeys.Funnel(steps, order=Order.UNORDERED)),
        "retention": _retention(session, journeys.Retention(SIGNED_UP, EventFilter(None), UNTIL)),
        "retention_first_ever": _retention(
            session,
            journeys.Retention(
                FRENCH, FRENCH, UNTIL, Step.HOUR, cohort=journeys.Cohort.FIRST_EVER,
                cumulative=True, min_occurrences=2, audience=accounts,
            ),
        ),
        "lifecycle": _lifecycle(session, journeys.Lifecycle(EventFilter(None), SINCE, UNTIL)),
        "stickiness": _stickiness(session, journeys.Stickiness(SHARED, SINCE, UNTIL)),
        "active_users": _active(session, journeys.ActiveUsers(SHARED, SINCE, UNTIL, 7)),
    }  # fmt: skip
