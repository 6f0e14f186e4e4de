"""The 104 closed weeks that the fictional company lived, and steady names for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.errors import VigieError

WEEKS = 104
DEFAULT_UNTIL = date(2026, 11, 15)


@dataclass(frozen=True)
class Timeline:
    """Weeks are numbered from 0 to 103; the last one ends on `until`, a Sunday.

    Raises VigieError when `until` is not a Sunday.
    """

    until: date = DEFAULT_UNTIL

    def __post_init__(self) -> None:
        if self.until.isoweekday() != 7:
            sunday = self.until - timedelta(self.until.isoweekday())
            raise VigieError(
                f"The history must end on a closed week, and {self.until} is not a Sunday.",
                next_step=f"Give a Sunday, such as {sunday}.",
                exit_code=2,
            )

    @property
    def start(self) -> date:
        return self.until - timedelta(7 * WEEKS - 1)

    @property
    def exported(self) -> date:
        """The Monday after the last week: the morning on which exports are taken."""
        return self.until + timedelta(1)

    def monday(self, week: int) -> date:
        return self.start + timedelta(7 * week)

    def week(self, day: date) -> int:
        return (day - self.start).days // 7

    def iso_week(self, week: int) -> str:
        year, number, _ = self.monday(week).isocalendar()
        return f"{year}-W{number:02}"

    def months(self) -> list[date]:
        """First days of the calendar months that lie wholly within the history."""
        days = [first_of_month(self.start, offset) for offset in range(26)]
        return [
            day for day in days if day >= self.start and first_of_month(day, 1) <= self.exported
        ]


def first_of_month(day: date, offset: int = 0) -> date:
    """The first day of the month that is `offset` months after the month of `day`."""
    carry, month = divmod(day.month - 1 + offset, 12)
    return date(day.year + carry, month + 1, 1)
