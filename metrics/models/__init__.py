"""Models: SQL that turns canonical tables into analysis-ready facts, one file each.

A model's header says what its facts belong to (`member`), which datasets must be covered for its
figures to count, which columns a figure may be cut by, and whether it is kept as a table:

    -- member: product | squad
    -- datasets: events
    -- references: sprints
    -- dimensions: country, plan
    -- materialised: yes
    -- small_groups: counted
    -- untold: untold_progress

`references` are datasets that say what facts belong to and need not be covered day by day.
`untold` is a model of spans of days, of the same members, of which the facts cannot tell though
their datasets cover them: a figure that needs one of those days is missing.
A model that reads what teams answered hides small groups in every KPI made of it. A built-in one
may say that it only counts who answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import duckdb
from sqlglot import exp

from metrics import pinning
from metrics.allowlist import parse
from metrics.engines import DEFINITION_ERRORS, not_computed
from metrics.errors import Mistake, VigieError
from metrics.same import Same

HEADER_KEYS = (
    "member", "datasets", "references", "dimensions", "materialised", "small_groups", "untold",
)  # fmt: skip
#: Relations that hold what single people of the company answered.
ANSWERS_OF_TEAMS = frozenset({"team_responses", "landed_responses"})
#: SQL by what it was written from: a definition, and the models that are kept as tables.
_QUERIES: dict[tuple[str, frozenset[str]], str] = {}
#: How the place of a model that comes with the program begins.
BUILT_IN = "models/"


@dataclass(frozen=True)
class Model:
    """One model. `member` names the column that says whose the fact is: product or squad."""

    name: str
    member: str
    datasets: tuple[str, ...]
    references: tuple[str, ...]
    dimensions: tuple[str, ...]
    materialised: bool
    tree: exp.Expr
    sources: frozenset[str]  # models and canonical tables it reads
    digest: str
    place: str
    reads_answers: bool = False  # what single people of a team answered leaves it
    untold: str = ""  # the model of the days of which it cannot tell

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


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


@lru_cache(maxsize=512)  # nobody changes a model's tree, and a program reads the same ones often
def read_model(name: str, sql: str, place: str) -> Model:
    """The model in `sql`. Raises VigieError for a bad header or SQL outside the allow-list."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise VigieError(
            f"{place}: '{name}' cannot name a model.",
            next_step="Name the file with small letters, digits and _: active_seats.sql.",
        )
    header = _header(sql, place)
    tree = parse(sql, place)
    if not isinstance(tree, exp.Query):
        raise VigieError(f"{place}: a model is one select.", next_step="Begin it with select.")
    member = header.get("member", "")
    if member not in ("product", "squad"):
        raise VigieError(
            f"{place}: a model must say whose its facts are: '-- member: {member or '?'}'.",
            choices=("product", "squad"),
        )
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {table.name for table in tree.find_all(exp.Table)}
    untold = header.get("untold", "")
    sources = (tables - own) | ({untold} if untold else set())
    counted = header.get("small_groups") == "counted" and place.startswith(BUILT_IN)
    model = Model(
        name=name,
        member=member,
        datasets=_listed(header.get("datasets", "")),
        references=_listed(header.get("references", "")),
        dimensions=_listed(header.get("dimensions", "")),
        materialised=header.get("materialised") == "yes",
        tree=tree,
        sources=frozenset(sources),
        digest=_digest(tree.sql("duckdb", comments=False)),  # words about it change no figure
        place=place,
        reads_answers=not counted and not ANSWERS_OF_TEAMS.isdisjoint(map(str.lower, tables)),
        untold=untold,
    )
    missing = {member, *model.dimensions} - set(model.columns)
    if missing:
        raise VigieError(
            f"{place}: the model does not expose {', '.join(sorted(missing))}.",
            choices=model.columns,
            next_step="Every model exposes its member and its dimensions, or it cannot be shown.",
        )
    return model


class Models(dict[str, Model]):
    """Models by name, each after the models it reads; `mistakes` says which are left out, why."""

    mistakes: tuple[Mistake, ...] = ()

    def without(self, mistakes: Iterable[Mistake]) -> Models:
        """These models without the ones that are mistaken, and without those that read them."""
        return _ordered(dict(self), (*self.mistakes, *mistakes))


def _model_files(folders: Iterable[Path]) -> Iterator[tuple[str, Traversable, str]]:
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if file.name.endswith(".sql"):
            yield file.name[:-4], file, f"models/{file.name}"
    for folder in folders:
        for path in sorted(folder.glob("*.sql")):
            yield path.stem, path, str(path)


def load_models(*folders: Path) -> Models:
    """All models by name, each after the models it reads; those of a workspace's folders override.

    A model of a workspace that is wrong is left out, together with those that read it, and noted
    in `mistakes`: the built-in one that it was to replace would mean something else. Without
    folders the first mistake is raised as VigieError.
    """
    found: dict[str, Model] = {}
    mistakes: dict[str, Mistake] = {}
    for name, file, place in _model_files(folders):
        found.pop(name, None)
        mistakes.pop(name, None)
        try:
            found[name] = read_model(name, _read(file, place), place)
        except VigieError as refusal:
            mistakes[name] = Mistake.of(refusal, name, place)
    models = _ordered(found, mistakes.values())
    if models.mistakes and not folders:
        raise VigieError(str(models.mistakes[0]))
    return models


def _read(file: Traversable, place: str) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VigieError(
            f"{place}: this file cannot be read: {error}.", next_step="Save it as UTF-8 text."
        ) from None


