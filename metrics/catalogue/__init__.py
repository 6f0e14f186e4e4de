"""The KPI catalogue: definitions as data, read from YAML, checked before anything runs."""

from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.catalogue.loading import load_catalogue

__all__ = ["Catalogue", "Kpi", "load_catalogue"]
