"""What a sentence needs besides the facts: language, numbers, labels and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dashboard.translation import Translation
from metrics.catalogue.kpi import Catalogue, Kpi
from metrics.format import Formatter
from metrics.reading import Reading
from metrics.result import Scope

INITIALS = re.compile(r"^[A-Z]{2,6}(?= \()|(?<=\()[A-Z]{2,6}(?=\)$)")


@dataclass(frozen=True)
class Voice:
    """Everything a sentence needs besides the facts: language, numbers, labels and names."""

    words: Translation
    format: Formatter
    catalogue: Catalogue
    names: Mapping[Scope, str]
    zone: ZoneInfo

    def kpi(self, reading: Reading) -> Kpi:
        return self.catalogue[reading.kpi]

    def label(self, kpi: str) -> str:
        return self.catalogue[kpi].label[self.words.language]

    def short_label(self, kpi: str) -> str:
        """The label's initials where it gives some: "MRR" for "Monthly recurring revenue (MRR)"."""
        label = self.label(kpi)
        initials = INITIALS.search(label)
        return initials.group() if initials else label

    def name(self, scope: Scope) -> str:
        return self.names.get(scope, scope.key)
