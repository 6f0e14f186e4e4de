"""An example that a KPI carries: rows in, figures out."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from metrics.calendar import Grain


class Expected(BaseModel):
    """One figure. `scope` is 'company' or a kind and a key ('product:atelier'); `member` is of the
    dimension that the example is cut by. Either a `value` or the `reason` for having none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scope: str = "company"
    member: str = ""
    period: str
    value: float | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Expected:
        if (self.value is None) == (self.reason is None):
            raise ValueError("give a value, or the reason for having none")
        return self

    @property
    def kind(self) -> str:
        return self.scope.partition(":")[0]

    @property
    def key(self) -> str:
        return self.scope.partition(":")[2]


class Example(BaseModel):
    """Rows of canonical tables over the days `covered` (first and last), and what they amount to.

    What a row leaves out gets a plain value: the stream of the first product or squad, a number as
    its id, noon of its day. `by` cuts by a dimension; `grain` is the KPI's cadence unless given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    of: str = Field(min_length=1, description="what it shows")
    covered: tuple[date, date]
    rows: dict[str, list[dict[str, Any]]] = {}
    by: str | None = None
    grain: Grain | None = None
    gives: tuple[Expected, ...] = Field(min_length=1)
