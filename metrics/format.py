"""Numbers and dates in words, for screen, command, packs and API alike.

A sentence shows at most three significant figures, a table or a tooltip the exact value. Signs are
true minus signs, and no number is torn from its unit: the spaces between them do not break.
"""

from __future__ import annotations

import datetime
import math
import re
import string
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from metrics.calendar import Grain, Period
from metrics.catalogue.kpi import Unit

if TYPE_CHECKING:
    from metrics.reading import Comparison

NOT_AVAILABLE = "n/a"
NO_BREAK = "\u00a0"
THIN_NO_BREAK = "\u202f"
MINUS = "\u2212"
#: The unit after a number: " %", " M €", " jours".
UNIT_ENDING = re.compile(r"[\u00a0\u202f]\D+$")
SIGNS_AND_DIGITS = string.digits + MINUS

#: Where a short number changes its scale, largest first, with the letters of each language.
SCALES = (
    (Decimal(10) ** 9, {"en": "B", "fr": "Md"}),
    (Decimal(10) ** 6, {"en": "M", "fr": "M"}),
    (Decimal(10) ** 3, {"en": "k", "fr": "k"}),
)

#: Decimals of an exact figure, the same for all figures of a column.
EXACT_DECIMALS = {
    Unit.COUNT: 0,
    Unit.RATE: 2,
    Unit.SCORE: 2,
    Unit.NUMBER: 2,
    Unit.DAYS: 2,
    Unit.HOURS: 2,
    Unit.POINTS: 2,
}

WORDS = {
    "en": {
        "day": ("day", "days"),
        "point": ("point", "points"),
        "new": "new",
        "week": "Week {number}",
        "week_of_year": "Week {number}, {year}",
        "quarter": "Q{number} {year}",
        "since_weekday": "since {day}",
        "since": "since {day}",
    },
    "fr": {
        "day": ("jour", "jours"),
        "point": ("point", "points"),
        "new": "nouveau",
        "week": "Semaine {number}",
        "week_of_year": "Semaine {number}, {year}",
        "quarter": "T{number} {year}",
        "since_weekday": "depuis {day}",
        "since": "depuis le {day}",
    },
}

#: "since Thursday 12" is clear for so many days; further back the month is said.
WEEKDAY_CLEAR_DAYS = 20


def alphabetical(name: str) -> tuple[str, str]:
    """The key that names are sorted by: without case or accents, which then part names alike."""
    bare = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    return "".join(sign for sign in bare if not unicodedata.combining(sign)), name


def significant(number: float | Decimal, figures: int = 3) -> Decimal:
    """`number` rounded to at most `figures` significant figures, without trailing zeros.

    Works on the shortest decimal that names the float, so 0.145 is a half and not below it.
    """
    exact = number if isinstance(number, Decimal) else _decimal(number)
    if not exact:
        return Decimal(0)
    return round(exact, figures - 1 - exact.adjusted()).normalize()


def _decimal(number: float) -> Decimal:
    """The shortest decimal that names a float; Decimal(0.145) would carry binary noise."""
    return Decimal(repr(float(number)))


