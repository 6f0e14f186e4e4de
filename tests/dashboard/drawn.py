"""What a chart draws, layer by layer, and what a table shows."""

from __future__ import annotations

from typing import Any

import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1.element_tree import Dataframe

from dashboard.drawing import Drawing


def layers(drawing: Drawing, kind: str) -> list[dict[str, Any]]:
    """The layers of one kind of mark, from back to front, without the frame."""
    return [layer for layer in drawing.spec["layer"][1:] if layer["mark"]["type"] == kind]


def rows(drawing: Drawing, kind: str) -> list[dict[str, Any]]:
    """What the layers of one kind of mark hold."""
    return [row for layer in layers(drawing, kind) for row in layer["data"]["values"]]


def texts(drawing: Drawing) -> list[str]:
    """What is written in the chart, its axes left out."""
    return [row["t"].replace("\u00a0", " ").replace("\u202f", " ") for row in rows(drawing, "text")]


def axis(drawing: Drawing, side: str) -> dict[str, Any]:
    """One axis ("x" or "y"), with its labels."""
    found: dict[str, Any] = drawing.spec["layer"][0]["encoding"][side]["axis"]
    return found


def written(table: Dataframe) -> pd.DataFrame:
    """A table as it is read: its numbers in the page's words."""
    styler = table.proto.arrow_data.styler
    if not styler.display_values:
        return table.value
    shown: pd.DataFrame = convert_arrow_bytes_to_pandas_df(styler.display_values)
    return shown
