"""What a job does to the draft of the warehouse, before anything of it is current."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from metrics import erasure, published_waves, warehouse
from metrics.change.steps import Listener, Steps
from metrics.definitions import Definitions
from metrics.engines import attach_read_only
from metrics.errors import VigieError
from metrics.feeds import kpis_fed
from metrics.importing import parts, relanding
from metrics.importing.known_names import read_last
from metrics.importing.profile import load_profiles
from metrics.importing.report import FileReport, Problem
from metrics.job import Job
from metrics.organisation import Organisation
from metrics.publish import Cause
from metrics.register import ledger
from metrics.register.leases import Lease
from metrics.register.organisation import load_organisation, write_rows
from metrics.register.state import State
from metrics.register.tables import ORGANISATION
from metrics.workspace import Workspace

QUARANTINE_CHUNK = 2_000


@dataclass(frozen=True)
class Erasing:
    """Who is erased by this job, under which number, and the rows that went so far."""

    person: erasure.Person
    number: int
    rows: dict[str, int]


@dataclass(frozen=True)
class Drafted:
    """What a job did to its draft, before anything is current."""

    files: tuple[FileReport, ...]
    staged: tuple[int, ...]
    undone: tuple[int, ...]
    cause: Cause
    touched: bool  # False: the draft is the same as the current version
    erasing: Erasing | None = None
    differs: tuple[str, ...] = ()


class Drafting:
    """One job at work on one draft, under the lease of the publisher."""

    def __init__(
        self,
        job: Job,
        workspace: Workspace,
        facts: duckdb.DuckDBPyConnection,
        lease: Lease,
        steps: Steps,
        listener: Listener,
        definitions: Definitions,
    ) -> None:
        self.job = job
        self.workspace = workspace
        self.register = workspace.register
        self._facts = facts
        self._lease = lease
        self._steps = steps
        self._say = listener.say
        self._reached = listener.reached
        self._catalogue, self._models = definitions
        self._feeds: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def run(self, state: State) -> Drafted:
        """Do what the job asks, beside the current `state`. Raises VigieError when refused."""
        match self.job.kind:
            case "import":
                return self._import()
            case "undo":
                return self._undo()
            case "names":
                detail = ", ".join(f"{n.source} {n.alias}" for n in self.job.names)
                cause = Cause("organisation", shortened(f"names: {detail}"))
                return Drafted((), (), (), cause, True)
            case "publish":
                return Drafted((), (), (), Cause("setting", "published by hand"), True)
            case "erase":
                return self._erase()
            case "rebuild":
                return self._rebuild(state)

    def _import(self) -> Drafted:
        reports: list[FileReport] = []
        staged: list[int] = []
        with self.register.connect() as connection:
            organisation = load_organisation(connection).named(self.job.names)
            number = ledger.next_import_id(connection)
        asked = [part for file in self.job.files for part in parts(Path(file))]
        arrived_at = datetime.now(UTC).replace(tzinfo=None)
        count = len(asked)
        order = list(range(count))
        if count > 1:
            order.sort(key=lambda place: read_last(asked[place]))
        for index, path in enumerate(asked[place] for place in order):
            begun = 0.05 + 0.4 * index / count

            def progress(
                message: str, done: float, begun: float = begun, name: str = path.name
            ) -> None:
                self._say("landing", begun + 0.4 * done / count, f"{name}: {message}")

            progress("reading", 0.0)
            landed = self._steps.land(
                self._facts,
                self.workspace,
                path,
                number,
                self.job.options,
                organisation,
                self._fed,
                lambda sha256, observed_at: self._known(sha256, observed_at, staged),
                progress,
                arrived_at,
            )
            self._reached("landing")
            report = self._known_elsewhere(landed.report)
            if report.status == "loaded":
                report = replace(report, import_id=number)
                with self.register.begin() as connection:
                    self._lease.hold(connection)
                    ledger.stage(
                        connection,
                        number,
                        report,
                        options=self.job.options.of(report.sha256),
                        archive=landed.archive,
                        by=self.job.by,
                        at=arrived_at,
                    )
                    if landed.organisation_rows and report.observed_at is not None:
                        write_rows(
                            connection,
                            report.dataset,
                            landed.organisation_rows,
                            number,
                            report.observed_at,
                        )
                for start in range(0, len(landed.quarantine), QUARANTINE_CHUNK):
                    with self.register.begin() as connection:
                        self._lease.hold(connection)
                        ledger.set_aside(
                            connection, number, landed.quarantine[start : start + QUARANTINE_CHUNK]
                        )
                staged.append(number)
                number += 1
                if report.dataset in ORGANISATION:
                    with self.register.connect() as connection:
                        organisation = load_organisation(connection, including=staged).named(
                            self.job.names
                        )
            reports.append(report)
        reports = [
            report for _, report in sorted(zip(order, reports, strict=True), key=itemgetter(0))
        ]
        self._reached("landed")
        names = [Path(report.file).name for report in reports if report.import_id]
        detail = (
            f"import {', '.join(map(str, staged))}: {', '.join(names)}"
            if len(staged) <= 3
            else f"imports {staged[0]} to {staged[-1]}: {names[0]} and {len(names) - 1} more files"
        )
        return Drafted(
            tuple(placed(report, organisation) for report in reports),
            tuple(staged),
            (),
            Cause(cause_of(reports), shortened(detail)),
            bool(staged or self.job.names),
        )

    def _fed(
        self, dataset: str, lacking: Collection[str] = (), kinds: Collection[str] | None = None
    ) -> tuple[str, ...]:
        """As `kpis_fed`, told once for the many files that are alike."""
        key = (dataset, frozenset(lacking), None if kinds is None else frozenset(kinds))
        if key not in self._feeds:
            self._feeds[key] = kpis_fed(self._catalogue, self._models, *key)
        return self._feeds[key]

    def _known(self, sha256: str, observed_at: datetime | None, staged: list[int]) -> int | None:
        with self.register.connect() as connection:
            return ledger.find(connection, sha256, observed_at, including=staged)

    def _known_elsewhere(self, report: FileReport) -> FileReport:
        """Refuse a known file that is now given to another product or squad: nothing moves it."""
        wanted = (self.job.options.product, self.job.options.squad)
        if report.status != "unchanged" or report.import_id is None or wanted == (None, None):
            return report
        with self.register.connect() as connection:
            given = ledger.placed_by_hand(connection, report.import_id)
        if wanted == given:
            return report
        number = str(report.import_id)
        problem = Problem("refused", "known_elsewhere", details={"import_id": number})
        return replace(
            report, status="refused", problems=(*report.problems, problem), import_id=None
        )

    def _undo(self) -> Drafted:
        number = self.job.import_id
        if number is None:
            raise VigieError("An undo needs the number of an import.", exit_code=2)
        with self.register.connect() as connection:
            record = ledger.get(connection, number)
        if record.status == "undone":
            raise VigieError(
                f"Import {number} ({record.file}) was already undone.",
                next_step="To have it again, import the file again.",
            )
        self._say("landing", 0.2, f"Taking back import {number}: {record.file}.")
        published_waves.withdraw(self._facts, number)
        self._steps.remove(self._facts, number)
        self._reached("landed")
        return Drafted((), (), (number,), Cause("undo", f"import {number}: {record.file}"), True)

    def _rebuild(self, state: State) -> Drafted:
        """Land every import that counts again, from the archive, on an empty draft.

        Raises VigieError when an archived file or its profile is missing.
        """
        with self.register.connect() as connection:
            organisation = load_organisation(connection)
            imports = [kept for kept in ledger.kept(connection) if kept.in_warehouse]
        relanding.check_kept(self.workspace, imports)
        for number, kept in enumerate(imports):
            self._say("landing", 0.05 + 0.4 * number / len(imports), f"{kept.file}: landing again")
            relanding.land_again(self._facts, self.workspace, kept, organisation)
        self._reached("landed")
        differs: tuple[str, ...] = ()
        current = warehouse.path_of(self.workspace, state.warehouse_version)
        if current.exists():
            attach_read_only(self._facts, current, "before")
            published_waves.carry_over(self._facts, "before")
            now, before = warehouse.digests(self._facts), warehouse.digests(self._facts, "before")
            self._facts.execute("detach before")
            differs = tuple(name for name in now if now[name] != before[name])
        cause = Cause("rebuild", f"{len(imports)} imports from the archive")
        return Drafted((), (), (), cause, True, differs=differs)

    def _erase(self) -> Drafted:
        """Take a person out of the draft and write the archive's files anew beside it; the archive
        and the register follow at the flip.

        Raises VigieError when nothing is kept of them.
        """
        profiles = load_profiles(self.workspace.profiles)
        with self.register.connect() as connection:
            person = erasure.find(
                connection,
                self._facts,
                self.workspace.secret,
                self.job.person,
                profiles,
                self.job.known_as,
            )
            number = erasure.next_number(connection)
            words = erasure.in_register(connection, person)
        self._say("landing", 0.2, "Taking the person out of the facts and the archive.")
        rows = dict(erasure.erase_facts(self._facts, person).rows)
        archive = self.workspace.archive
        aside = erasure.aside_of(archive, number)
        archived = erasure.write_cleaned(archive, aside, person, profiles)
        rows |= {place: count for place, count in (("archive", archived), ("register", words))
                 if count}  # fmt: skip
        if not rows:
            raise VigieError(
                "Nothing is kept under that address, name or identifier.",
                next_step="Look for what the tools call this person, and erase that.",
            )
        self._reached("landed")
        cause = Cause("erasure", f"erasure {number}")
        return Drafted((), (), (), cause, True, Erasing(person, number, rows))


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
