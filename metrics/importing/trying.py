"""A mapping tried on a file's first rows, before it is kept: what would become of them."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

from metrics.importing.landing import inspect
from metrics.importing.looking import SeenTable
from metrics.importing.own_profiles import as_yaml
from metrics.importing.profile import Profile
from metrics.importing.report import FileReport, ImportOptions
from metrics.organisation import Organisation
from metrics.workspace import Workspace


def try_profile(
    workspace: Workspace,
    profile: Profile,
    seen: SeenTable,
    organisation: Organisation,
    options: ImportOptions,
) -> FileReport:
    """The report of a dry run over the rows of `seen`, as the first of their kind."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        sample, tried = Path(folder) / "sample.csv", Path(folder) / "profile.yml"
        tried.write_text(as_yaml(profile), "utf-8")
        with sample.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.header for column in seen.columns])
            writer.writerows(row[: len(seen.columns)] for row in seen.records)
        forced = replace(options, profile=str(tried))
        [report] = inspect(workspace, None, [sample], forced, organisation, lambda *_: ())
    return replace(report, file=seen.name)
