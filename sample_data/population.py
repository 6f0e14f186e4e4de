"""Who used each product in which week, at any size and without remembering anybody.

A user is a number. Everything about them is a hash of that number, so a week can be made alone,
in blocks, in the same memory whatever the size of the company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from sample_data import story
from sample_data.company import PRODUCT, PRODUCTS
from sample_data.draw import Flags, Floats, Hashes, Ints, fraction, generator, mixed, salt, spread
from sample_data.timeline import WEEKS, Timeline

BLOCK = 1 << 17
"""Users looked at together."""

_OLDEST = 120  # weeks of sign-ups before the history begins
_AGES = np.arange(WEEKS + _OLDEST + 1)
_QUANTILES = np.array([NormalDist().inv_cdf((n + 0.5) / 4096) for n in range(4096)])
#: Events of a user's week: half make 3 or fewer, one in a hundred 40 and more.
_INTENSITY = np.minimum(np.exp(1.15 + 1.05 * _QUANTILES), 90.0)
#: Hours from sign-up to activation: a median of 20, always within a week.
_DELAY_HOURS = np.minimum(np.exp(np.log(20) + 1.0 * _QUANTILES), 150.0)


@dataclass(frozen=True)
class Week:
    """The users of one product active in one week, within one block.

    `cohort` is the week of their sign-up, below 0 before the history began; `rank` their place in
    it; `uses` how many events they make this week; `chance` a hash of user and week.
    """

    user: Ints
    cohort: Ints
    rank: Ints
    activated: Flags
    uses: Ints
    chance: Hashes


@dataclass(frozen=True)
class Population:
    """The users of one product. `scale` multiplies the sign-ups and nothing else."""

    product: str
    timeline: Timeline
    seed: int
    scale: float
    rates: Floats = field(init=False, repr=False)  # share of each cohort that activates
    offsets: Floats = field(init=False, repr=False)
    first_user: Ints = field(init=False, repr=False)  # of each cohort, from the oldest
    calm: Floats = field(init=False, repr=False)  # how busy each week is

    def __post_init__(self) -> None:
        product = PRODUCT[self.product]
        chance = generator(self.seed, "population", self.product)
        weeks = np.arange(-_OLDEST, WEEKS)
        noise = 1 + chance.uniform(-0.08, 0.08, weeks.size)
        rate_noise = chance.uniform(-0.035, 0.035, weeks.size)
        busy_noise = 1 + chance.uniform(-0.02, 0.02, weeks.size)
        offsets = chance.random(weeks.size)
        season = np.array([story.season(self.timeline.monday(int(week))) for week in weeks])
        before, after = product.growth
        ramp = np.clip(
            (weeks - max(product.first_week, 0)) / (36 if product.first_week > 0 else 84), 0, 1
        )
        level = before + (after - before) * ramp
        size = np.where(weeks >= product.first_week, product.signups * level * season * noise, 0.0)
        factor = np.array([story.activation_factor(self.product, int(week)) for week in weeks])
        object.__setattr__(self, "rates", (product.activation + rate_noise) * factor)
        object.__setattr__(self, "offsets", offsets)
        total = np.round(np.concatenate([[0.0], np.cumsum(size * self.scale)]))
        object.__setattr__(self, "first_user", total.astype(np.int64))
        object.__setattr__(self, "calm", season * busy_noise)

    def first_of(self, cohort: Ints) -> Ints:
        """The first user of each cohort."""
        return self.first_user[cohort + _OLDEST]

    def cohort_size(self, cohort: Ints) -> Ints:
        return self.first_user[cohort + _OLDEST + 1] - self.first_user[cohort + _OLDEST]

    def activated(self, cohort: int) -> Flags:
        """Which users of a cohort reach the activation event within their first seven days."""
        index = cohort + _OLDEST
        size = int(self.first_user[index + 1] - self.first_user[index])
        return spread(size, float(self.rates[index]), float(self.offsets[index]))

    def users(self, cohort: int) -> Ints:
        index = cohort + _OLDEST
        return np.arange(self.first_user[index], self.first_user[index + 1])

    def hashes(self, users: Ints, purpose: str) -> Hashes:
        return mixed(users, salt(self.seed, self.product, purpose))

    def signup_second(self, users: Ints) -> Ints:
        """Seconds from the cohort's Monday 00:00, in local time."""
        day = np.searchsorted(WEEKDAYS, fraction(self.hashes(users, "signup day")), side="right")
        return day * 86_400 + opening_second(self.hashes(users, "signup hour"))

    def activation_second(self, users: Ints) -> Ints:
        """Seconds from the cohort's Monday; never in the small hours, when clocks change."""
        hashes = self.hashes(users, "delay")
        delay = (_DELAY_HOURS[(hashes & np.uint64(4095)).astype(np.int64)] * 3600).astype(np.int64)
        second: Ints = self.signup_second(users) + 600 + delay
        second[second % 86_400 < 6 * 3600] += 6 * 3600
        return second

    def active(self, week: int) -> Iterator[Week]:
        """The users active in a week, block by block."""
        end = int(self.first_user[week + _OLDEST + 1])
        life, keen, luck, much = (
            salt(self.seed, self.product, purpose) for purpose in ("life", "keen", "luck", "much")
        )
        stays, leaves = self._survival()
        calm = float(self.calm[week + _OLDEST])
        for first in range(0, end, BLOCK):
            user = np.arange(first, min(first + BLOCK, end))
            index = np.searchsorted(self.first_user, user, side="right") - 1
            rank = user - self.first_user[index]
            rate, offset = self.rates[index], self.offsets[index]
            activated = np.floor((rank + 1) * rate + offset) > np.floor(rank * rate + offset)
            age = week + _OLDEST - index
            alive = fraction(mixed(user, life)) < np.where(activated, stays[age], leaves[age])
            user, index, rank, age = user[alive], index[alive], rank[alive], age[alive]
            activated = activated[alive]
            chance = mixed(mixed(user, luck) + np.uint64(week), luck)
            keenness = 0.5 + 0.48 * fraction(mixed(user, keen))
            present = (age == 0) | (fraction(chance) < keenness * calm)
            user, chance, activated = user[present], chance[present], activated[present]
            index, rank, age = index[present], rank[present], age[present]
            typical = _INTENSITY[(mixed(user, much) & np.uint64(4095)).astype(np.int64)]
            swing = 0.4 + 1.2 * fraction(mixed(chance, much))
            uses = 1 + np.floor(typical * swing * np.sqrt(calm)).astype(np.int64)
            uses = np.where((age == 0) & ~activated, np.minimum(uses, 3), uses)
            yield Week(user, index - _OLDEST, rank, activated, uses, chance)

    def _survival(self) -> tuple[Floats, Floats]:
        """Share of users still there by age in weeks: those who activated, and the others."""
        scale = PRODUCT[self.product].survival
        stays = np.exp(-((_AGES / scale) ** 0.62))
        leaves = np.where(_AGES == 0, 1.0, 0.22 * np.exp(-_AGES / 3.0))
        return stays, leaves


#: Cumulated shares of the week's work: business software, quiet but not empty at the week-end.
WEEKDAYS: Floats = np.cumsum([0.188, 0.2, 0.196, 0.194, 0.162, 0.034, 0.026])
_HOURS: Floats = np.cumsum(
    [0.02, 0.06, 0.12, 0.14, 0.13, 0.06, 0.09, 0.13, 0.12, 0.08, 0.03, 0.015, 0.005]
)


def opening_second(hashes: Hashes) -> Ints:
    """A second of the day between 7:00 and 20:00 local time, most often in office hours."""
    hour = np.searchsorted(_HOURS, fraction(hashes), side="right").clip(0, 12) + 7
    return hour * 3600 + (hashes & np.uint64(0xFFFF)).astype(np.int64) % 3600


def populations(timeline: Timeline, seed: int, scale: float) -> dict[str, Population]:
    return {
        product.product: Population(product.product, timeline, seed, scale) for product in PRODUCTS
    }
