"""What entries inherit from each other and from their models; a mistake stays where it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from metrics.calendar import Grain
from metrics.catalogue.checking import (
    check_answers,
    check_currency,
    check_expressions,
    covered_datasets,
)
from metrics.catalogue.kpi import Kind, Kpi
from metrics.errors import Mistake, VigieError, unknown
from metrics.formula import names_in
from metrics.functions import FUNCTIONS
from metrics.models import Model, Models, tells_of_teams

FORMULA_KEYS = {Kind.RATIO: ("numerator", "denominator"), Kind.DERIVED: ("formula",)}


#: How the place of an entry that comes with the program begins.
BUILT_IN = "catalogue/"


@dataclass(frozen=True)
class Written:
    """An entry as it stands in its file: what it says, or what is wrong with it; the line of each
    of its keys."""

    name: str
    said: Kpi | Mistake
    lines: Mapping[str, int]


def parts_of(kpi: Kpi) -> tuple[str, ...]:
    """The KPIs and measures that a ratio or derived KPI reads; none for those that read a model."""
    if "function" in kpi.calculation:
        return FUNCTIONS[str(kpi.calculation["function"])].reads
    keys = FORMULA_KEYS.get(kpi.kind, ())
    found = [name for key in keys for name in names_in(str(kpi.calculation[key]), kpi.source)]
    return tuple(dict.fromkeys(found))


class Resolution:
    """Entries in an order in which parts come first, with what they inherit from them.

    `kpis` holds those that are right, `mistakes` says of each other one what is wrong with it; an
    entry that reads a mistaken one is mistaken as well, one that merely has it as a parent is not.
    """

    def __init__(self, written: Iterable[Written], models: Mapping[str, Model]) -> None:
        self.kpis: dict[str, Kpi] = {}
        self.mistakes: dict[str, Mistake] = {}
        self._written = {entry.name: entry for entry in written}
        self._models = models
        self._broken_models = (
            {mistake.name: mistake for mistake in models.mistakes}
            if isinstance(models, Models)
            else {}
        )
        for entry in self._written.values():
            if isinstance(entry.said, Mistake):
                self.mistakes[entry.name] = entry.said
        self._refuse_circles_of_parents()
        for name in self._written:
            self._resolve(name, ())
        self.kpis = {
            name: replace(kpi, parents=tuple(part for part in kpi.parents if part in self.kpis))
            for name, kpi in self.kpis.items()
        }

    def _refuse_circles_of_parents(self) -> None:
        """Leave out the entry that makes the KPI tree go round: a company's own, else the last."""
        for name in self._written:
            while (circle := _circle(name, self._parents)) is not None:
                kpis = [
                    said for each in circle if isinstance(said := self._written[each].said, Kpi)
                ]
                own = [kpi for kpi in kpis if not kpi.source.startswith(BUILT_IN)]
                wrong = (own or kpis)[-1]
                refusal = VigieError(
                    f"{wrong.source} (parents): KPIs are each other's parents in a circle: "
                    f"{' → '.join((*circle, circle[0]))}.",
                    next_step="Name as a parent what this KPI acts on, not what acts on it.",
                )
                self._leave_out(wrong.name, refusal)

    def _parents(self, name: str) -> tuple[str, ...]:
        entry = self._written.get(name)
        if entry is None or not isinstance(entry.said, Kpi) or name in self.mistakes:
            return ()
        return entry.said.parents

    def _resolve(self, name: str, path: tuple[str, ...]) -> None:
        entry = self._written[name]
        if name in self.kpis or isinstance(entry.said, Mistake) or name in self.mistakes:
            return
        try:
            if name in path:
                circle = " → ".join((*path[path.index(name) :], name))
                raise VigieError(f"KPIs read each other in a circle: {circle}.")
            self.kpis[name] = self._inherited(entry.said, (*path, name))
        except VigieError as refusal:
            self._leave_out(name, refusal)

    def _leave_out(self, name: str, refusal: VigieError) -> None:
        entry = self._written[name]
        if name not in self.mistakes and isinstance(entry.said, Kpi):
            self.mistakes[name] = Mistake.of(refusal, name, entry.said.source, entry.lines)

    def _inherited(self, kpi: Kpi, path: tuple[str, ...]) -> Kpi:
        """A KPI with the member, the datasets and the definition that it takes from others."""
        for parent in kpi.parents:
            if parent not in self._written:
                raise unknown("KPI", parent, self._written, f"See {kpi.source} (parents).")
        names = parts_of(kpi)
        for part in names:
            if part not in self._written:
                place = f"See {kpi.source} ({self._key_reading(kpi, part)})."
                raise unknown("KPI or measure", part, self._written, place)
            self._resolve(part, path)
            if part not in self.kpis:
                self._refuse_part(kpi, part)
        if names:
            return self._from_parts(kpi, [self.kpis[part] for part in names])
        if "function" in kpi.calculation:
            declared = FUNCTIONS[str(kpi.calculation["function"])]
            return self._from_model(kpi, declared.facts, declared.member)
        return self._from_model(kpi, str(kpi.calculation["model"]))

    def _refuse_part(self, kpi: Kpi, part: str) -> None:
        cause = self.mistakes[part]
        raise VigieError(
            f"{kpi.source} ({self._key_reading(kpi, part)}): '{kpi.name}' reads '{part}', which is "
            f"left out: {cause.message}",
            next_step=f"Mend {cause.place}.",
        )

    def _key_reading(self, kpi: Kpi, part: str) -> str:
        if "function" in kpi.calculation:
            return "function"
        keys = FORMULA_KEYS[kpi.kind]
        return next(key for key in keys if part in names_in(str(kpi.calculation[key]), kpi.source))

    def _from_parts(self, kpi: Kpi, parts: list[Kpi]) -> Kpi:
        if len({part.member for part in parts}) > 1:
            raise VigieError(
                f"{kpi.source}: '{kpi.name}' mixes figures of products and of squads: "
                f"{', '.join(part.name for part in parts)}.",
                next_step="Read figures of one of the two.",
            )
        return _with(
            kpi,
            parts[0].member,
            tuple(dict.fromkeys(dataset for part in parts for dataset in part.datasets)),
            [part.definition for part in parts],
        )

    def _from_model(self, kpi: Kpi, name: str, member: str = "") -> Kpi:
        """What a KPI takes from its model, or from the facts of its function, which may have none
        and says itself whose they are (`member`)."""
        if name in self._broken_models:
            cause = self._broken_models[name]
            raise VigieError(
                f"{kpi.source} (model): '{kpi.name}' reads the model '{name}', which is left out: "
                f"{cause.message}",
                next_step=f"Mend {cause.place}.",
            )
        if name not in self._models:
            if member:
                return _with(kpi, member, (), [])
            raise unknown("model", name, self._models, f"See {kpi.source} (model).")
        model = self._models[name]
        datasets, digests = _datasets(model, self._models), _digests(model, self._models)
        if not member:
            check_expressions(kpi, model)
            check_currency(kpi, model)
            datasets = covered_datasets(kpi, datasets)
            if tells_of_teams(model, self._models):
                check_answers(kpi, model)
                hidden = {**kpi.calculation, "small_groups": "hidden"}
                kpi = replace(kpi, calculation=hidden, grains=(Grain.MONTH,))
        return _with(kpi, member or model.member, datasets, digests)


def _circle(name: str, parents: Callable[[str], tuple[str, ...]]) -> tuple[str, ...] | None:
    """The KPIs on a way from one up its parents back to itself; None where there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for parent in parents(way[-1]):
            if parent == name:
                return way
            if parent not in seen:
                seen.add(parent)
                ways.append((*way, parent))
    return None


def _with(kpi: Kpi, member: str, datasets: tuple[str, ...], basis: list[str]) -> Kpi:
    definition = _digest(kpi.kind, kpi.unit, kpi.calculation, basis)
    return replace(kpi, member=member, datasets=datasets, definition=definition)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _datasets(model: Model, models: Mapping[str, Model]) -> tuple[str, ...]:
    behind = [
        dataset for name in model.sources if name in models for dataset in models[name].datasets
    ]
    return tuple(dict.fromkeys([*model.datasets, *behind]))


def _digests(model: Model, models: Mapping[str, Model]) -> list[str]:
    behind = [models[name] for name in sorted(model.sources) if name in models]
    return [model.digest, *(digest for other in behind for digest in _digests(other, models))]
