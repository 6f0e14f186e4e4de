"""Models: SQL that turns canonical tables into analysis-ready facts, one file each.

A model's header says what its facts belong to (`member`), which datasets must be covered for its
figures to count, which columns a figure may be cut by, and whether it is kept as a table:

    -- member: product | squad
    -- datasets: events
    -- dimensions: country, plan
    -- materialised: yes
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics import pinning
from metrics.allowlist import parse
from metrics.errors import VigieError

HEADER_KEYS = ("member", "datasets", "dimensions", "materialised")


@dataclass(frozen=True)
class Model:
    """One model. `member` names the column that says whose the fact is: product or squad."""

    name: str
    member: str
    datasets: tuple[str, ...]
    dimensions: tuple[str, ...]
    materialised: bool
    tree: exp.Expr
    sources: frozenset[str]  # models and canonical tables it reads
    digest: str
    place: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.alias_or_name for column in self.tree.selects)  # type: ignore[attr-defined]


def _header(sql: str, place: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(sql.splitlines(), 1):
        if not line.startswith("--"):
            break
        key, colon, value = line[2:].strip().partition(":")
        if colon and key in HEADER_KEYS:
            found[key] = value.strip()
        elif colon and " " not in key:
            raise VigieError(f"{place}:{number}: '{key}' is not a header.", choices=HEADER_KEYS)
    return found


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def read_model(name: str, sql: str, place: str) -> Model:
    """The model in `sql`. Raises VigieError for a bad header or SQL outside the allow-list."""
    header = _header(sql, place)
    tree = parse(sql, place)
    member = header.get("member", "")
    if member not in ("product", "squad"):
        raise VigieError(
            f"{place}: a model must say whose its facts are: '-- member: {member or '?'}'.",
            choices=("product", "squad"),
        )
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    sources = {table.name for table in tree.find_all(exp.Table)} - own
    model = Model(
        name=name,
        member=member,
        datasets=_listed(header.get("datasets", "")),
        dimensions=_listed(header.get("dimensions", "")),
        materialised=header.get("materialised") == "yes",
        tree=tree,
        sources=frozenset(sources),
        digest=hashlib.sha256(tree.sql("duckdb").encode()).hexdigest()[:12],
        place=place,
    )
    missing = {member, *model.dimensions} - set(model.columns)
    if missing:
        raise VigieError(
            f"{place}: the model does not expose {', '.join(sorted(missing))}.",
            choices=model.columns,
            next_step="Every model exposes its member and its dimensions, or it cannot be shown.",
        )
    return model


def _model_files(workspace_folder: Path | None) -> Iterator[tuple[str, str, str]]:
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".sql"):
            yield file.name[:-4], file.read_text("utf-8"), f"models/{file.name}"
    if workspace_folder is not None and workspace_folder.is_dir():
        for path in sorted(workspace_folder.glob("*.sql")):
            yield path.stem, path.read_text("utf-8"), str(path)


def load_models(workspace_folder: Path | None = None) -> dict[str, Model]:
    """All models by name, each after the models it reads; a workspace's own override."""
    found = {
        name: read_model(name, sql, place) for name, sql, place in _model_files(workspace_folder)
    }
    ordered: dict[str, Model] = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise VigieError(f"Models read each other in a circle: {' → '.join((*path, name))}.")
        if name in ordered or name not in found:
            return
        for source in sorted(found[name].sources):
            add(source, (*path, name))
        ordered[name] = found[name]

    for name in found:
        add(name, ())
    return ordered


def refresh(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, Model] | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> None:
    """Rebuild the materialised models in the open draft, in the order they read each other."""
    models = load_models() if models is None else models
    for model in models.values():
        if model.materialised:
            progress(model.name)
            query = pinning.render(inlined(model.tree, models))
            connection.execute(f"create or replace table {model.name} as {query}")


def inlined(tree: exp.Expr, models: dict[str, Model]) -> exp.Expr:
    """`tree` with every model it reads added as a CTE, except those kept as tables."""
    needed: dict[str, exp.Expr] = {}

    def collect(node: exp.Expr) -> None:
        own = {cte.alias for cte in node.find_all(exp.CTE)}
        for table in node.find_all(exp.Table):
            model = models.get(table.name)
            if model and not model.materialised and table.name not in own | set(needed):
                collect(model.tree)
                needed[table.name] = model.tree

    collect(tree)
    result = tree.copy()
    own_ctes = result.args.get("with_")
    ctes = [
        exp.CTE(this=query.copy(), alias=exp.TableAlias(this=exp.to_identifier(name)))
        for name, query in needed.items()
    ]
    if own_ctes:
        ctes += own_ctes.expressions
    if ctes:
        result.set("with_", exp.With(expressions=ctes))
    return result
