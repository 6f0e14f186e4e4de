"""Subscriptions as Stripe exports them, once a month, so that changes show between exports."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from sample_data import rates, story
from sample_data.company import PRODUCTS, Product
from sample_data.draw import generator
from sample_data.tables import write_csv
from sample_data.timeline import WEEKS, Timeline, first_of_month

HEADERS = (
    "id", "Customer ID", "Customer Description", "Customer Email", "Customer Name", "Plan",
    "Quantity", "Currency", "Interval", "Amount", "Status", "Created (UTC)", "Start Date (UTC)",
    "Current Period Start (UTC)", "Current Period End (UTC)", "Trial Start (UTC)",
    "Trial End (UTC)", "Application Fee Percent", "Coupon", "Tax Percent", "Canceled At (UTC)",
    "Ended At (UTC)", "account_id (metadata)", "channel (metadata)",
)  # fmt: skip
TRIAL_DAYS = 14
_SEATS = (1, 2, 3, 4, 5, 6, 8)
_SEAT_SHARES = np.cumsum([0.12, 0.2, 0.22, 0.18, 0.14, 0.09])
_PLACES = [
    "Atelier", "Cabinet", "Maison", "Comptoir", "Étude", "Garage", "Librairie", "Menuiserie",
    "Clinique", "Transports",
]  # fmt: skip
_PLACE_NAMES = [
    "Baudricourt", "Chantelle", "Dormelles", "Ermenonval", "Frémicourt", "Goussainval",
    "Hautmont", "Jarville",
]  # fmt: skip


@dataclass
class Subscription:
    """One subscription. `price` is per seat and interval, without tax, in its own currency.

    `seats` and `prices` hold dated changes, each with the day from which it holds. `ended` is the
    first day no longer paid; `cancelled` when the customer said so.
    """

    identifier: str
    product: str
    customer: int
    plan: str
    yearly: bool
    created: datetime
    trial: bool
    sales_led: bool
    currency: str
    seats: list[tuple[date, int]] = field(default_factory=list)
    prices: list[tuple[date, float]] = field(default_factory=list)
    cancelled: date | None = None
    ended: date | None = None

    @property
    def paid_from(self) -> date:
        return self.created.date() + timedelta(TRIAL_DAYS if self.trial else 0)

    def seats_on(self, day: date) -> int:
        return self.seats[max(0, bisect_right(self.seats, (day, 10**9)) - 1)][1]

    def price_on(self, day: date) -> float:
        return self.prices[max(0, bisect_right(self.prices, (day, 1e12)) - 1)][1]

    def monthly_on(self, day: date) -> float:
        """Its monthly recurring revenue on a day, in its currency; 0 in the trial and after the
        end."""
        if day < self.paid_from or (self.ended and day >= self.ended):
            return 0.0
        return self.price_on(day) * self.seats_on(day) / (12 if self.yearly else 1)


#: Irrational steps: successive subscriptions differ as much as can be, so that weeks are alike.
_STEPS = (0.6180339887, 0.7548776662, 0.5698402910, 0.8191725134, 0.6710436067)


def _even(number: int, step: float) -> float:
    return (number * step) % 1.0


class _Book:
    """One product's subscriptions, month after month."""

    def __init__(
        self, product: Product, timeline: Timeline, seed: int, first_customer: int
    ) -> None:
        self.product = product
        self.timeline = timeline
        self.chance = generator(seed, "billing", product.product)
        self.customer = first_customer
        self.subscriptions: list[Subscription] = []
        self.expected = 0.0  # sign-ups owed but not opened yet

    def open(self, created: datetime, *, customer: int | None = None) -> Subscription:
        chance, product = self.chance, self.product
        if customer is None:
            self.customer += 1
            customer = self.customer
        number = len(self.subscriptions)
        size, grade, term, way, tries = (_even(number, step) for step in _STEPS)
        bounds = (0.62,) if len(product.plans) == 2 else (0.5, 0.85)
        plan, price = product.plans[int(np.searchsorted(bounds, grade, side="right"))]
        yearly, sales_led = term < 0.3, way < 0.35
        day = created.date()
        raised = product.product == story.PRICE_PRODUCT and day >= story.price_date(self.timeline)
        price *= 10 if yearly else 1
        price = round(price * (story.PRICE_FACTOR if raised else 1.0), 2)
        subscription = Subscription(
            f"sub_{product.product[:3]}{number:05}{int(chance.integers(36**6)):09x}",
            product.product,
            customer,
            plan,
            yearly,
            created,
            not yearly and not sales_led and day >= self.timeline.start and tries < 0.6,
            sales_led,
            rates.CURRENCY if product.product == "escale" and number % 9 == 4 else "EUR",
            [(day, _SEATS[int(np.searchsorted(_SEAT_SHARES, size, side="right"))])],
            [(day, price)],
        )
        if subscription.trial and chance.random() < 0.3:  # did not convert
            subscription.cancelled = subscription.paid_from - timedelta(int(chance.integers(1, 9)))
            subscription.ended = subscription.paid_from
        self.subscriptions.append(subscription)
        return subscription

    def live(self) -> list[Subscription]:
        chance, timeline = self.chance, self.timeline
        for _ in range(self.product.opening_subscriptions):
            back = int(chance.integers(20, 900))
            self.open(_at(timeline.start - timedelta(back), chance))
        for week in range(max(0, self.product.first_week), WEEKS):
            for day in self._new_days(week):
                self.open(_at(day, chance))
            if timeline.monday(week).day <= 7:
                self._month(first_of_month(timeline.monday(week)))
        self.subscriptions.sort(key=lambda each: (each.created, each.identifier))
        return self.subscriptions

    def _new_days(self, week: int) -> list[date]:
        """The days on which subscriptions start in a week: as steady as a season allows."""
        product, monday = self.product, self.timeline.monday(week)
        level = product.new_subscriptions
        if story.rival_present(product.product, week):
            level *= story.RIVAL_SALES_FACTOR
        if product.first_week > 0:
            level *= min(1.0, 0.45 + (week - product.first_week) / 50)
        level *= (1 + story.season(monday)) / 2
        self.expected += level * self.chance.uniform(0.88, 1.12)
        count = int(self.expected)
        self.expected -= count
        return [monday + timedelta(int(self.chance.integers(0, 5))) for _ in range(count)]

    def _month(self, month: date) -> None:
        """Seats change, prices rise, customers leave and some come back, in one month."""
        chance, product = self.chance, self.product
        days = (first_of_month(month, 1) - month).days
        raised = product.product == story.PRICE_PRODUCT and month == story.price_date(self.timeline)
        alive = [
            each
            for each in self.subscriptions
            if each.paid_from <= month and each.ended is None and each.cancelled is None
        ]
        hazard = product.churn * story.churn_factor(product.product, month, self.timeline)
        for subscription in alive:
            if raised:
                old = subscription.prices[-1][1]
                subscription.prices.append((month, round(old * story.PRICE_FACTOR, 2)))
            day = month + timedelta(int(chance.integers(0, days)))
            luck = chance.random()
            if luck < hazard:
                subscription.cancelled = day
                subscription.ended = _period(subscription, day)[1]
                if subscription.yearly:  # refunded by the month: ends within sixty days
                    subscription.ended = min(subscription.ended, day + timedelta(60))
            elif luck < hazard + 0.026:
                seats = subscription.seats[-1][1]
                subscription.seats.append((day, seats + max(1, round(seats * 0.25))))
            elif luck < hazard + 0.036 and subscription.seats[-1][1] > 1:
                seats = subscription.seats[-1][1]
                subscription.seats.append((day, seats - max(1, round(seats * 0.25))))
        for gone in list(self.subscriptions):
            if (
                gone.ended
                and not gone.trial
                and 60 <= (month - gone.ended).days < 90
                and chance.random() < 0.08
            ):
                back = self.open(
                    _at(month + timedelta(int(chance.integers(0, 20))), chance),
                    customer=gone.customer,
                )
                back.trial, back.cancelled, back.ended = False, None, None


