"""`vigie check`: whether a workspace is whole, and what to do when it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import sqlalchemy as sa

from metrics import warehouse
from metrics.account_natures import ACCOUNTS_FILE, account_natures
from metrics.catalogue import Catalogue
from metrics.command.output import answer, as_json, in_workspace, open_workspace
from metrics.definitions import definitions_of
from metrics.engines import open_facts
from metrics.errors import VigieError, unknown
from metrics.organisation import Ownership
from metrics.query import setting_of
from metrics.register import ledger
from metrics.register.organisation import load_organisation
from metrics.register.series import current_publication
from metrics.register.tables import ORGANISATION
from metrics.rehearsal import rehearse, try_on_data, without_data
from metrics.strangers import strangers
from metrics.workspace import SETTINGS_FILE, Workspace

#: Unknown names told one by one.
MOST_TOLD = 5


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `next_step` says what to do when it is not as it should be."""

    name: str
    ok: bool
    message: str
    next_step: str = ""


@click.command("check")
@in_workspace
@as_json
def verb(folder: Path | None, wants_json: bool) -> None:
    """Look at settings, register, warehouse, archive and catalogue; change nothing else."""
    workspace = open_workspace(folder)
    findings = list(findings_of(workspace))
    whole = all(finding.ok for finding in findings)
    if wants_json:
        answer(
            {
                "ok": whole,
                "workspace": workspace.path,
                "checks": [asdict(finding) for finding in findings],
            }
        )
    else:
        for finding in findings:
            mark = "ok   " if finding.ok else "WRONG"
            click.echo(f"{mark}  {finding.name}: {finding.message} {finding.next_step}".rstrip())
    if not whole:
        raise SystemExit(1)


def findings_of(workspace: Workspace) -> Iterator[Finding]:
    """Every check, in the order in which the data flow."""
    yield _settings(workspace)
    yield from definitions(workspace)
    for name, look in CHECKS.items():
        try:
            yield look(workspace)
        except VigieError as refusal:
            yield Finding(name, False, refusal.problem, refusal.next_step)


def _settings(workspace: Workspace) -> Finding:
    settings, (catalogue, _) = workspace.settings, definitions_of(workspace)
    unheard_of = [name for name in settings.review_kpis if name not in catalogue.entries]
    if unheard_of:
        return Finding(
            "settings",
            False,
            f"review_kpis of {SETTINGS_FILE} names what is no KPI: {', '.join(unheard_of)}.",
            "'vigie kpi list' shows all.",
        )
    return Finding("settings", True, f"{settings.company}, {settings.time_zone}.")


def definitions(workspace: Workspace) -> Iterator[Finding]:
    """Each mistake of a definition with its file, line and remedy; else how many KPIs there are,
    and which wait for data."""
    catalogue, models = definitions_of(workspace)
    mistakes = [*catalogue.problems, *rehearse(catalogue, models)]
    setting = setting_of(workspace)
    path = warehouse.current_path(workspace)
    if path is not None:
        own = _own(catalogue, workspace, {mistake.name for mistake in mistakes})
        with open_facts(path) as facts:
            mistakes += try_on_data(facts, setting, own)
    for mistake in mistakes:
        key = f" ({mistake.key})" if mistake.key else ""
        name = f"'{mistake.name}' is left out: " if mistake.name else ""
        yield Finding(
            "catalogue", False, f"{mistake.place}{key}: {name}{mistake.message}", mistake.remedy
        )
    yield from _strange_roles(catalogue, setting.organisation.ownerships, workspace)
    if not mistakes:
        yield Finding("catalogue", True, f"{len(catalogue)} KPIs.")
    waiting = without_data(setting, catalogue)
    if path is not None and waiting:
        lacking = sorted({dataset for datasets in waiting.values() for dataset in datasets})
        yield Finding(
            "data",
            True,
            f"{len(waiting)} {'KPI waits' if len(waiting) == 1 else 'KPIs wait'} for data that "
            "nothing has brought yet: "
            f"{', '.join(lacking)}.",
            "'vigie kpi show NAME' says which tools bring it.",
        )


def _strange_roles(
    catalogue: Catalogue, ownerships: Collection[Ownership], workspace: Workspace
) -> Iterator[Finding]:
    """The workspace's own KPIs whose owner's role neither a built-in KPI nor anybody has."""
    own = _own(catalogue, workspace, ())
    roles = {kpi.owner_role for kpi in catalogue if kpi.name not in own}
    roles |= {ownership.role for ownership in ownerships}
    for kpi in own:
        if kpi.owner_role not in roles:
            refusal = unknown(
                "role", kpi.owner_role, roles, "Or say in ownerships.csv who holds it."
            )
            problem = f"{kpi.source} (owner_role): nobody answers for '{kpi.name}'."
            yield Finding("catalogue", False, problem, str(refusal))


