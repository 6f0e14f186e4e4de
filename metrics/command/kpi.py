"""`vigie kpi`: the dictionary of KPIs, their SQL, and live questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from metrics import definitions
from metrics.access import LOCAL_CPO
from metrics.calendar import CALENDAR_GRAINS, Grain
from metrics.catalogue import Catalogue, Kpi, load_catalogue
from metrics.catalogue.rollup import roll_up
from metrics.command.groups import Sentences
from metrics.command.output import (
    answer,
    as_json,
    find_workspace,
    in_workspace,
    open_workspace,
    table,
)
from metrics.command.scopes import scope_in
from metrics.command.types import DAY
from metrics.errors import VigieError
from metrics.examples import Verdict, run_examples
from metrics.feeds import brought_by
from metrics.importing.profile import load_profiles
from metrics.models import Models, load_models
from metrics.register import migrate
from metrics.register.organisation import load_organisation
from metrics.result import as_row
from metrics.workspace import SETTINGS_FILE, Workspace


@click.group("kpi", cls=Sentences)
def verb() -> None:
    """KPIs: what there is, what each means, its SQL, its figures."""


@verb.command("list")
@in_workspace
@as_json
def list_(folder: Path | None, wants_json: bool) -> None:
    """Every KPI of the catalogue, the workspace's own included."""
    kpis = list(catalogue_of(folder))
    if wants_json:
        answer({"kpis": [as_dict(kpi) for kpi in kpis]})
        return
    click.echo(
        table(
            [(kpi.name, kpi.family, kpi.kind, kpi.cadence, kpi.label.en) for kpi in kpis],
            ("kpi", "family", "kind", "cadence", "label"),
        )
    )


@verb.command("show")
@click.argument("name")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="One language instead of both.")
@in_workspace
@as_json
def show(name: str, lang: str | None, folder: Path | None, wants_json: bool) -> None:
    """What one KPI means, how it is made, how far to rely on it, and what brings its data."""
    catalogue, models = definitions_of(folder)
    kpi = catalogue[name]
    content = as_dict(kpi) | governance_of(kpi) | _data_of(kpi, catalogue, models, folder)
    if wants_json:
        answer(content)
        return
    for key, value in content.items():
        click.echo(f"{key:<20} {_in_words(value, lang)}")


def _in_words(value: object, lang: str | None) -> str:
    """A value of `show` on one line, its texts in one language or both."""
    match value:
        case {"en": str(english), "fr": str(french)}:
            both = f"en: {english}; fr: {french}"
            return {"en": english, "fr": french}.get(lang or "", both)
        case dict():
            return "; ".join(f"{part}: {_in_words(said, lang)}" for part, said in value.items())
        case list():
            return ", ".join(_in_words(part, lang) for part in value) or "-"
        case None:
            return "-"
        case _:
            return str(value)


def governance_of(kpi: Kpi) -> dict[str, Any]:
    """What a KPI says of itself to those who decide by it."""
    owed, rule = kpi.governance, roll_up(kpi)
    return {
        "decision": vars(owed.decision) if owed.decision else None,
        "in_words": vars(owed.in_words) if owed.in_words else None,
        "edge_rule": vars(owed.edge_rule) if owed.edge_rule else None,
        "rolls_up_over_time": vars(rule.time),
        "rolls_up_over_scopes": vars(rule.scopes),
        "version": owed.version,
        "since": owed.since,
        "status": owed.status,
        "examples": len(kpi.examples),
    }


def _data_of(kpi: Kpi, catalogue: Catalogue, models: Models, folder: Path | None) -> dict[str, Any]:
    """Which exports bring the KPI's data, and which datasets nothing has brought yet; None where
    there is no workspace to look into."""
    from metrics import query as live

    place = find_workspace(folder)
    missing = None
    profiles = load_profiles()
    if (place / SETTINGS_FILE).exists():
        workspace = Workspace.open(place)
        migrate(workspace.register)
        profiles = load_profiles(workspace.profiles)
        brought = live.setting_of(workspace).coverage.datasets
        missing = [dataset for dataset in kpi.datasets if dataset not in brought]
    return {
        "brought_by": [profile.label for profile in brought_by(kpi, catalogue, models, profiles)],
        "to_import": missing,
    }


@verb.command("sql")
@click.argument("name")
@click.option("--by", help="Cut by this dimension.")
@click.option("--where", "conditions", multiple=True, metavar="DIM=VALUE")
@in_workspace
@as_json
def sql(
    name: str, by: str | None, conditions: tuple[str, ...], folder: Path | None, wants_json: bool
) -> None:
    """The SQL of one KPI, one statement per part."""
    from metrics import query as live

    workspace = open_workspace(folder)
    statements = live.sql(workspace, name, by=by, where=_pairs(conditions))
    if wants_json:
        answer({"kpi": name, "statements": statements})
        return
    click.echo("\n\n".join(f"-- {part}\n{text}" for part, text in statements.items()))


