"""What happened at Groupe Maréval: the planted changes, and what is only the season.

Weeks count from 0 to 103 (see `timeline`); 103 is 2026-W46 when the history ends by default.
Every other figure moves by steady noise alone.
"""

from __future__ import annotations

from datetime import date, timedelta

from sample_data.timeline import Timeline, first_of_month

ONBOARDING_PRODUCT = "escale"
ONBOARDING_WEEK = 101  # 2026-W44
ONBOARDING_FACTOR = 0.52

PRICE_PRODUCT = "sillon"
PRICE_WEEK = 72  # 2026-W15; the new price holds from the first of that month
PRICE_FACTOR = 1.18
PRICE_CHURN_FACTOR = 2.4  # for the three months that follow

RIVAL_PRODUCT = "oree"
RIVAL_NAME = "Lucarne"
RIVAL_WEEK = 93  # 2026-W36
RIVAL_WIN_FACTOR = 0.42
RIVAL_SALES_FACTOR = 0.40
RIVAL_IN_WON, RIVAL_IN_LOST = 0.10, 0.85  # share of the deals that name it
RIVAL_NPS_DROP = 0.30

STRAIN_SQUAD = "amarre"
STRAIN_SPRINTS = 3  # the last ones

TAKE_OFF_PRODUCT = "sillon"
TAKE_OFF_EVENT = "Receipt Read By AI"
TAKE_OFF_FEATURE = "ai_capture"
TAKE_OFF_WEEK = 99  # 2026-W42
TAKE_OFF_SHARES = (0.15, 0.21, 0.27, 0.31, 0.34)
TAKE_OFF_BEFORE = 0.08

OUTAGE_PRODUCT = "passerelle"
OUTAGE_WEEK = 81  # 2026-W24
OUTAGE_WEEKDAYS = (1, 2, 3, 4)  # Tuesday to Friday

_SEASON = {
    29: 0.97, 30: 0.90, 31: 0.80, 32: 0.67, 33: 0.58, 34: 0.66, 35: 0.84,
    51: 0.86, 52: 0.55, 53: 0.60, 1: 0.62, 2: 0.93,
}  # fmt: skip


def season(day: date) -> float:
    """How much work is done in that ISO week, 1 in a usual one: August and Christmas are low."""
    return _SEASON.get(day.isocalendar().week, 1.0)


def activation_factor(product: str, week: int) -> float:
    """An onboarding change that shipped untested: fewer sign-ups get to their first success."""
    hit = product == ONBOARDING_PRODUCT and week >= ONBOARDING_WEEK
    return ONBOARDING_FACTOR if hit else 1.0


def price_date(timeline: Timeline) -> date:
    return first_of_month(timeline.monday(PRICE_WEEK))


def churn_factor(product: str, month: date, timeline: Timeline) -> float:
    """Some accounts leave once they have seen the new price: in the three months after it."""
    changed = price_date(timeline)
    after = first_of_month(changed, 1) <= month <= first_of_month(changed, 3)
    return PRICE_CHURN_FACTOR if product == PRICE_PRODUCT and after else 1.0


def rival_present(product: str, week: int) -> bool:
    """A competitor's launch: deals are lost to it and fewer accounts come."""
    return product == RIVAL_PRODUCT and week >= RIVAL_WEEK


def nps_shift(product: str, day: date, timeline: Timeline) -> float:
    """The change in NPS, as a fraction, that slides over three months after the rival's launch."""
    if product != RIVAL_PRODUCT:
        return 0.0
    months = (day - timeline.monday(RIVAL_WEEK)).days / 30
    return -RIVAL_NPS_DROP * min(1.0, max(0.0, (months + 0.6) / 2))


def strain(squad: str, sprints_to_go: int) -> float:
    """0 for a squad at ease, up to 1; `sprints_to_go` is 0 for the last sprint."""
    if squad != STRAIN_SQUAD or sprints_to_go >= STRAIN_SPRINTS:
        return 0.0
    return 1.0 - 0.15 * sprints_to_go


def take_off_share(week: int) -> float:
    """Share of Sillon's weekly users who use the AI feature."""
    if week < TAKE_OFF_WEEK:
        return TAKE_OFF_BEFORE
    return TAKE_OFF_SHARES[min(week - TAKE_OFF_WEEK, len(TAKE_OFF_SHARES) - 1)]


def outage_days(timeline: Timeline) -> tuple[date, ...]:
    """Days on which nothing of the product was recorded, though people used it."""
    monday = timeline.monday(OUTAGE_WEEK)
    return tuple(monday + timedelta(weekday) for weekday in OUTAGE_WEEKDAYS)
