"""Raw product events, as a product-analytics tool exports them, streamed week by week."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sample_data import story
from sample_data.company import PRODUCT, PRODUCTS, Feature
from sample_data.draw import Hashes, Ints, fraction, mixed, salt
from sample_data.population import WEEKDAYS, Population, opening_second, populations
from sample_data.timeline import WEEKS, Timeline

HEADERS = (
    "Event Name", "Time", "Distinct ID", "Product", "Account ID", "Feature", "Session ID",
    "Platform", "Country", "Plan",
)  # fmt: skip
WEEKS_PER_FILE = 13
ROWS_AT_SCALE_ONE = 640_000
"""Roughly; `scale_for` measures."""

_PLATFORMS = np.array(["Web", "iOS", "Android", "Desktop"])
_PLATFORM_SHARES = np.cumsum([0.68, 0.13, 0.13])
_COUNTRIES = np.array(["FR", "BE", "CH", "DE", "ES", "CA", "IT"])
_COUNTRY_SHARES = np.cumsum([0.70, 0.09, 0.06, 0.06, 0.04, 0.03])
_PLANS = np.array(["Free", "Standard", "Business"])
_PLAN_SHARES = np.cumsum([0.55, 0.33])
#: Where users of a product meet those of another: (product, slot of three).
_SHARED_WITH = {"sillon": ("escale", 0), "oree": ("escale", 1), "clairiere": ("escale", 2)}
_HOMES = {product.product: number for number, product in enumerate(PRODUCTS)}


@dataclass(frozen=True)
class Recorded:
    """Events of one product. `second` counts from the week's Monday 00:00 local time.

    `kind` indexes the product's events (see `vocabulary`); `session` is 0 for events outside one.
    """

    kind: Ints
    second: Ints
    user: Ints
    cohort: Ints
    rank: Ints
    session: Hashes


def vocabulary(product: str) -> tuple[Feature, ...]:
    """A product's events: sign-up, activation, its features, and the AI feature that takes off."""
    spec = PRODUCT[product]
    named = (Feature(spec.signup_event, "", 0), Feature(spec.activation_event, "", 0))
    late = (Feature(story.TAKE_OFF_EVENT, story.TAKE_OFF_FEATURE, 0),)
    return named + spec.features + (late if product == story.TAKE_OFF_PRODUCT else ())


def recorded(population: Population, week: int) -> Iterator[Recorded]:
    """Everything the tool recorded in a week, block by block, in no order within a block."""
    yield _signups(population, week)
    for cohort in (week, week - 1, week - 2):
        if cohort >= 0:
            yield _activations(population, cohort, week)
    yield from _uses(population, week)


def _signups(population: Population, week: int) -> Recorded:
    users = population.users(week)
    return _milestones(population, 0, users, week, population.signup_second(users))


def _activations(population: Population, cohort: int, week: int) -> Recorded:
    """Activations of a cohort that fall in a week; a few of the others succeed two weeks late."""
    users = population.users(cohort)
    in_time = population.activated(cohort)
    late = ~in_time & (fraction(population.hashes(users, "late")) < 0.05)
    second = (
        np.where(
            in_time,
            population.activation_second(users),
            population.signup_second(users) + 14 * 86_400,
        )
        - (week - cohort) * 7 * 86_400
    )
    falls = (in_time | late) & (second >= 0) & (second < 7 * 86_400)
    return _milestones(population, 1, users[falls], cohort, second[falls])


def _milestones(
    population: Population, kind: int, users: Ints, cohort: int, second: Ints
) -> Recorded:
    cohorts = np.full(users.size, cohort)
    return Recorded(
        np.full(users.size, kind),
        second,
        users,
        cohorts,
        users - population.first_of(cohorts),
        np.zeros(users.size, dtype=np.uint64),
    )