def _ordered(found: Mapping[str, Model], known: Iterable[Mistake]) -> Models:
    """Models in the order they read each other, without the mistaken ones and their readers."""
    mistakes = {mistake.name: mistake for mistake in known}
    ordered = Models()

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in ordered or name in mistakes or name not in found:
            return
        model = found[name]
        if name in path:
            circle = " → ".join((*path[path.index(name) :], name))
            refusal = VigieError(
                f"{model.place}: Models read each other in a circle: {circle}.",
                next_step="Let one of them read canonical tables only.",
            )
            mistakes[name] = Mistake.of(refusal, name, model.place)
            return
        for source in sorted(model.sources):
            add(source, (*path, name))
        if model.untold and name not in mistakes and not _tells_spans(model, ordered):
            refusal = VigieError(
                f"{model.place}: '-- untold: {model.untold}' names no model of spans of days.",
                next_step=f"Name one that exposes {model.member}, start_day and end_day.",
            )
            mistakes[name] = Mistake.of(refusal, name, model.place)
        broken = sorted(model.sources & mistakes.keys())
        if broken and name not in mistakes:
            refusal = VigieError(
                f"{model.place}: '{name}' reads '{broken[0]}', which is left out: "
                f"{mistakes[broken[0]].message}",
                next_step=f"Mend {mistakes[broken[0]].place}.",
            )
            mistakes[name] = Mistake.of(refusal, name, model.place)
        if name not in mistakes:
            ordered[name] = model

    for name in found:
        add(name, ())
    ordered.mistakes = tuple(mistakes.values())
    return ordered


def _tells_spans(model: Model, models: Mapping[str, Model]) -> bool:
    """Whether what `model` names as untold is a model that gives spans of days of its members."""
    source = models.get(model.untold)
    wanted = {model.member, "start_day", "end_day"}
    return source is not None and source.member == model.member and wanted <= {*source.columns}


def refresh(
    connection: duckdb.DuckDBPyConnection,
    models: dict[str, Model] | None = None,
    progress: Callable[[str], None] = lambda name: None,
    noted: Callable[[Mistake], None] | None = None,
    contents: Callable[[Model], str] | None = None,
    *,
    anew: bool = False,
) -> None:
    """Rebuild the materialised models in the open draft, in the order they read each other.

    A model whose SQL fails leaves no table behind; it is `noted`, or raised as VigieError. With
    `contents`, which tells the facts that a model reads from others, a table that the same
    definition made of the same facts stays, unless all are made `anew`.
    """
    models = load_models() if models is None else models
    connection.execute(
        "create table if not exists kept_models "
        "(name varchar primary key, definition varchar not null, contents varchar not null)"
    )
    made = {name: rest for name, *rest in connection.execute("from kept_models").fetchall()}
    for model in models.values():
        if not model.materialised:
            continue
        definition, of = definition_of(model, models), contents(model) if contents else ""
        if of and not anew and made.get(model.name) == [definition, of]:
            continue
        progress(model.name)
        query = _query_of(model, models, definition)
        connection.execute("delete from kept_models where name = ?", [model.name])
        try:
            connection.execute(f"create or replace table {model.name} as {query}")
        except DEFINITION_ERRORS as error:
            refusal = not_computed(error, model.place, model.name)
            if noted is None:
                raise refusal from None
            connection.execute(f"drop table if exists {model.name}")
            noted(Mistake.of(refusal, model.name, model.place))
        else:
            connection.execute(
                "insert into kept_models values (?, ?, ?)", [model.name, definition, of]
            )


def _query_of(model: Model, models: dict[str, Model], definition: str) -> str:
    """The SQL of a model's rows, written once for models that are alike: that takes as long as a
    small draft takes to answer."""
    kept = frozenset(name for name, other in models.items() if other.materialised)
    if (definition, kept) not in _QUERIES:
        _QUERIES[definition, kept] = pinning.render(inlined(model.tree, models))
    return _QUERIES[definition, kept]


def definition_of(model: Model, models: Mapping[str, Model]) -> str:
    """A digest of a model together with those behind it."""
    behind = [models[name] for name in sorted(model.sources) if name in models]
    return _digest(model.digest, *(definition_of(other, models) for other in behind))


def tells_of_teams(model: Model, models: Mapping[str, Model]) -> bool:
    """Whether a model holds what single people of a team answered, itself or through others."""
    if model.reads_answers:
        return True
    by_name = {name.lower(): other for name, other in models.items()}
    behind = (by_name.get(name.lower()) for name in model.sources)
    return any(tells_of_teams(other, models) for other in behind if other and other is not model)


def as_kept(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Model]
) -> Mapping[str, Model]:
    """The models as an open warehouse holds them: those whose table it lacks, or made by another
    definition, are read through. Its next version will keep them."""
    noted = "select 1 from duckdb_tables() where table_name = 'kept_models'"
    made: dict[str, str] = {}
    if connection.execute(noted).fetchone() is not None:
        made = dict(connection.execute("select name, definition from kept_models").fetchall())
    stale = frozenset(
        name
        for name, model in models.items()
        if model.materialised and made.get(name) != definition_of(model, models)
    )
    return _read_through(Same(models), stale) if stale else models


@lru_cache(maxsize=64)
def _read_through(models: Same[Mapping[str, Model]], stale: frozenset[str]) -> Mapping[str, Model]:
    return {
        name: replace(model, materialised=False) if name in stale else model
        for name, model in models.value.items()
    }


def inlined(tree: exp.Expr, models: Mapping[str, Model]) -> exp.Expr:
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
