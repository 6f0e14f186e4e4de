"""Numbers in tables, written as the page's language writes them and sorted as numbers.

The formats of Streamlit's own columns follow the browser's language, which need not be the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

from pandas import DataFrame
from pandas.io.formats.style import Styler

from dashboard.spreadsheet import inert
from dashboard.voice import Voice

#: The label and the title of a bar whose figure stands in a column beside it.
NO_LABEL = BAR = " "


def written(frame: DataFrame, how: Mapping[str, Callable[[float], str]]) -> Styler:
    """`frame` with its columns of numbers in words, by column name.

    A column's own format must not be given: it would be preferred to these words.
    """
    known: dict[Any, Any] = {name: write for name, write in how.items() if name in frame}
    return inert(frame).style.format(known)


def counted(voice: Voice) -> Callable[[float], str]:
    """How a count is written; what is not known is empty."""
    return lambda number: "" if isnan(number) else voice.format.number(number)


def whole_percents(voice: Voice) -> str:
    """The format of a bar that holds whole percents, 0 to 100: "%d %%"."""
    return voice.format.percent(0.0).replace("%", "%%").replace("0", "%d")
