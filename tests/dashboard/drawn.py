"""What a chart draws, layer by layer."""

from __future__ import annotations

from typing import Any

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