def _own(catalogue: Catalogue, workspace: Workspace, mistaken: Collection[str]) -> Catalogue:
    """The KPIs that the workspace itself has written, those that are mistaken left out."""
    folder = str(workspace.catalogue)
    own = {kpi.name: kpi for kpi in catalogue if kpi.source.startswith(folder)}
    return Catalogue({name: kpi for name, kpi in own.items() if name not in mistaken})


def _register(workspace: Workspace) -> Finding:
    if workspace.register.dialect.name == "sqlite":
        with workspace.register.connect() as connection:
            said = connection.execute(sa.text("pragma quick_check")).scalar_one()
        if said != "ok":
            return Finding(
                "register", False, f"The register is damaged: {said}.", "Restore a backup."
            )
    with workspace.register.connect() as connection:
        published = current_publication(connection)
    if not published.id:
        return Finding("register", True, "Nothing published yet.", "Import a file: vigie import")
    return Finding(
        "register", True, f"Publication {published.id} of {published.finished_at:%Y-%m-%d %H:%M}Z."
    )


def _warehouse(workspace: Workspace) -> Finding:
    path = warehouse.current_path(workspace)
    if path is None:
        return Finding("warehouse", True, "Empty.")
    with workspace.register.connect() as connection:
        expected = {
            record.id
            for record in ledger.history(connection)
            if record.status == "applied" and record.dataset not in ORGANISATION
        }
    with open_facts(path) as facts:
        present = {row[0] for row in facts.execute("select import_id from imports").fetchall()}
        newest = facts.execute("select max(version) from schema_version").fetchone()
    if not expected <= present:
        lost = ", ".join(map(str, sorted(expected - present)))
        return Finding(
            "warehouse",
            False,
            f"{path.name} lacks the rows of import {lost}.",
            "Undo them and import their files again.",
        )
    latest = warehouse.migrations()[-1][0]
    if newest is None or newest[0] < latest:
        return Finding(
            "warehouse",
            True,
            f"{path.name} is of an older version; the next import brings it up to date.",
        )
    return Finding("warehouse", True, f"{path.name}, {len(present)} imports.")


def _archive(workspace: Workspace) -> Finding:
    with workspace.register.connect() as connection:
        records = [record for record in ledger.history(connection) if record.archive]
    absent = [
        record.file for record in records if not (workspace.archive / str(record.archive)).exists()
    ]
    if absent:
        return Finding(
            "archive",
            False,
            f"The archive of {', '.join(absent[:5])} is missing.",
            "Restore the archive folder from a backup.",
        )
    return Finding("archive", True, f"{len(records)} files.")


def _organisation(workspace: Workspace) -> Finding:
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    counts = f"{len(organisation.products)} products, {len(organisation.squads)} squads"
    strange = [f"{each.key} ({each.table}, {each.column})" for each in strangers(organisation)]
    if strange:
        return Finding(
            "organisation",
            False,
            f"{counts}; rows name what is not known: {', '.join(strange[:MOST_TOLD])}.",
            "Import what they name, or undo the import of such rows and mend its file.",
        )
    return Finding("organisation", True, f"{counts}.")


def _disk(workspace: Workspace) -> Finding:
    free = shutil.disk_usage(workspace.path).free
    path = warehouse.current_path(workspace)
    needed = path.stat().st_size if path and path.exists() else 0
    return Finding(
        "disk",
        free > needed + (64 << 20),
        f"{free >> 20} MB free; an import needs {needed >> 20} MB.",
        "" if free > needed + (64 << 20) else "Free some space.",
    )


def _accounts(workspace: Workspace) -> Finding:
    own = len(account_natures(workspace.path).items() - account_natures().items())
    changed = f"{own} of them changed or added by {ACCOUNTS_FILE}" if own else "as it is built in"
    return Finding("accounts", True, f"The French chart of accounts, {changed}.")


CHECKS: dict[str, Callable[[Workspace], Finding]] = {
    "accounts": _accounts,
    "register": _register,
    "warehouse": _warehouse,
    "archive": _archive,
    "organisation": _organisation,
    "disk": _disk,
}
