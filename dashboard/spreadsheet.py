"""Tables as CSV that a spreadsheet opens without running anything."""

from __future__ import annotations

import re

import pandas as pd

#: A text cell that begins with one of these would run as a formula in a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"-\d[\d.,  \u00a0\u202f]*%?")
#: "+1.2 %", "-3 points": a sign, a number and a word have nothing that runs.
CHANGE = re.compile(r"[+-]\W?\d[\d.,\s]*[\w\s%€$£]*")
#: Nobody sees it, and no spreadsheet takes what follows it for a formula.
JOINER = "\u2060"


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table as CSV bytes; text that would run as a formula is preceded by an apostrophe."""
    safe = frame.copy()
    for column in safe.columns:
        safe[column] = frame[column].map(_harmless)
    safe.columns = [_harmless(str(column)) for column in safe.columns]
    return safe.to_csv(index=False).encode("utf-8-sig")


def _harmless(cell: object) -> object:
    """A cell that no spreadsheet runs as a formula; a number stays one."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    return cell if NUMBER.fullmatch(cell) else f"'{cell}"


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """A table that looks the same, and whose texts no spreadsheet runs where they are copied or
    downloaded from a page: an invisible character stands before what would."""
    safe = frame.copy()
    for column in safe.columns:
        if safe[column].dtype == object or pd.api.types.is_string_dtype(safe[column]):
            safe[column] = frame[column].map(inert_text)
    return safe


def inert_text(cell: object) -> object:
    """A cell of such a table."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA_STARTS):
        return cell
    return cell if CHANGE.fullmatch(cell) else f"{JOINER}{cell}"
