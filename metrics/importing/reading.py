"""What the cells of a file mean, as it was decided on all its rows: kept with what is left of them.

Whether days or months come first, commas stand before decimals or a column is a question is told by
values; where the rows that told it are gone, the rest is still read alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from metrics.importing.binding import Binding
from metrics.importing.values import Reading


def told_of(binding: Binding) -> dict[str, Any]:
    """The decisions, as JSON can hold them."""
    return {
        "orders": {bound.name: bound.order for bound in binding.fields},
        "marks": {
            bound.name: bound.column.mark
            for bound in binding.fields
            if bound.column.read is Reading.DECIMAL
        },
        "other_mark": binding.profile.other_mark,
        "asked": [bound.cell for bound in binding.questions],
    }


def as_told(binding: Binding, told: Mapping[str, Any]) -> Binding:
    """The binding of what is left of a file, by the decisions of the whole."""
    marks = told["marks"]
    fields = tuple(
        replace(
            bound,
            order=told["orders"].get(bound.name, bound.order),
            column=bound.column.model_copy(
                update={"mark": marks.get(bound.name, bound.column.mark)}
            ),
        )
        for bound in binding.fields
    )
    return replace(
        binding,
        fields=fields,
        questions=tuple(each for each in binding.questions if each.cell in told["asked"]),
        profile=binding.profile.model_copy(update={"other_mark": told["other_mark"]}),
    )
