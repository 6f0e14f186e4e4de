"""`vigie import`: what files are, what they would become, and loading them."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from metrics import intake
from metrics.command.output import (
    ProgressOutput,
    answer,
    as_json,
    checked,
    find_workspace,
    in_workspace,
    open_workspace,
    who,
)
from metrics.command.types import MOMENT
from metrics.errors import VigieError
from metrics.importing.database import Asked, extract
from metrics.importing.reasons import explain
from metrics.importing.report import FileReport, ImportOptions, Problem
from metrics.job import Outcome
from metrics.workspace import Workspace

#: Files that share a remark before it is said once for all of them.
SEVERAL = 3


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "database",
    envvar="VIGIE_SOURCE",
    metavar="DATABASE",
    help="Read a DuckDB or SQLite file, or a database's address, instead of files. An address "
    "with a password is better given as $VIGIE_SOURCE: commands are seen by others.",
)
@click.option("--table", "tables", multiple=True, help="A table of the database; may be repeated.")
@click.option("--query", help="One SELECT on the database.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--profile", help="Read the files as this kind of export instead of recognising.")
@click.option("--product", help="Every row belongs to this product.")
@click.option("--squad", help="Every row belongs to this squad.")
@click.option(
    "--observed-at",
    type=MOMENT,
    help="When the tool wrote the files, local time; else found in the file or its name.",
)
@click.option(
    "--complete",
    is_flag=True,
    help="The files are the complete lists of the projects they name: what they lack was deleted.",
)
@in_workspace
@as_json
def verb(
    files: tuple[Path, ...],
    database: str | None,
    tables: tuple[str, ...],
    query: str | None,
    dry_run: bool,
    profile: str | None,
    product: str | None,
    squad: str | None,
    observed_at: datetime | None,
    complete: bool,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Load export files, or tables of a database. What is refused does not stop the others.

    \b
    Examples:
      vigie import ~/Downloads/*.csv --dry-run
      vigie import "Jira 2026-11-16.csv" --squad dune
      vigie import --from sales.duckdb --table subscriptions
    """
    asked = [Asked(table=table) for table in tables] + ([Asked(query=query)] if query else [])
    _check(files, database if asked or not files else None, asked)
    workspace = open_workspace(folder)
    if profile is not None and profile.endswith(".yml"):
        profile = str(Path(profile).resolve())
    options = ImportOptions(profile, product, squad, observed_at, ("*",) if complete else ())
    with tempfile.TemporaryDirectory(prefix="vigie-") as extracts:
        files += tuple(extract(database or "", each, Path(extracts)) for each in asked)
        reports = _done(workspace, files, options, dry_run, wants_json)
    if any(report.status == "refused" for report in reports):
        raise SystemExit(1)


def _check(files: Sequence[Path], database: str | None, asked: Sequence[Asked]) -> None:
    """Raises VigieError for a command line that names nothing to import."""
    if asked and not database:
        raise VigieError(
            "--table and --query need a database.", next_step="Name it with --from.", exit_code=2
        )
    if not files and not asked:
        raise VigieError(
            "Nothing was named to import.",
            next_step="Name files, or --from DATABASE with --table or --query.",
            exit_code=2,
        )
    folders = [str(file) for file in files if file.is_dir()]
    if folders:
        raise VigieError(
            f"{', '.join(folders)} is a folder.",
            next_step=f"Name its files: vigie import {folders[0].rstrip('/')}/*",
            exit_code=2,
        )
    absent = [str(file) for file in files if not file.is_file()]
    if absent:
        raise VigieError(
            f"There is no file {', '.join(absent)}.", next_step="Check the path.", exit_code=2
        )


def _done(
    workspace: Workspace,
    files: Sequence[Path],
    options: ImportOptions,
    dry_run: bool,
    wants_json: bool,
) -> list[FileReport]:
    """Look at the files or load them, and say so."""
    if dry_run:
        reports = intake.look_at(workspace, files, options)
        if wants_json:
            answer(intake.answer_of_look(reports))
        else:
            click.echo(told(reports, done=False))
    else:
        outcome = loaded(workspace, files, options)
        reports = list(outcome.files)
        if wants_json:
            answer(intake.answer_of(outcome))
        else:
            click.echo(told(reports, done=True))
            click.echo(summed_up(workspace, outcome))
    return reports