def _uses(population: Population, week: int) -> Iterator[Recorded]:
    product = population.product
    features = vocabulary(product)
    weights = np.array([feature.weight for feature in features])
    table = np.searchsorted(np.cumsum(weights) / weights.sum(), (np.arange(4096) + 0.5) / 4096)
    sitting, pick, taste, capture = (
        salt(population.seed, product, purpose) for purpose in ("sitting", "pick", "taste", "ai")
    )
    for active in population.active(week):
        row = np.repeat(np.arange(active.user.size), active.uses)
        nth = np.arange(row.size) - np.repeat(np.cumsum(active.uses) - active.uses, active.uses)
        per_sitting = 3 + (active.user % 5)[row]
        session = mixed(active.chance[row] + (nth // per_sitting).astype(np.uint64), sitting)
        day_luck = fraction(session)
        start = opening_second(mixed(session, sitting))
        newcomer = active.cohort == week
        signup = population.signup_second(active.user)
        signup_day = (signup // 86_400)[row]
        begun = np.where(newcomer[row], np.concatenate([[0.0], WEEKDAYS])[signup_day], 0.0)
        day = np.searchsorted(WEEKDAYS, begun + day_luck * (1 - begun), side="right").clip(0, 6)
        first = newcomer[row] & ((nth < per_sitting) | (day == signup_day))
        step = (nth % per_sitting) * (40 + (active.user % 97)[row]) + 20
        second = np.where(first, signup[row] + (nth + 1) * 45, day * 86_400 + start + step)
        second = np.minimum(second, np.where(first, signup_day + 1, day + 1) * 86_400 - 1)
        luck = mixed(active.chance[row] + nth.astype(np.uint64), pick)
        favourite = mixed(active.user, taste)[row]
        chosen = np.where((luck >> np.uint64(12)) & np.uint64(1) == 1, favourite, luck)
        kind = table[(chosen & np.uint64(4095)).astype(np.int64)]
        if product == story.TAKE_OFF_PRODUCT:
            adopter = fraction(mixed(active.chance, capture)) < story.take_off_share(week)
            tried = adopter[row] & ((nth == 0) | (fraction(mixed(luck, capture)) < 0.25))
            kind = np.where(tried, len(features) - 1, kind)
        yield Recorded(
            kind, second, active.user[row], active.cohort[row], active.rank[row], session
        )


class Company:
    """All populations at one scale, and the words in which the tool exports what they do."""

    def __init__(self, timeline: Timeline, seed: int, scale: float) -> None:
        self.timeline = timeline
        self.seed = seed
        self.populations = populations(timeline, seed, scale)
        everyone = sum(int(each.first_user[-1]) for each in self.populations.values())
        self.accounts = max(200, everyone // 9)

    def person(self, product: str, user: Ints, cohort: Ints, rank: Ints) -> Ints:
        """A number per person: a quarter of the users of three products also use Escale."""
        home = user * len(PRODUCTS) + _HOMES[product]
        if product not in _SHARED_WITH:
            return home
        other, slot = _SHARED_WITH[product]
        sibling = self.populations[other]
        met = (rank // 4) * 3 + slot
        same = (rank % 4 == 0) & (met < sibling.cohort_size(cohort))
        neighbour = sibling.first_of(cohort) + met
        return np.where(same, neighbour * len(PRODUCTS) + _HOMES[other], home)

    def tables(self, week: int) -> Iterator[pa.Table]:
        """A week's rows, by product and block, each in order of time."""
        monday = self.timeline.monday(week)
        silent = [(day - monday).days for day in story.outage_days(self.timeline)]
        for product, population in self.populations.items():
            for events in recorded(population, week):
                kept = np.arange(events.user.size)
                if product == story.OUTAGE_PRODUCT and week == story.OUTAGE_WEEK:
                    kept = kept[~np.isin(events.second // 86_400, silent)]
                if kept.size:
                    kept = kept[np.argsort(events.second[kept], kind="stable")]
                    yield self._table(product, events, kept, monday)

    def _table(self, product: str, events: Recorded, kept: Ints, monday: date) -> pa.Table:
        kind, user = events.kind[kept], events.user[kept]
        known = self._known(product, user, events.cohort[kept], events.rank[kept])
        features = vocabulary(product)
        start = int(np.datetime64(monday, "s").astype(np.int64))
        session = events.session[kept]
        columns = [
            pa.array([feature.event for feature in features]).take(pa.array(kind)),
            pa.array(start + events.second[kept]).cast(pa.timestamp("s")).cast(pa.string()),
            known["user"],
            pa.array([PRODUCT[product].analytics_name]).take(pa.array(np.zeros_like(kind))),
            known["account"],
            pa.array([feature.feature or None for feature in features]).take(pa.array(kind)),
            pa.array((session >> np.uint64(16)).astype(np.int64), mask=session == 0).cast(
                pa.string()
            ),
            known["platform"],
            known["country"],
            known["plan"],
        ]
        return pa.table(columns, names=list(HEADERS))

    def profile(self, product: str, users: Ints, cohort: int) -> dict[str, pa.Array]:
        """What tools write of users of one cohort: user, account, platform, country, plan."""
        cohorts = np.full(users.size, cohort)
        rank = users - self.populations[product].first_of(cohorts)
        return self._known(product, users, cohorts, rank)

    def _known(self, product: str, user: Ints, cohort: Ints, rank: Ints) -> dict[str, pa.Array]:
        person = self.person(product, user, cohort, rank)
        who = mixed(person, salt(self.seed, "person"))
        account = 1 + (fraction(mixed(person, salt(self.seed, "account"))) ** 1.6 * self.accounts)
        plan = population_share(mixed(user, salt(self.seed, product, "plan")), _PLAN_SHARES)
        return {
            "user": _labelled("u", _scrambled(person)),
            "account": _labelled("org-", account.astype(np.int64)),
            "platform": _words(_PLATFORMS, population_share(who, _PLATFORM_SHARES)),
            "country": _words(_COUNTRIES, population_share(mixed(who, 1), _COUNTRY_SHARES)),
            "plan": _words(_PLANS, plan),
        }

    def count(self) -> int:
        """Rows that `tables` will give, without making them."""
        total = 0
        for week in range(WEEKS):
            for population in self.populations.values():
                total += population.users(week).size + int(population.activated(week).sum())
                total += sum(int(active.uses.sum()) for active in population.active(week))
        return total


def population_share(hashes: Hashes, cumulated: np.ndarray) -> Ints:
    return np.searchsorted(cumulated, fraction(hashes), side="right")


def _words(words: np.ndarray, index: Ints) -> pa.Array:
    return pa.array(words.tolist()).take(pa.array(index))


def _labelled(prefix: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")


def _scrambled(person: Ints) -> Ints:
    """A one-to-one shuffle of numbers below 2^36, so that ids do not tell who came first."""
    return (person.astype(np.uint64) * np.uint64(0x5DEECE66D) & np.uint64(2**36 - 1)).astype(
        np.int64
    )


def scale_for(events: int, timeline: Timeline, seed: int) -> float:
    """The scale at which the company makes about `events` rows, from counts on a smaller one."""
    wanted = events / ROWS_AT_SCALE_ONE
    closest, smallest_error = wanted, float("inf")
    for _ in range(6):
        counted = min(wanted, 5.0)
        rows = Company(timeline, seed, counted).count() * wanted / counted
        error = rows / events - 1
        if abs(error) < smallest_error:
            closest, smallest_error = wanted, abs(error)
        if smallest_error < 0.004:
            break
        wanted /= 1 + error
    return closest


def company_of(timeline: Timeline, seed: int, events: int) -> Company:
    """The company at the scale at which it makes about `events` rows."""
    return Company(timeline, seed, scale_for(events, timeline, seed))


def write(
    folder: Path, timeline: Timeline, company: Company, progress: Callable[[float], None]
) -> list[Path]:
    """One file per quarter of thirteen whole weeks, named by the Monday on which it was taken."""
    paths = []
    for first in range(0, WEEKS, WEEKS_PER_FILE):
        taken = timeline.monday(first + WEEKS_PER_FILE)
        path = folder / f"Mixpanel events {taken}.csv"
        schema = pa.schema([(header, pa.string()) for header in HEADERS])
        with path.open("wb") as file:
            file.write((",".join(HEADERS) + "\n").encode())
            options = csv.WriteOptions(include_header=False, quoting_style="none")
            with csv.CSVWriter(file, schema, write_options=options) as rows:
                for week in range(first, first + WEEKS_PER_FILE):
                    for table in company.tables(week):
                        rows.write_table(table)
                    progress((week + 1) / WEEKS)
        paths.append(path)
    return paths
