"""A change to the data, from the lease to the flip, as the child process makes it.

It works on a copy that nobody reads and writes figures under a number that nobody reads, then
makes both current in one short transaction. It may be killed at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd

from metrics import erasure, models, references, warehouse
from metrics.catalogue import load_catalogue
from metrics.definitions import definitions_of
from metrics.detection.signal_frames import judged_rows, signal_frames
from metrics.documents import passed_over
from metrics.engines import attach_read_only, open_facts
from metrics.errors import Mistake, VigieError
from metrics.feeds import kpis_fed
from metrics.importing import parts, relanding, verbatims
from metrics.importing.known_names import read_last
from metrics.importing.profile import load_profiles
from metrics.importing.report import FileReport, Problem
from metrics.inputs import Contents, Inputs, note, unchanged
from metrics.job import Job, Outcome
from metrics.leftovers import sweep_archive, sweep_scratch
from metrics.organisation import Organisation
from metrics.publish import Cause, Published, clean, finish, publish
from metrics.register import ledger, migrate
from metrics.register import left_out as register_left_out
from metrics.register.baselines import shifts
from metrics.register.leases import Lease, take
from metrics.register.organisation import load_organisation, write_rows
from metrics.register.state import State, flip, read_state
from metrics.register.tables import ORGANISATION
from metrics.result import Scope
from metrics.setting import Setting
from metrics.themes import load_themes
from metrics.workspace import Workspace

QUARANTINE_CHUNK = 2_000


class Listener(Protocol):
    """Who hears how a change goes on. `reached` marks the moments at which a test may kill it."""

    def say(self, stage: str, done: float, message: str) -> None: ...
    def reached(self, stage: str) -> None: ...


class Landed(Protocol):
    """What landing one file gives."""

    @property
    def report(self) -> FileReport: ...
    @property
    def quarantine(self) -> Sequence[ledger.QuarantinedLike]: ...
    @property
    def organisation_rows(self) -> Sequence[dict[str, Any]]: ...
    @property
    def archive(self) -> str | None: ...


@dataclass(frozen=True)
class Steps:
    """The steps that know what files and figures are; `land` and `remove` change the draft.

    `cut` takes the figures behind fresh signals apart: it is given the whole figures and the
    signals, and gives further figures. `document` is called with the number of the publication at
    which figures can be read and with what to pass over, and gives frames of documents.
    """

    land: Callable[..., Landed]
    remove: Callable[[duckdb.DuckDBPyConnection, int], None]
    compute: Callable[
        [
            duckdb.DuckDBPyConnection,
            Setting,
            Callable[[float, str], None],
            Collection[tuple[str, str]],
        ],
        Iterable[pd.DataFrame | Mistake],
    ]
    cut: Callable[
        [duckdb.DuckDBPyConnection, Setting, Sequence[pd.DataFrame], Sequence[pd.DataFrame]],
        Iterable[pd.DataFrame],
    ] = lambda facts, setting, whole, judged: ()
    document: Callable[
        [duckdb.DuckDBPyConnection, Setting, Workspace, int, Collection[tuple[str, str]]],
        Iterable[pd.DataFrame],
    ] = lambda facts, setting, workspace, publication, passed: ()


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


class Change:
    """One job, from the lease to the flip."""

    def __init__(self, job: Job, steps: Steps, listener: Listener) -> None:
        self.job = job
        self._steps = steps
        self._say = listener.say
        self._reached = listener.reached
        self.workspace = Workspace.open(Path(job.workspace))
        self.register = self.workspace.register
        self._catalogue, self._models = definitions_of(self.workspace)
        self._feeds: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self.settled = False  # True from the moment the flip begins: too late to cancel

    def run(self) -> Outcome:
        """Do the job. Raises VigieError or Cancelled when nothing was changed."""
        migrate(self.register)
        self._say("waiting", 0.0, "Waiting for the register.")
        with take(self.register, "publisher", self._say_who_holds_it) as lease:
            self._tidy(lease)
            with self.register.connect() as connection:
                state = read_state(connection)
            self._say("copying", 0.01, "Copying the warehouse.")
            self._reached("copying")
            path = warehouse.path_of(self.workspace, state.warehouse_version + 1)
            try:
                anew = self.job.kind == "rebuild"
                warehouse.draft(self.workspace, state.warehouse_version, empty=anew)
                self._reached("copied")
                drafted, published = self._work(lease, path, state)
                if published is None or not self._worth_it(drafted, published, state):
                    path.unlink()
                    self._tidy(lease)
                    return Outcome(
                        "unchanged", drafted.files, state.publication_id, state.warehouse_version
                    )
                new = State(
                    state.warehouse_version + 1, published.publication or state.publication_id
                )
                self._flip(lease, path, new, drafted, published)
            except BaseException:
                if not self.settled:
                    # First what needs the lease: once it is lost the file may be someone else's.
                    self._tidy(lease)
                    path.unlink(missing_ok=True)
                raise
            self._reached("flipped")
            erasing = drafted.erasing
            warehouse.sweep(self.workspace, new.warehouse_version, 0 if erasing else None)
            if erasing:
                erasure.erase_copies(self.workspace.path)
                erasure.flush(self.register)
        return Outcome(
            "done",
            drafted.files,
            new.publication_id,
            new.warehouse_version,
            published.rows_written,
            published.rows_closed,
            published.restated,
            differs=drafted.differs,
            erased=erasing.rows if erasing else {},
        )

    def _work(self, lease: Lease, path: Path, state: State) -> tuple[Drafted, Published | None]:
        with open_facts(path, read_only=False) as facts:
            match self.job.kind:
                case "import":
                    drafted = self._import(lease, facts)
                case "undo":
                    drafted = self._undo(facts)
                case "names":
                    detail = ", ".join(f"{n.source} {n.alias}" for n in self.job.names)
                    cause = Cause("organisation", shortened(f"names: {detail}"))
                    drafted = Drafted((), (), (), cause, True)
                case "publish":
                    drafted = Drafted((), (), (), Cause("setting", "published by hand"), True)
                case "erase":
                    drafted = self._erase(facts)
                case "rebuild":
                    drafted = self._rebuild(facts, state)
            if not drafted.touched:
                return drafted, None
            published = self._publish(lease, facts, state, drafted)
            if drafted.erasing:
                erasure.erase_names(facts, drafted.erasing.person, drafted.erasing.number)
            self._reached("judged")
        if drafted.erasing:
            warehouse.compact(path)
        return drafted, published

    def _worth_it(self, drafted: Drafted, published: Published, state: State) -> bool:
        """Publishing by hand makes a version only when it changes a figure."""
        return bool(
            drafted.staged
            or drafted.undone
            or self.job.names
            or drafted.erasing
            or self.job.kind == "rebuild"
            or published.publication
            or not state.warehouse_version
        )

    def _import(self, lease: Lease, facts: duckdb.DuckDBPyConnection) -> Drafted:
        reports: list[FileReport] = []
        staged: list[int] = []
        with self.register.connect() as connection:
            organisation = load_organisation(connection).named(self.job.names)
            number = ledger.next_import_id(connection)
        asked = [part for file in self.job.files for part in parts(Path(file))]
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
                facts,
                self.workspace,
                path,
                number,
                self.job.options,
                organisation,
                self._fed,
                lambda sha256, observed_at: self._known(sha256, observed_at, staged),
                progress,
            )
            self._reached("landing")
            report = self._known_elsewhere(landed.report)
            if report.status == "loaded":
                report = replace(report, import_id=number)
                with self.register.begin() as connection:
                    lease.hold(connection)
                    ledger.stage(
                        connection,
                        number,
                        report,
                        options=self.job.options.of(report.sha256),
                        archive=landed.archive,
                        by=self.job.by,
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
                        lease.hold(connection)
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

    def _undo(self, facts: duckdb.DuckDBPyConnection) -> Drafted:
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
        self._steps.remove(facts, number)
        self._reached("landed")
        return Drafted((), (), (number,), Cause("undo", f"import {number}: {record.file}"), True)

    def _rebuild(self, facts: duckdb.DuckDBPyConnection, state: State) -> Drafted:
        """Land every import that counts again, from the archive, on an empty draft.

        Raises VigieError when an archived file or its profile is missing.
        """
        with self.register.connect() as connection:
            organisation = load_organisation(connection)
            imports = [kept for kept in ledger.kept(connection) if kept.in_warehouse]
        relanding.check_kept(self.workspace, imports)
        for number, kept in enumerate(imports):
            self._say("landing", 0.05 + 0.4 * number / len(imports), f"{kept.file}: landing again")
            relanding.land_again(facts, self.workspace, kept, organisation)
        self._reached("landed")
        differs: tuple[str, ...] = ()
        current = warehouse.path_of(self.workspace, state.warehouse_version)
        if current.exists():
            attach_read_only(facts, current, "before")
            now, before = warehouse.digests(facts), warehouse.digests(facts, "before")
            facts.execute("detach before")
            differs = tuple(name for name in now if now[name] != before[name])
        cause = Cause("rebuild", f"{len(imports)} imports from the archive")
        return Drafted((), (), (), cause, True, differs=differs)

    def _erase(self, facts: duckdb.DuckDBPyConnection) -> Drafted:
        """Take a person out of the draft and of the archive; the register follows at the flip.

        Raises VigieError when nothing is kept of them.
        """
        profiles = load_profiles(self.workspace.profiles)
        with self.register.connect() as connection:
            person = erasure.find(
                connection,
                facts,
                self.workspace.secret,
                self.job.person,
                profiles,
                self.job.known_as,
            )
            number = erasure.next_number(connection)
            words = erasure.in_register(connection, person)
        self._say("landing", 0.2, "Taking the person out of the facts and the archive.")
        rows = dict(erasure.erase_facts(facts, person).rows)
        archived = erasure.erase_archive(self.workspace.archive, person, profiles)
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

    def _publish(
        self,
        lease: Lease,
        facts: duckdb.DuckDBPyConnection,
        state: State,
        drafted: Drafted,
    ) -> Published:
        with self.register.connect() as connection:
            organisation = load_organisation(
                connection, including=drafted.staged, excluding=drafted.undone
            ).named(self.job.names)
            spans = ledger.read_coverage(
                connection, including=drafted.staged, excluding=drafted.undone
            )
        self._say("modelling", 0.46, "Preparing the facts.")
        references.rebuild(facts, organisation, self.workspace.settings.currency)
        verbatims.refresh(facts, organisation, load_themes(self.workspace.path))
        failed: list[Mistake] = []
        contents = Contents(facts, self._models, organisation)
        anew = self.job.kind in (
            "publish",
            "erase",
            "rebuild",
        )  # everything, whatever it is made of
        models.refresh(
            facts,
            self._models,
            lambda name: self._say("modelling", 0.5, f"Preparing {name}."),
            failed.append,
            contents.of_model,
            anew=anew,
        )
        if failed:
            self._models = self._models.without(failed)
            self._catalogue = load_catalogue(self.workspace.catalogue, self._models)
            contents = Contents(facts, self._models, organisation)
        self._reached("modelling")
        settings = self.workspace.settings
        setting = Setting.of(
            settings, self._catalogue, self._models, organisation, [held.span for held in spans]
        )
        with self.register.connect() as connection:
            acknowledged = shifts(connection)
        made = Inputs(facts, setting, contents, acknowledged).all()
        same = () if anew else unchanged(facts, state.publication_id, made)
        passed = passed_over(self._catalogue, same)
        kept: list[pd.DataFrame] = []
        computed = self._steps.compute(
            facts,
            setting,
            lambda done, kpi: self._say("publishing", 0.55 + 0.35 * done, f"Publishing {kpi}."),
            same,
        )

        left_out = {mistake.name: mistake for mistake in self._catalogue.problems}
        found: list[pd.DataFrame] = []

        def figures() -> Iterator[pd.DataFrame]:
            yield from self._passed(computed, kept, left_out)
            self._say("judging", 0.9, "Looking for signals.")
            launched = {
                Scope("product", product.product): product.launched
                for product in organisation.products
                if product.launched
            }
            found.extend(signal_frames(kept, self._catalogue, acknowledged, launched))
            yield from self._steps.cut(facts, setting, kept, found)

        def judged(publication: int) -> Iterator[pd.DataFrame]:
            self._reached("judging")
            yield from found

        def documented(publication: int) -> Iterable[pd.DataFrame]:
            self._say("judging", 0.94, "Looking ahead.")
            return self._steps.document(facts, setting, self.workspace, publication, passed)

        published = publish(
            self.register,
            lease,
            figures(),
            judged,
            documented,
            warehouse_version=state.warehouse_version + 1,
            cause=drafted.cause,
            by=self.job.by,
            settling_days=settings.settling_days,
            today=datetime.now(self.workspace.zone).date(),
            once=[kpi.name for kpi in self._catalogue if "small_groups" in kpi.calculation],
            progress=lambda rows: self._reached("publishing"),
            kept=lambda: left_out,
            unchanged=same,
            passed=passed,
        )
        note(
            facts,
            published.publication or state.publication_id,
            {key: told for key, told in made.items() if key[0] not in left_out},
        )
        with self.register.begin() as connection:
            lease.hold(connection)
            register_left_out.note(connection, left_out.values())
        return published

    def _flip(
        self, lease: Lease, path: Path, new: State, drafted: Drafted, published: Published
    ) -> None:
        self._say("finishing", 0.98, "Making it current.")
        self._reached("flipping")
        warehouse.seal(path)
        self.settled = True
        try:
            with self.register.begin() as connection:
                lease.hold(connection)
                ledger.apply(connection, drafted.staged)
                for number in drafted.undone:
                    ledger.undo(connection, number, by=self.job.by)
                if self.job.names:
                    rows = [asdict(name) for name in self.job.names]
                    write_rows(connection, "names", rows, None, _now())
                if drafted.erasing:
                    person, number = drafted.erasing.person, drafted.erasing.number
                    erasure.erase_register(connection, person, number)
                    erasure.note(
                        connection, number, erasure.Erased(drafted.erasing.rows), by=self.job.by
                    )
                finish(connection, published)
                flip(connection, new)
        except BaseException:
            self.settled = False
            raise

    def _passed(
        self,
        computed: Iterable[pd.DataFrame | Mistake],
        kept: list[pd.DataFrame],
        left_out: dict[str, Mistake],
    ) -> Iterator[pd.DataFrame]:
        """Pass frames on, keeping the rows that signals are made of, and noting what failed."""
        for frame in computed:
            if isinstance(frame, Mistake):
                left_out[frame.name] = frame
                continue
            if not frame.empty:
                kept.append(judged_rows(frame, self._catalogue))
            yield frame

    def _say_who_holds_it(self, holder: str) -> None:
        self._say("waiting", 0.0, f"Another job is at work ({holder}); this one waits in line.")

    def _tidy(self, lease: Lease) -> None:
        """Remove what a job that did not finish, this one or a dead one, has left behind."""
        sweep_scratch()
        sweep_archive(self.workspace.archive)
        clean(self.register, lease)
        with self.register.begin() as connection:
            lease.hold(connection)
            archives = ledger.remove_staged(connection)
        for archive in archives:
            (self.workspace.archive / archive).unlink(missing_ok=True)


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


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def cause_of(reports: Iterable[FileReport]) -> str:
    """What kind of change loaded files are, for the restatements that follow from it."""
    datasets = {report.dataset for report in reports if report.status == "loaded"}
    if datasets == {"rates"}:
        return "rate"
    return "organisation" if datasets and datasets <= set(ORGANISATION) else "import"


def shortened(detail: str, limit: int = 200) -> str:
    return detail if len(detail) <= limit else detail[: limit - 1] + "…"