def loaded(workspace: Workspace, files: Sequence[Path], options: ImportOptions) -> Outcome:
    """Run the import to its end, with progress; raises VigieError when nothing was changed."""
    with ProgressOutput("Importing") as progress:
        return checked(intake.load(workspace, files, options, who(), progress))


def told(reports: Sequence[FileReport], *, done: bool) -> str:
    """The reports in words; a remark that several files share stands once, after all of them."""
    counts = Counter(remark for report in reports for remark in _remarks(report))
    shared = {remark: count for remark, count in counts.items() if count >= SEVERAL}
    lines = [
        line
        for report in reports
        for line in (*_facts(report, done=done), *(r for r in _remarks(report) if r not in shared))
    ]
    lines += [f"in {count} of these files\n{remark}" for remark, count in shared.items()]
    return "\n".join(lines)


def _facts(report: FileReport, *, done: bool) -> list[str]:
    rows = report.rows
    lines = [f"{report.file}"]
    if report.tool:
        lines.append(f"  {report.tool} {report.profile} ({report.confidence:.0%} sure)")
    if report.status == "refused":
        lines.append("  refused: nothing of it was loaded")
    elif report.status == "unchanged":
        lines.append(f"  the same file again: {rows_of(rows.read)}, nothing to change")
    else:
        loads = f"{rows.loaded} {'loaded' if done else 'would load'}"
        lines.append(
            f"  {rows_of(rows.read)} read: {loads} ({rows.replaced} replace older ones), "
            f"{rows.unchanged} unchanged, {rows.skipped} skipped, {rows.quarantined} set aside"
        )
    if report.period:
        lines.append(f"  from {report.period[0]} to {report.period[1]}")
    if report.kpis:
        lines.append(f"  feeds {', '.join(report.kpis)}")
    if report.import_id:
        lines.append(f"  import {report.import_id}; take it back: vigie undo {report.import_id}")
    for total in report.totals:
        lines.append(
            f"  {total.column}: the rows add up to {total.rows:,.10g}; "
            f"the file's own total is {total.file:,.10g}"
        )
    return lines


def _remarks(report: FileReport) -> list[str]:
    """What is to be looked at in a file, a line each."""
    named = [stream for stream in report.unknown_streams if stream]
    lines = [
        f"  {problem.severity}: {_placed(problem)}"
        for problem in report.problems
        if problem.reason != "unknown_stream" or not named  # told below, with what to do
    ]
    if named:
        lines.append(
            f"  nobody has said whose these are: {', '.join(named)}; "
            "say it with 'vigie names set', or import a names.csv"
        )
    return list(dict.fromkeys(lines))


def _placed(problem: Problem) -> str:
    """The problem in words, with where it begins and, of rows that did not load, how many."""
    parts = [explain(problem, "en")]
    if problem.severity == "quarantined":
        parts.append(f"{rows_of(problem.rows)}.")
    if problem.line is not None and problem.severity != "refused":
        parts.append(f"First at line {problem.line}.")
    return " ".join(parts)


def rows_of(count: int) -> str:
    """ "1 row", "12 rows"."""
    return f"{count} row{'s' * (count != 1)}"


def summed_up(workspace: Workspace, outcome: Outcome) -> str:
    """What a job changed, and the command that shows it, as it is to be typed from here."""
    if outcome.status == "unchanged":
        return "Nothing to change."
    found_alone = find_workspace(None).resolve() == workspace.path
    place = "" if found_alone else " " + shlex.quote(os.path.relpath(workspace.path))
    figures = f"{outcome.figures_written} figure{'s' * (outcome.figures_written != 1)}"
    return f"{figures} written, {outcome.restated} restated. Next: vigie serve{place}"
