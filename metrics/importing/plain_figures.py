"""Figures as a report writes them, without the marks of the reader's language."""

from __future__ import annotations

import re

LONGEST_FIGURE = 60
_DURATION = re.compile(r"(\d{1,6}):([0-5]\d):([0-5]\d)")
_AMOUNT = re.compile(r"[^\w\s.,+-]?\s*([+-]?\d[\d.,'\s\u00a0\u202f]*)\s*(%|[^\w\s.,]|[A-Z]{3})?")
_NOTHING = frozenset({"", "-", "—", "#div/0", "#div/0!", "(not available)", "n/a"})


def is_number(text: str) -> bool:
    return len(text) <= LONGEST_FIGURE and (
        text.strip().casefold() in _NOTHING
        or _DURATION.fullmatch(text.strip()) is not None
        or _AMOUNT.fullmatch(text.strip()) is not None
    )


def plain(text: str) -> str:
    """The figure without the marks of the reader's language: shares as fractions, durations in
    seconds. What is no figure stays as it is, to be told."""
    if len(text) > LONGEST_FIGURE:
        return text
    if text.casefold() in _NOTHING:
        return ""
    if found := _DURATION.fullmatch(text):
        hours, minutes, seconds = (int(part) for part in found.groups())
        return str(3600 * hours + 60 * minutes + seconds)
    found = _AMOUNT.fullmatch(text)
    if not found:
        return text
    digits = pointed(re.sub(r"['\s\u00a0\u202f]", "", found.group(1)))
    if found.group(2) != "%":
        return digits
    return hundredth(digits)


def pointed(digits: str) -> str:
    """With a dot for the decimals. One mark before exactly three digits parts thousands, unless
    it is a dot: tools that write no thousands write decimals so."""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return digits
    last = marks[-1]
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        return digits.replace(other, "").replace(last, ".")
    if len(marks) > 1 or (last == "," and re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", digits)):
        return digits.replace(last, "")
    return digits.replace(last, ".")


def hundredth(digits: str) -> str:
    sign = "-" if digits.startswith("-") else ""
    whole, _, rest = digits.lstrip("+-").partition(".")
    whole = whole.rjust(3, "0")
    return f"{sign}{whole[:-2]}.{whole[-2:]}{rest}"
