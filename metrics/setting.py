"""What figures depend on beside the facts: definitions, organisation, coverage, calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import duckdb

from metrics.calendar import Calendar
from metrics.catalogue.kpi import Catalogue
from metrics.coverage import Coverage
from metrics.importing.report import CoverageSpan
from metrics.models import Model, as_kept
from metrics.organisation import Organisation
from metrics.workspace import Settings


@dataclass(frozen=True)
class Setting:
    """What figures depend on beside the facts."""

    catalogue: Catalogue
    models: Mapping[str, Model]
    organisation: Organisation
    coverage: Coverage
    calendar: Calendar
    small_group: int = 5

    @classmethod
    def of(
        cls,
        settings: Settings,
        catalogue: Catalogue,
        models: Mapping[str, Model],
        organisation: Organisation,
        spans: Iterable[CoverageSpan],
    ) -> Setting:
        """The setting that a workspace's settings, organisation and coverage amount to."""
        return cls(
            catalogue=catalogue,
            models=models,
            organisation=organisation,
            coverage=Coverage(spans, organisation),
            calendar=Calendar(settings.first_weekday, settings.fiscal_year_start),
            small_group=settings.small_group,
        )

    def of_facts(self, facts: duckdb.DuckDBPyConnection) -> Setting:
        """The same for an open warehouse, which may not keep every model that it could."""
        models = as_kept(facts, self.models)
        return self if models is self.models else replace(self, models=models)