@dataclass(frozen=True)
class Formatter:
    """Writes figures in one language ("fr…" is French, all else English) and one currency."""

    language: str
    currency: str = "EUR"

    @cached_property
    def _language(self) -> str:
        return "fr" if self.language.lower().startswith("fr") else "en"

    @cached_property
    def locale(self) -> Locale:
        return Locale.parse("fr_FR" if self._language == "fr" else "en_GB")

    @cached_property
    def _percent_space(self) -> str:
        return THIN_NO_BREAK if self._language == "fr" else NO_BREAK

    @cached_property
    def _symbol(self) -> str:
        return str(get_currency_symbol(self.currency, locale=self.locale))

    def _word(self, name: str) -> str:
        return str(WORDS[self._language][name])

    def _plural(self, name: str, number: Decimal) -> str:
        singular, plural = WORDS[self._language][name]
        size = abs(number)
        is_singular = size < 2 if self._language == "fr" else size == 1
        return singular if is_singular else plural

    # Numbers

    def number(self, number: float | Decimal, decimals: int | None = None) -> str:
        """A bare number with separators; exactly `decimals` decimals, or as many as it has."""
        if decimals is None:
            pattern = "#,##0.##########"
        else:
            pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        written = str(format_decimal(number, pattern, locale=self.locale))
        if not any(digit in written for digit in "123456789"):
            written = written.lstrip("-")  # what rounds to 0 has no sign
        return written.replace("-", MINUS)

    def value(self, unit: Unit, number: float | None, exact: bool = False) -> str:
        """A figure with its unit: short (three significant figures) or exact; None is "n/a"."""
        if number is None or not math.isfinite(number):
            return NOT_AVAILABLE
        return self._exact(unit, number) if exact else self._short(unit, number)

    def short(self, unit: Unit, number: float | None) -> str:
        """A figure for a sentence: "€1.84 M", "1,84 M €", "41.3 %", "4.2 days"."""
        return self.value(unit, number)

    def exact(self, unit: Unit, number: float | None) -> str:
        """A figure for a table or a tooltip: "€1,840,312.40", "41.32 %"."""
        return self.value(unit, number, exact=True)

    def _exact(self, unit: Unit, number: float) -> str:
        if unit is Unit.MONEY:
            written = str(format_currency(number, self.currency, locale=self.locale))
            return written.replace("-", MINUS)
        if unit is Unit.RATE:
            number = 100 * number
        broken = unit is Unit.COUNT and not float(number).is_integer()
        decimals = 1 if broken else EXACT_DECIMALS[unit]
        return self._with_unit(unit, self.number(number, decimals), _decimal(number))

    def _short(self, unit: Unit, number: float) -> str:
        rounded = significant(_decimal(number) * (100 if unit is Unit.RATE else 1))
        if unit not in (Unit.COUNT, Unit.MONEY, Unit.NUMBER):
            return self._with_unit(unit, self.number(rounded), rounded)
        letters = ""
        for scale, names in SCALES:
            if abs(rounded) >= scale:
                rounded, letters = rounded / scale, NO_BREAK + names[self._language]
                break
        return self._with_unit(unit, self.number(rounded) + letters, rounded)

    def _with_unit(self, unit: Unit, written: str, rounded: Decimal) -> str:
        match unit:
            case Unit.MONEY:
                return self._with_currency(written)
            case Unit.RATE:
                return f"{written}{self._percent_space}%"
            case Unit.DAYS:
                return f"{written}{NO_BREAK}{self._plural('day', rounded)}"
            case Unit.HOURS:
                return f"{written}{NO_BREAK}h"
            case Unit.POINTS:
                return f"{written}{NO_BREAK}{self._plural('point', rounded)}"
            case _:
                return written

    def _with_currency(self, written: str) -> str:
        if self._language == "fr":
            return f"{written}{NO_BREAK}{self._symbol}"
        sign = MINUS if written.startswith(MINUS) else ""
        gap = NO_BREAK if self._symbol[-1].isalpha() else ""
        return f"{sign}{self._symbol}{gap}{written.removeprefix(MINUS)}"

    def between(self, unit: Unit, lower: float | None, upper: float | None) -> str:
        """A range that says its unit once: "44–52 %", "1,2–1,4 M €", "€1.2 M – €1.4 M";
        ends that are written alike are said once."""
        low, high = self.value(unit, lower), self.value(unit, upper)
        if NOT_AVAILABLE in (low, high):
            return NOT_AVAILABLE
        if low == high:
            return low
        ending = UNIT_ENDING.search(high)
        if ending and low.endswith(ending.group()) and low[0] in SIGNS_AND_DIGITS:
            low = low.removesuffix(ending.group())
        # A range from a negative number, or between numbers with units, needs air around its dash.
        plain = low[-1].isdigit() and high[0] in (*string.digits, self._symbol[0])
        airy = MINUS in low + high or not plain
        return f"{low}{NO_BREAK}–{NO_BREAK}{high}" if airy else f"{low}–{high}"

    # Changes

    def _signed(self, number: Decimal, signed: bool) -> str:
        written = self.number(abs(number))
        if not signed or not number:
            return written
        return ("+" if number > 0 else MINUS) + written

    def percent(self, fraction: float | None, signed: bool = False) -> str:
        """A fraction in %, at most one decimal: "+1.2 %"; 123 % from 100 % up."""
        if fraction is None or not math.isfinite(fraction):
            return NOT_AVAILABLE
        rounded = _modest(_decimal(fraction) * 100)
        return f"{self._signed(rounded, signed)}{self._percent_space}%"

    def points(self, unit: Unit, change: float | None, signed: bool = True) -> str:
        """A change of a rate or a score: "−6.2 points". Rates are fractions, scores points."""
        if change is None or not math.isfinite(change):
            return NOT_AVAILABLE
        amount = _decimal(change) * (100 if unit is Unit.RATE else 1)
        rounded = _modest(amount)
        return f"{self._signed(rounded, signed)}{NO_BREAK}{self._plural('point', rounded)}"

    def difference(self, unit: Unit, change: float | None, signed: bool = True) -> str:
        """A change in the KPI's own unit, such as a driver's part: "+€12.3 k", "−4.9 points"."""
        if change is None or not math.isfinite(change):
            return NOT_AVAILABLE
        if unit.compares_in_points:
            return self.points(unit, change, signed)
        written = self._short(unit, abs(change))
        if not signed or not any(digit in written for digit in "123456789"):
            return written
        return ("+" if change > 0 else MINUS) + written

    def change(self, unit: Unit, comparison: Comparison | None, signed: bool = True) -> str:
        """A comparison: "+1.2 %" for volumes, "−6.2 points" for rates, "new" after 0.

        `signed=False` leaves the sign to the sentence ("fell 6.2 points").
        """
        if comparison is None:
            return NOT_AVAILABLE
        if comparison.is_new:
            return self._word("new")
        if comparison.ratio is None:
            return self.difference(unit, comparison.change, signed)
        return self.percent(comparison.ratio if signed else abs(comparison.ratio), signed)

    # Dates

    def date(self, day: datetime.date | None, year: bool = True) -> str:
        """ "12 Nov 2026", "12 nov. 2026"; without the year "12 Nov"."""
        if day is None:
            return NOT_AVAILABLE
        written = str(format_date(day, "d MMM y" if year else "d MMM", locale=self.locale))
        if self._language == "fr" and day.day == 1:
            written = written.replace("1 ", "1er ", 1)
        return written.replace(" ", NO_BREAK)

    def month(self, day: datetime.date) -> str:
        """A month's short name for an axis: "Nov", "nov."."""
        return str(format_date(day, "LLL", locale=self.locale))

    def moment(self, when: datetime.datetime) -> str:
        """A date with its time of day, as given: "12 Nov 2026, 14:05"."""
        clock = format_datetime(when, "HH:mm", locale=self.locale)
        return f"{self.date(when.date())},{NO_BREAK}{clock}"

    def week(self, period: Period, year: bool = False) -> str:
        """ "Week 46", "Semaine 46"; with `year` "Week 46, 2026" (the year of the number)."""
        of_year, number = period.key.split("-W")
        pattern = self._word("week_of_year" if year else "week")
        return pattern.format(number=int(number), year=of_year).replace(" ", NO_BREAK, 1)

    def period(self, period: Period) -> str:
        """A period by name: "Week 46, 2026", "November 2026", "Q4 2026", "12 Nov 2026"."""
        match period.grain:
            case Grain.DAY:
                return self.date(period.start)
            case Grain.WEEK:
                return self.week(period, year=True)
            case Grain.MONTH:
                written = str(format_date(period.start, "LLLL y", locale=self.locale))
                return written.replace(" ", NO_BREAK)
            case Grain.QUARTER:
                year, number = period.key.split("-Q")
                return self._word("quarter").format(number=number, year=year)
            case Grain.SPRINT:
                return period.key
            case Grain.MTD | Grain.QTD | Grain.YTD:
                return self.days(period)

    def days(self, period: Period) -> str:
        """The days a period holds: "9–15 Nov 2026"."""
        return str(format_interval(period.start, period.end, "yMMMd", locale=self.locale))

    def since(self, day: datetime.date, today: datetime.date | None = None) -> str:
        """ "since Thursday 12" when that is near `today`, else "since 12 Nov 2025"."""
        if today is not None and 0 <= (today - day).days <= WEEKDAY_CLEAR_DAYS:
            return self._word("since_weekday").format(day=self.near(day, today))
        return self._word("since").format(day=self.near(day, today))

    def near(self, day: datetime.date, today: datetime.date | None = None) -> str:
        """ "Thursday 12" when that is near `today`, else "12 Nov 2025"."""
        if today is not None and 0 <= (today - day).days <= WEEKDAY_CLEAR_DAYS:
            return str(format_date(day, "EEEE d", locale=self.locale)).replace(" ", NO_BREAK)
        return self.date(day, year=today is None or today.year != day.year)


def _modest(number: Decimal) -> Decimal:
    """A change to one decimal, to three figures from 100 on, to one figure below 0.1."""
    if abs(number) >= 100:
        return significant(number)
    if abs(number) < Decimal("0.1"):
        return significant(number, 1)
    return round(number, 1).normalize()


@lru_cache(maxsize=16)
def formatter(language: str, currency: str = "EUR") -> Formatter:
    """The formatter of a language and currency, made once."""
    return Formatter(language, currency)