def _at(day: date, chance: np.random.Generator) -> datetime:
    return datetime.combine(day, time(7)) + timedelta(seconds=int(chance.integers(0, 39_000)))


def _shifted(start: date, months: int) -> date:
    first = first_of_month(start, months)
    last = (first_of_month(first, 1) - first).days
    return first.replace(day=min(start.day, last))


def _period(subscription: Subscription, day: date) -> tuple[date, date]:
    """First day and end of the billing period that holds a day."""
    start, step = subscription.paid_from, 12 if subscription.yearly else 1
    months = (day.year - start.year) * 12 + day.month - start.month
    count = months // step
    if _shifted(start, count * step) > day:
        count -= 1
    count = max(count, 0)
    return _shifted(start, count * step), _shifted(start, (count + 1) * step)


def subscriptions(timeline: Timeline, seed: int) -> list[Subscription]:
    """All subscriptions of the group, each product's in order of creation."""
    return [
        subscription
        for index, product in enumerate(PRODUCTS)
        for subscription in _Book(product, timeline, seed, 10_000 * index).live()
    ]


def mrr(book: Sequence[Subscription], product: str, day: date, timeline: Timeline) -> float:
    """EUR a month that the product's subscriptions bring on a day, at that day's rates."""
    franc = rates.rate_on(timeline, day)
    return sum(
        each.monthly_on(day) * (1.0 if each.currency == "EUR" else franc)
        for each in book
        if each.product == product
    )


