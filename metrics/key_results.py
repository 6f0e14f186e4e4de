"""Key results said on screen: read as their newest version has them, and said anew.

What is said becomes a file of one line, in the form of the tool that the key result came from, and
is loaded as any file is: with who and when in the ledger, beside what was said before, taken back
by its undo. So figures, pages and the rows behind them know one kind of key result only.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlglot import exp

from metrics import jobs
from metrics.access import Viewer, may_see
from metrics.calendar import Calendar, Grain
from metrics.engines import open_facts
from metrics.errors import VigieError
from metrics.functions.objectives import number_of, text_of
from metrics.importing.profile import Profile, load_profiles
from metrics.importing.report import ImportOptions
from metrics.job import Job, Outcome
from metrics.plans import PlannedResult
from metrics.register.organisation import load_organisation
from metrics.warehouse import current_path
from metrics.workspace import Workspace

DATASET = "key_results"
#: The tool, and the kind of export, of what is said here first.
OWN = "okr"
FIELDS = (
    "source", "stream", "key_result", "objective", "owner", "period_start", "period_end",
    "start_value", "target_value", "current_value", "kpi",
)  # fmt: skip


@dataclass(frozen=True)
class SaidResult:
    """A key result as its newest version says it. `stream` is the tool's word for the product, ''
    for the company's own; values are as the KPI it reads has them (a rate is a fraction)."""

    source: str
    stream: str
    name: str
    objective: str
    owner: str
    start: date
    end: date
    start_value: float
    target_value: float
    current_value: float | None
    kpi: str


def said_result(workspace: Workspace, viewer: Viewer, planned: PlannedResult) -> SaidResult:
    """The newest version of a published key result; raises VigieError when it is gone."""
    _check(viewer, planned.product)
    path = current_path(workspace)
    with workspace.register.connect() as register:
        organisation = load_organisation(register)
    query = (
        exp.select(*FIELDS)
        .from_(DATASET)
        .where("key_result = ?", "period_start = ?")
        .order_by("observed_at desc")
    )
    rows = []
    if path is not None:
        connection = open_facts(path)
        try:
            asked = query.sql("duckdb")
            rows = connection.execute(asked, [planned.name, planned.start]).fetchall()
        finally:
            connection.close()
    for row in rows:
        source, stream = row[:2]
        product = organisation.place("product", source, stream) if stream else None
        if product == planned.product:
            return SaidResult(
                source, stream, row[2], text_of(row[3]) or "", text_of(row[4]) or "", row[5],
                row[6], float(row[7]), float(row[8]), number_of(row[9]), text_of(row[10]) or "",
            )  # fmt: skip
    raise VigieError(
        "There is no key result '{name}' any more.",
        values={"name": planned.name},
        next_step="Look at the imports: the one that brought it may have been undone.",
    )


def new_result(product: str | None, start: date, end: date) -> SaidResult:
    """A key result of a product (None: of the company) of which nothing is said yet."""
    return SaidResult(OWN, product or "", "", "", "", start, end, 0.0, 0.0, None, "")


@dataclass(eq=False)
class Saying:
    """What is being said: the job at work, and the file that it reads."""

    job: jobs.RunningJob
    folder: tempfile.TemporaryDirectory[str]

    def poll(self) -> Outcome | None:
        """The outcome, None while the job runs; raises VigieError when nothing was loaded."""
        outcome = self.job.poll()
        return None if outcome is None else self._ended(outcome)

    def wait(self) -> Outcome:
        """The outcome at the end; raises as `poll`."""
        outcome = self.job.wait()
        assert outcome is not None
        return self._ended(outcome)

    def _ended(self, outcome: Outcome) -> Outcome:
        self.folder.cleanup()
        if outcome.status in ("failed", "cancelled"):
            raise VigieError(outcome.problem, choices=outcome.choices, next_step=outcome.next_step)
        wrong = [problem for report in outcome.files for problem in report.problems
                 if problem.severity in ("refused", "quarantined")]  # fmt: skip
        if wrong:
            raise VigieError(
                "What was said could not be read back: {reason}.",
                values={"reason": wrong[0].reason},
                next_step="Change it in the file that it came from, and import that again.",
            )
        return outcome


def say(
    workspace: Workspace, viewer: Viewer, said: SaidResult, *, at: datetime | None = None
) -> Saying:
    """Begin to load what is said of a key result.

    `at` is the company's local time. Raises VigieError for one without a name or a way to go, for a
    period that is no month, quarter or year, and for one whose tool's form cannot be written.
    """
    _check(viewer, said.stream)
    if not said.name.strip():
        raise VigieError(
            "A key result needs words.", next_step="Say what is aimed at.", exit_code=2
        )
    if said.target_value == said.start_value:
        raise VigieError(
            "The target is where the key result starts from.",
            next_step="Say another target, or where it starts from.",
            exit_code=2,
        )
    profile, period = _profile(workspace, said.source), _period(workspace, said)
    moment = (at or datetime.now(workspace.zone)).replace(tzinfo=None, microsecond=0)
    folder = tempfile.TemporaryDirectory(prefix="vigie-said-", ignore_cleanup_errors=True)
    file = Path(folder.name) / f"{DATASET} {moment:%Y-%m-%d %H%M%S}.csv"
    _write(file, profile, said, period)
    options = ImportOptions(profile=profile.name, observed_at=moment)
    job = Job("import", str(workspace.path), viewer.person, (str(file),), options)
    return Saying(jobs.start(job), folder)


def _write(file: Path, profile: Profile, said: SaidResult, period: str) -> None:
    """One line under the headers that the profile reads."""
    cells = {
        "key_result": said.name.strip(),
        "objective": said.objective.strip(),
        "stream": said.stream,
        "owner": said.owner,
        "period": period,
        "start_value": _written(said.start_value),
        "target_value": _written(said.target_value),
        "current_value": "" if said.current_value is None else _written(said.current_value),
        "kpi": said.kpi,
    }
    known = {name: value for name, value in cells.items() if name in profile.columns}
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([profile.columns[name].headers[0] for name in known])
        writer.writerow(known.values())


def _written(value: float) -> str:
    """Six decimals, which no reader takes for thousands."""
    return f"{value:.6f}"


def _period(workspace: Workspace, said: SaidResult) -> str:
    settings = workspace.settings
    calendar = Calendar(settings.first_weekday, settings.fiscal_year_start)
    for grain in (Grain.QUARTER, Grain.MONTH):
        period = calendar.period(grain, said.start)
        if (period.start, period.end) == (said.start, said.end):
            return period.key
    year, last = calendar.to_date(Grain.YTD, said.end), calendar.period(Grain.QUARTER, said.end)
    if (year.start, last.end) == (said.start, said.end) and last.key.endswith("Q4"):
        return last.key.removesuffix("-Q4")
    raise VigieError(
        "The days of this key result are no month, quarter or year.",
        next_step="Change it in the file that it came from, and import that again.",
    )


def _profile(workspace: Workspace, source: str) -> Profile:
    """The kind of export that such key results come in."""
    for profile in load_profiles(workspace.profiles):
        needed = {"key_result", "period", "start_value", "target_value"}
        if (profile.dataset, profile.tool) == (DATASET, source) and needed <= set(profile.columns):
            return profile
    raise VigieError(
        "Key results of '{tool}' cannot be written here.",
        values={"tool": source},
        next_step="Change it in the tool, and import its export again.",
    )


def _check(viewer: Viewer, product: str | None) -> None:
    kind = "product" if product else "company"
    if not may_see(viewer, kind):
        raise VigieError(f"{viewer.person} may not speak of a {kind}.")
