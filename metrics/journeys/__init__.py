"""Live questions about what users do one after the other: funnels, retention, life cycles.

Each module holds one question: what may be asked (a frozen dataclass), its SQL as a tree of the
allow-listed subset, and its answer. They read the same events, scopes and coverage as the KPIs.
"""

from metrics.journeys.active import ActiveUsers, active_users
from metrics.journeys.audience import Audience, EventFilter, Unit
from metrics.journeys.funnel import Exclusion, Funnel, FunnelAnswer, Order, funnel
from metrics.journeys.intervals import Interval, Step
from metrics.journeys.lifecycle import Lifecycle, LifecycleAnswer, lifecycle
from metrics.journeys.retention import Cohort, Retention, RetentionGrid, retention
from metrics.journeys.session import Session
from metrics.journeys.stickiness import Criterion, Stickiness, stickiness

__all__ = [
    "ActiveUsers",
    "Audience",
    "Cohort",
    "Criterion",
    "EventFilter",
    "Exclusion",
    "Funnel",
    "FunnelAnswer",
    "Interval",
    "Lifecycle",
    "LifecycleAnswer",
    "Order",
    "Retention",
    "RetentionGrid",
    "Session",
    "Step",
    "Stickiness",
    "Unit",
    "active_users",
    "funnel",
    "lifecycle",
    "retention",
    "stickiness",
]