def _stamp(day: date | datetime | None, clock: time = time(0)) -> str:
    if day is None:
        return ""
    moment = day if isinstance(day, datetime) else datetime.combine(day, clock)
    return moment.isoformat(" ", "minutes")


def _row(each: Subscription, day: date) -> list[object]:
    clock = each.created.time()
    ended = each.ended if each.ended and each.ended < day else None
    cancelled = each.cancelled if each.cancelled and each.cancelled < day else None
    trialing = each.trial and day <= each.paid_from
    status = "canceled" if ended else "trialing" if trialing else "active"
    last = min(day, ended or day) - timedelta(1)
    if trialing:
        start, end = each.created.date(), each.paid_from
    else:
        start, end = _period(each, max(last, each.paid_from))
    place, town = _PLACES[each.customer % 10], _PLACE_NAMES[each.customer // 10 % 8]
    name = f"{place} {town} {each.customer % 997}"
    return [
        each.identifier, f"cus_{each.customer:07}", "",
        f"compta{each.customer}@client.example.invalid",
        name, each.plan, each.seats_on(last), each.currency.lower(),
        "year" if each.yearly else "month",
        f"{each.price_on(last):.2f}", status, _stamp(each.created), _stamp(each.created),
        _stamp(start, clock), _stamp(end, clock),
        _stamp(each.created) if each.trial else "", _stamp(each.paid_from,
        clock) if each.trial else "",
        "", "", "20.0", _stamp(cancelled, time(15)), _stamp(ended, clock),
        f"acc-{each.customer}", "sales" if each.sales_led else "self-serve",
    ]  # fmt: skip


def export_days(timeline: Timeline) -> list[date]:
    """The first of every month, then the morning after the last week."""
    days = [first_of_month(timeline.start, month) for month in range(1, 26)]
    return [day for day in days if day <= timeline.until] + [timeline.exported]


def write(folder: Path, timeline: Timeline, book: Sequence[Subscription]) -> list[Path]:
    """One file per export day, each with every subscription created before it."""
    return [
        write_csv(
            folder / f"subscriptions_{day}.csv",
            HEADERS,
            (_row(each, day) for each in book if each.created.date() < day),
        )
        for day in export_days(timeline)
    ]
