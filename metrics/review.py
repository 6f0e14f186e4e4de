"""The weekly review and the product page, read from the register for one viewer.

Pages show the dataclasses of `metrics.review_facts` and `metrics.reading`, which can be imported
from here as well; they compute nothing.
"""

from __future__ import annotations

from metrics.reading import Comparison, Limits, Reading, SignalFact
from metrics.review_facts import (
    Box,
    Driver,
    Freshness,
    MissingData,
    Person,
    Point,
    ProductPage,
    Review,
    ScorecardCell,
    ScorecardRow,
    SixTwelve,
    Subject,
    Target,
)

__all__ = [
    "Box",
    "Comparison",
    "Driver",
    "Freshness",
    "Limits",
    "MissingData",
    "Person",
    "Point",
    "ProductPage",
    "Reading",
    "Review",
    "ScorecardCell",
    "ScorecardRow",
    "SignalFact",
    "SixTwelve",
    "Subject",
    "Target",
]
