"""What accounts of the ledger stand for, by the beginning of their number; the longest one counts.

The built-in natures are those of the French chart of accounts. A company's own `accounts.csv` adds
to them and changes them.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

from metrics.errors import VigieError

ACCOUNTS_FILE = "accounts.csv"
#: What an account of the nature `none` holds counts in nothing.
NATURES = ("revenue", "direct_variable", "squad", "shared", "none")

Natures = dict[str, str]  # beginning of an account's number -> its nature


def account_natures(folder: Path | None = None) -> Natures:
    """The built-in natures, with those of the workspace in `folder`.

    Raises VigieError naming the file's line and what is wrong with it.
    """
    built_in = files("metrics").joinpath("account_natures.csv").read_text("utf-8")
    found = _read(built_in, "account_natures.csv")
    own = None if folder is None else folder / ACCOUNTS_FILE
    if own is not None and own.is_file():
        try:
            found |= _read(own.read_text("utf-8-sig"), str(own))
        except UnicodeDecodeError:
            raise VigieError(f"{own} is not UTF-8.", next_step="Save it as UTF-8.") from None
    return found


def _read(text: str, place: str) -> Natures:
    lines = text.splitlines()
    delimiter = ";" if lines and ";" in lines[0] else ","
    found: Natures = {}
    for line, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
        row = [cell.strip() for cell in cells]
        if line == 1 and row[:2] != ["account", "nature"]:
            raise VigieError(
                f"{place}:1: the columns are {', '.join(row) or 'none'}.",
                next_step="Begin the file with the line 'account,nature'.",
            )
        if line == 1 or not any(row):
            continue
        account, nature = (*row, "")[:2]
        if not account:
            raise VigieError(
                f"{place}:{line}: a nature without an account.",
                next_step="Write how the account's number begins, as 6135,direct_variable.",
            )
        if nature not in NATURES:
            raise VigieError(f"{place}:{line}: '{nature}' is no nature.", choices=NATURES)
        if account in found:
            raise VigieError(
                f"{place}:{line}: the account '{account}' comes twice.",
                next_step="Keep one of the two lines.",
            )
        found[account] = nature
    return found


def nature_of(account: str, natures: Natures) -> str:
    """The nature of an account; '' when none is known."""
    fitting = [prefix for prefix in natures if account.startswith(prefix)]
    return natures[max(fitting, key=len)] if fitting else ""
