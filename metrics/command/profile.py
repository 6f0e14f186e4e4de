"""`vigie profile`: how files are read, and a first draft for one that nothing knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from metrics.command.groups import Sentences
from metrics.command.output import answer, as_json, in_workspace, open_workspace
from metrics.errors import VigieError, unknown
from metrics.importing.container import parts
from metrics.importing.drafting import dataset_choices, mapping_of, profile_of
from metrics.importing.looking import look
from metrics.importing.own_profiles import as_yaml, own_profiles, write_profile
from metrics.importing.profile import load_profiles
from metrics.importing.reasons import explain
from metrics.importing.refusal import Refusal
from metrics.importing.suggesting import columns_for, suggest, why_nothing


@click.group("profile", cls=Sentences)
def verb() -> None:
    """How export files are read, one profile for each kind."""


@verb.command("list")
@in_workspace
@as_json
def listed(folder: Path | None, wants_json: bool) -> None:
    """Every kind of export that is known, the company's own marked."""
    workspace = open_workspace(folder)
    own = {profile.name for profile in own_profiles(workspace)}
    profiles = sorted(load_profiles(workspace.profiles), key=lambda profile: profile.name)
    if wants_json:
        rows = [
            {
                "name": profile.name,
                "tool": profile.tool,
                "label": profile.label,
                "dataset": profile.dataset,
                "verified": profile.verified,
                "own": profile.name in own,
            }
            for profile in profiles
        ]
        answer({"profiles": rows})
        return
    for profile in profiles:
        mark = " (your own)" if profile.name in own else ""
        click.echo(f"{profile.name}: {profile.label['en']} → {profile.dataset}{mark}")


@verb.command("draft")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dataset", help="What its rows tell, instead of the likeliest.")
@click.option("--name", help="What to call this kind of export.")
@click.option("--keep", is_flag=True, help="Keep it in the workspace: such files are then known.")
@in_workspace
@as_json
def draft(
    file: Path,
    dataset: str | None,
    name: str | None,
    keep: bool,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Print a profile for a file that is not known, as its headers and values suggest it.

    Mend the text, put it into the workspace's `profiles` folder, or try it first with
    `vigie import --dry-run --profile MINE.yml FILE`.
    """
    if not file.is_file():
        raise VigieError(f"There is no file {file}.", next_step="Check the path.", exit_code=2)
    [part, *_] = parts(file)
    try:
        seen = look(part)
    except Refusal as refusal:
        raise VigieError(explain(refusal.problem, "en")) from refusal
    suggestions = suggest(seen)
    choices = dataset_choices(suggestions)
    if dataset is not None and dataset not in choices:
        raise unknown("dataset", dataset, choices)
    if dataset is None and not suggestions:
        why = why_nothing(seen)
        raise VigieError(
            f"Nothing in the columns says what the rows of {file.name} tell: "
            f"{', '.join(seen.headers)}." + (f" {explain(why, 'en')}" if why else ""),
            choices=choices,
            next_step="Name it with --dataset.",
        )
    suggestion = columns_for(seen, dataset) if dataset else suggestions[0]
    mapping = mapping_of(seen, suggestion)
    if name is not None:
        mapping = replace(mapping, name=name, tool=name)
    profile = profile_of(mapping, seen)
    text = as_yaml(profile)
    kept = write_profile(open_workspace(folder), profile) if keep else None
    if wants_json:
        answer(
            {
                "name": profile.name,
                "dataset": profile.dataset,
                "columns": dict(mapping.columns),
                "figures": dict(mapping.figures),
                "profile": text,
                "kept": str(kept) if kept else None,
            }
        )
        return
    click.echo(text, nl=False)
    if kept:
        click.echo(f"Kept as {kept}. Next: vigie import {file}", err=True)
