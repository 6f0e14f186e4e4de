"""The files of one job landed on its draft, each staged in the ledger as it comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metrics.change.draft import Draft, Drafted
from metrics.change.steps import Landed
from metrics.feeds import kpis_fed
from metrics.importing import Part, parts
from metrics.importing.known_names import read_last
from metrics.importing.report import FileReport, Problem
from metrics.organisation import Organisation
from metrics.publish import Cause
from metrics.register import ledger
from metrics.register.organisation import load_organisation, write_rows
from metrics.register.tables import ORGANISATION
from metrics.strangers import with_strangers

QUARANTINE_CHUNK = 2_000


class Landing:
    """The landing of one job's files, all of them told as arrived at the same moment."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._arrived_at = datetime.now(UTC).replace(tzinfo=None)
        self._staged: list[int] = []
        self._feeds: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self._organisation = self._load_organisation()

    def run(self) -> Drafted:
        """Land every file; those that say what words stand for before those that need it."""
        asked = [part for file in self._draft.job.files for part in parts(Path(file))]
        count = len(asked)
        order = list(range(count))
        if count > 1:
            order.sort(key=lambda place: read_last(asked[place]))
        with self._draft.register.connect() as connection:
            first = ledger.next_import_id(connection)
        by_place = {
            place: self._land(asked[place], first + len(self._staged), index / count, 1 / count)
            for index, place in enumerate(order)
        }
        reports = [by_place[place] for place in range(count)]
        self._draft.reached("landed")
        staged, known = self._staged, self._organisation
        names = [Path(report.file).name for report in reports if report.import_id]
        detail = (
            f"import {', '.join(map(str, staged))}: {', '.join(names)}"
            if len(staged) <= 3
            else f"imports {staged[0]} to {staged[-1]}: {names[0]} and {len(names) - 1} more files"
        )
        return Drafted(
            tuple(with_strangers(placed(each, known), known) for each in reports),
            tuple(staged),
            (),
            Cause(cause_of(reports), shortened(detail)),
            bool(staged or self._draft.job.names),
        )

    def _land(self, path: Path | Part, number: int, begun: float, part: float) -> FileReport:
        """Land one file under `number`, which takes `part` of the job from `begun` on."""

        def progress(message: str, done: float) -> None:
            told = f"{path.name}: {message}"
            self._draft.say("landing", 0.05 + 0.4 * (begun + part * done), told)

        progress("reading", 0.0)
        landed = self._draft.steps.land(
            self._draft.facts,
            self._draft.workspace,
            path,
            number,
            self._draft.job.options,
            self._organisation,
            self._fed,
            self._known,
            progress,
            self._arrived_at,
        )
        self._draft.reached("landing")
        report = self._known_elsewhere(landed.report)
        if report.status != "loaded":
            return report
        report = replace(report, import_id=number)
        self._stage(landed, report, number)
        self._staged.append(number)
        if report.dataset in ORGANISATION:
            self._organisation = self._load_organisation()
        return report

    def _stage(self, landed: Landed, report: FileReport, number: int) -> None:
        """Note an import, and the rows it set aside, so that nobody sees it yet."""
        register, lease, job = self._draft.register, self._draft.lease, self._draft.job
        with register.begin() as connection:
            lease.hold(connection)
            ledger.stage(
                connection, number, report, options=job.options.of(report.sha256),
                archive=landed.archive, by=job.by, at=self._arrived_at,
            )  # fmt: skip
            if landed.organisation_rows and report.observed_at is not None:
                rows = landed.organisation_rows
                write_rows(connection, report.dataset, rows, number, report.observed_at)
        for start in range(0, len(landed.quarantine), QUARANTINE_CHUNK):
            with register.begin() as connection:
                lease.hold(connection)
                chunk = landed.quarantine[start : start + QUARANTINE_CHUNK]
                ledger.set_aside(connection, number, chunk)

    def _load_organisation(self) -> Organisation:
        """The organisation with what this job's files have said so far."""
        with self._draft.register.connect() as connection:
            known = load_organisation(connection, including=self._staged)
        return known.named(self._draft.job.names)

    def _fed(
        self,
        dataset: str,
        lacking: Collection[str] = (),
        kinds: Collection[str] | None = None,
        metrics: Collection[str] | None = None,
    ) -> tuple[str, ...]:
        """As `kpis_fed`, told once for the many files that are alike."""
        of_answers, of_figures = (
            None if told is None else frozenset(told) for told in (kinds, metrics)
        )
        key = (dataset, frozenset(lacking), of_answers, of_figures)
        if key not in self._feeds:
            catalogue, models = self._draft.definitions
            self._feeds[key] = kpis_fed(catalogue, models, *key)
        return self._feeds[key]

    def _known(self, sha256: str, observed_at: datetime | None) -> int | None:
        with self._draft.register.connect() as connection:
            return ledger.find(connection, sha256, observed_at, including=self._staged)

    def _known_elsewhere(self, report: FileReport) -> FileReport:
        """Refuse a known file that is now given to another product or squad: nothing moves it."""
        wanted = (self._draft.job.options.product, self._draft.job.options.squad)
        if report.status != "unchanged" or report.import_id is None or wanted == (None, None):
            return report
        with self._draft.register.connect() as connection:
            given = ledger.placed_by_hand(connection, report.import_id)
        if wanted == given:
            return report
        number = str(report.import_id)
        problem = Problem("refused", "known_elsewhere", details={"import_id": number})
        return replace(
            report, status="refused", problems=(*report.problems, problem), import_id=None
        )


def placed(report: FileReport, organisation: Organisation) -> FileReport:
    """A report without the strangers that a later file of the same job has introduced."""

    def known(stream: str) -> bool:
        kinds = ("product", "squad")
        return organisation.answered(kinds, report.tool, stream)

    return replace(
        report,
        unknown_streams=tuple(stream for stream in report.unknown_streams if not known(stream)),
        problems=tuple(
            problem
            for problem in report.problems
            if problem.reason != "unknown_stream" or not known(problem.details.get("stream", ""))
        ),
    )


def cause_of(reports: Iterable[FileReport]) -> str:
    """What kind of change loaded files are, for the restatements that follow from it."""
    datasets = {report.dataset for report in reports if report.status == "loaded"}
    if datasets == {"rates"}:
        return "rate"
    return "organisation" if datasets and datasets <= set(ORGANISATION) else "import"


def shortened(detail: str, limit: int = 200) -> str:
    return detail if len(detail) <= limit else detail[: limit - 1] + "…"
