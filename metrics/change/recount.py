"""The figures that follow from a draft, written under a number that nobody reads yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import pandas as pd

from metrics import erasure, models, published_waves, references, retention
from metrics.account_natures import account_natures
from metrics.catalogue import load_catalogue
from metrics.change.draft import Draft, Drafted
from metrics.contents import Contents
from metrics.detection.signal_frames import judged_rows, signal_frames
from metrics.documents import passed_over
from metrics.errors import Mistake
from metrics.importing import verbatims
from metrics.importing.report import CoverageSpan
from metrics.inputs import Inputs, note, unchanged
from metrics.organisation import Organisation
from metrics.publish import Published, publish
from metrics.register import ledger
from metrics.register import left_out as register_left_out
from metrics.register.baselines import shifts
from metrics.register.organisation import load_organisation
from metrics.register.retention import Horizon, read_horizon
from metrics.register.state import State
from metrics.result import Scope
from metrics.setting import Setting
from metrics.themes import load_themes

ANEW = (
    "publish",
    "erase",
    "rebuild",
    "purge",
)  # kinds of job that make everything, whatever it is made of


class Recount:
    """Figures, signals and documents of one draft, under the lease of the publisher."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._catalogue, self._models = draft.definitions
        self._left_out: dict[str, Mistake] = {}

    def run(self, state: State, drafted: Drafted) -> Published:
        """Compute what a changed input asks for and write it; a KPI that fails is left out."""
        draft = self._draft
        organisation, spans = self._of_register(drafted)
        contents = self._prepare(organisation)
        setting = Setting.of(
            draft.workspace.settings, self._catalogue, self._models, organisation, spans
        )
        with draft.register.connect() as connection:
            acknowledged = shifts(connection)
            horizon = read_horizon(connection)
        if drafted.purging:
            known = horizon.kept if horizon else frozenset()
            horizon = Horizon(drafted.purging.horizon, known)
        made = Inputs(draft.facts, setting, contents, acknowledged).all()
        same = () if draft.job.kind in ANEW else unchanged(draft.facts, state.publication_id, made)
        passed = passed_over(self._catalogue, same)
        computed = draft.steps.compute(
            draft.facts,
            setting,
            lambda done, kpi: draft.say("publishing", 0.55 + 0.35 * done, f"Publishing {kpi}."),
            same,
        )
        aged = retention.KeptFigures(
            draft.register, state.publication_id, horizon, self._catalogue,
            at_work=drafted.purging is not None,
        )  # fmt: skip
        self._left_out = {mistake.name: mistake for mistake in self._catalogue.problems}
        kept: list[pd.DataFrame] = []
        found: list[pd.DataFrame] = []

        def figures() -> Iterator[pd.DataFrame]:
            yield from self._passed(aged.over(computed, same), kept)
            draft.say("judging", 0.9, "Looking for signals.")
            launched = {
                Scope("product", product.product): product.launched
                for product in organisation.products
                if product.launched
            }
            ended = {Scope(*at): day for at, day in organisation.ends.items()}
            found.extend(signal_frames(kept, self._catalogue, acknowledged, launched, ended))
            yield from draft.steps.cut(draft.facts, setting, kept, found)

        def judged(publication: int) -> Iterator[pd.DataFrame]:
            draft.reached("judging")
            yield from found

        def documented(publication: int) -> Iterable[pd.DataFrame]:
            draft.say("judging", 0.94, "Looking ahead.")
            return draft.steps.document(draft.facts, setting, draft.workspace, publication, passed)

        hidden = published_waves.hidden_kpis(self._catalogue)
        published = publish(
            draft.register,
            draft.lease,
            figures(),
            judged,
            documented,
            warehouse_version=state.warehouse_version + 1,
            cause=drafted.cause,
            by=draft.job.by,
            settling_days=draft.workspace.settings.settling_days,
            today=datetime.now(draft.workspace.zone).date(),
            once=() if drafted.undone else hidden,
            progress=lambda rows: draft.reached("publishing"),
            kept=lambda: self._left_out,
            unchanged=same,
            passed=passed,
        )
        if drafted.purging:
            drafted.purging.kept.extend(aged.found)
        current = published.publication or state.publication_id
        with draft.register.connect() as connection:
            published_waves.note_shown(
                draft.facts, connection, self._catalogue, organisation, current
            )
        note(
            draft.facts,
            current,
            {key: told for key, told in made.items() if key[0] not in self._left_out},
        )
        with draft.register.begin() as connection:
            draft.lease.hold(connection)
            register_left_out.note(connection, self._left_out.values())
        return published

    def _of_register(self, drafted: Drafted) -> tuple[Organisation, list[CoverageSpan]]:
        """The organisation and the days covered as they will be once the draft is current."""
        changed = {"including": drafted.staged, "excluding": drafted.undone}
        with self._draft.register.connect() as connection:
            organisation = load_organisation(connection, **changed).named(self._draft.job.names)
            held = ledger.read_coverage(connection, **changed)
        spans = [each.span for each in held if each.import_id not in drafted.coverage]
        spans += [span for those in drafted.coverage.values() for span in those]
        if drafted.erasing:
            organisation = erasure.as_after(organisation, drafted.erasing.person)
        return organisation, spans

    def _prepare(self, organisation: Organisation) -> Contents:
        """Make again what facts refer to and the kept models; those that fail are left out."""
        self._draft.say("modelling", 0.46, "Preparing the facts.")
        workspace = self._draft.workspace
        natures = account_natures(workspace.path)
        references.rebuild(self._draft.facts, organisation, workspace.settings.currency, natures)
        verbatims.refresh(self._draft.facts, organisation, load_themes(workspace.path))
        failed: list[Mistake] = []
        contents = Contents(self._draft.facts, self._models, organisation)
        models.refresh(
            self._draft.facts,
            self._models,
            lambda name: self._draft.say("modelling", 0.5, f"Preparing {name}."),
            failed.append,
            contents.of_model,
            anew=self._draft.job.kind in ANEW,
        )
        if failed:
            self._models = self._models.without(failed)
            self._catalogue = load_catalogue(self._draft.workspace.catalogue, self._models)
            contents = Contents(self._draft.facts, self._models, organisation)
        self._draft.reached("modelling")
        return contents

    def _passed(
        self, computed: Iterable[pd.DataFrame | Mistake], kept: list[pd.DataFrame]
    ) -> Iterator[pd.DataFrame]:
        """Pass frames on, keeping the rows that signals are made of, and noting what failed."""
        for frame in computed:
            if isinstance(frame, Mistake):
                self._left_out[frame.name] = frame
                continue
            if not frame.empty:
                kept.append(judged_rows(frame, self._catalogue))
            yield frame