@verb.command("query")
@click.argument("names", nargs=-1, required=True)
@click.option("--by", default="company", show_default=True, metavar="SCOPE|DIMENSION")
@click.option("--grain", type=click.Choice([str(grain) for grain in Grain]))
@click.option("--from", "since", type=DAY, help="First day wanted.")
@click.option("--to", "until", type=DAY, help="Last day wanted.")
@click.option("--where", "conditions", multiple=True, metavar="DIM=VALUE")
@in_workspace
@as_json
def query(
    names: tuple[str, ...],
    by: str,
    grain: str | None,
    since: date | None,
    until: date | None,
    conditions: tuple[str, ...],
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Figures by company, line, product, squad, owner or one of the KPI's dimensions.

    \b
    Examples:
      vigie kpi query mrr churned_mrr --by product --from 2026-01-01
      vigie kpi query active_users --by country --grain month --where plan=Pro
    """
    from metrics import query as live

    figures = live.query(
        open_workspace(folder),
        LOCAL_CPO,
        list(names),
        by=by,
        grain=grain,
        since=since,
        until=until,
        where=_pairs(conditions),
    )
    rows = [as_row(figure) for figure in figures]
    if wants_json:
        answer({"rows": rows})
        return
    shown = [name for name in ROW if name != "member" or any(row["member"] for row in rows)]
    click.echo(
        table([[row[name] for name in shown] for row in rows], shown)
        if rows
        else "No figures: nothing covers these days. 'vigie check' says what is imported."
    )


@verb.command("restatements")
@click.argument("names", nargs=-1)
@click.option("--scope", metavar="KIND[:KEY]", help="company, product:KEY …; else all but owners.")
@click.option(
    "--grain",
    type=click.Choice([str(grain) for grain in CALENDAR_GRAINS]),
    help="Periods of this length, instead of each KPI's own.",
)
@click.option("--from", "since", type=DAY, help="First day wanted.")
@click.option("--to", "until", type=DAY, help="Last day wanted.")
@in_workspace
@as_json
def restatements_(
    names: tuple[str, ...],
    scope: str | None,
    grain: str | None,
    since: date | None,
    until: date | None,
    folder: Path | None,
    wants_json: bool,
) -> None:
    """Figures that changed after they had been published: was, is, cause and when."""
    from metrics.pages.restatements import restatements

    workspace = open_workspace(folder)
    with workspace.register.connect() as connection:
        organisation = load_organisation(connection)
    found = restatements(
        workspace,
        LOCAL_CPO,
        kpis=names or None,
        scopes=[scope_in(organisation, scope)] if scope else None,
        grain=Grain(grain) if grain else None,
        since=since,
        until=until,
    )
    rows = [each.as_row() for each in found]
    if wants_json:
        answer({"rows": rows})
        return
    shown = ("kpi", "scope", "period", "was", "is", "cause", "cause_detail", "at")
    click.echo(
        table([[row[name] for name in shown] for row in rows], shown)
        if rows
        else "No figure has changed after it was published."
    )


@verb.command("test")
@click.argument("names", nargs=-1)
@in_workspace
@as_json
def test(names: tuple[str, ...], folder: Path | None, wants_json: bool) -> None:
    """Run the examples that KPIs carry: rows in, figures out."""
    catalogue, models = definitions_of(folder)
    asked = [catalogue[name] for name in names] or list(catalogue.entries.values())
    verdicts = [verdict for kpi in asked for verdict in _verdicts(kpi, catalogue, models)]
    failed = [verdict for verdict in verdicts if not verdict.ok]
    if wants_json:
        answer({"ok": not failed, "figures": [asdict(verdict) for verdict in verdicts]})
    else:
        for verdict in failed or verdicts:
            mark = "ok   " if verdict.ok else "WRONG"
            said = f"{mark}  {verdict.kpi} ({verdict.of}), {verdict.place}: {verdict.got}"
            click.echo(said if verdict.ok else f"{said}, expected {verdict.expected}")
        tried = len({verdict.kpi for verdict in verdicts})
        click.echo(
            f"{len(verdicts)} figures of the examples of {tried} KPIs, {len(failed)} wrong."
            if verdicts
            else "No examples: write some under 'examples' of an entry; see docs/catalogue.md."
        )
    if failed:
        raise SystemExit(1)


def _verdicts(kpi: Kpi, catalogue: Catalogue, models: Models) -> Iterator[Verdict]:
    """The verdicts on a KPI's examples; one that cannot be run is wrong, and others still run."""
    try:
        yield from run_examples(kpi, catalogue, models)
    except VigieError as refusal:
        yield Verdict(kpi.name, "not run", kpi.source, "figures", str(refusal), False)


#: The keys of a row of `kpi query`.
ROW = (
    "kpi",
    "scope",
    "member",
    "period",
    "start",
    "end",
    "value",
    "numerator",
    "denominator",
    "n",
    "closed",
    "reason",
)


def as_dict(kpi: Kpi) -> dict[str, Any]:
    """A KPI with the keys of docs/command.md."""
    return {
        "name": kpi.name,
        "label": vars(kpi.label),
        "meaning": vars(kpi.meaning),
        "family": kpi.family,
        "kind": kpi.kind,
        "unit": kpi.unit,
        "direction": {1: "up", -1: "down", 0: "none"}[kpi.direction],
        "cadence": kpi.cadence,
        "grains": [str(grain) for grain in kpi.grains],
        "member": kpi.member,
        "owner_role": kpi.owner_role,
        "parents": list(kpi.parents),
        "dimensions": list(kpi.dimensions),
        "datasets": list(kpi.datasets),
        "review": kpi.review,
        "definition": kpi.definition,
        "source": kpi.source,
    }


def definitions_of(folder: Path | None) -> tuple[Catalogue, Models]:
    """Catalogue and models of the workspace, or the built-in ones where there is no workspace."""
    place = find_workspace(folder)
    if folder is None and not (place / SETTINGS_FILE).exists():
        models = load_models()
        return load_catalogue(models=models), models
    return definitions.definitions_of(Workspace.open(place))


def catalogue_of(folder: Path | None) -> Catalogue:
    """The catalogue of the workspace, or the built-in one where there is no workspace."""
    return definitions_of(folder)[0]


def _pairs(conditions: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for condition in conditions:
        dimension, equals, value = condition.partition("=")
        if not equals or not dimension.strip():
            raise VigieError(
                f"'{condition}' is not a condition.",
                next_step="Write --where country=FR.",
                exit_code=2,
            )
        found[dimension.strip()] = value.strip()
    return found
