"""What people say in their own words: its themes are found, its text kept where that is allowed."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pandas as pd
from sqlglot import exp

from metrics.importing.dataset import DATASETS, Dataset
from metrics.organisation import Organisation
from metrics.themes import Taxonomy


def silent_products(organisation: Organisation) -> frozenset[str]:
    """Products that keep no text of what their users say."""
    return frozenset(
        product.product for product in organisation.products if product.keeps_verbatims is False
    )


def mark(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    tool: str,
    organisation: Organisation,
    taxonomy: Taxonomy,
) -> bool:
    """Fill in the themes of the shaped rows and drop the texts that may not be kept.

    Themes are null where there was no text. Returns whether a text was dropped.
    """
    _find_themes(connection, "shaped", dataset, taxonomy)
    streams = [
        stream
        for (stream,) in connection.execute("select distinct stream from shaped").fetchall()
        if _silent(organisation, dataset, tool, stream)
    ]
    return _drop_texts(connection, "shaped", dataset, exp.column("stream").isin(*streams), streams)


def refresh(
    connection: duckdb.DuckDBPyConnection, organisation: Organisation, taxonomy: Taxonomy
) -> None:
    """Bring what is landed up to what the organisation and the taxonomy say now.

    Texts of products that keep none any more are deleted; where the taxonomy changed, the themes of
    the texts that are kept are found anew.
    """
    found = connection.execute("select digest from taxonomy").fetchone()
    changed = found is None or found[0] != taxonomy.digest
    for dataset in (each for each in DATASETS.values() if each.text):
        pairs = connection.execute(
            exp.select("source", "stream")
            .distinct()
            .from_(dataset.table)
            .where(exp.column(dataset.text).is_(exp.null()).not_())
            .sql("duckdb")
        ).fetchall()
        for source, stream in pairs:
            if _silent(organisation, dataset, source, stream):
                here = exp.and_(
                    exp.column("source").eq(exp.Literal.string(source)),
                    exp.column("stream").eq(exp.Literal.string(stream)),
                )
                _drop_texts(connection, dataset.table, dataset, here, [stream])
        if changed and found is not None:
            _find_themes(connection, dataset.table, dataset, taxonomy)
    if changed:
        connection.execute("delete from taxonomy")
        connection.execute("insert into taxonomy values (?)", [taxonomy.digest])


def _silent(organisation: Organisation, dataset: Dataset, source: str, stream: str) -> bool:
    product = organisation.place("product", source, stream)
    return "product" in dataset.belongs_to and product in silent_products(organisation)


def _drop_texts(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    dataset: Dataset,
    where: exp.Expr,
    streams: Iterable[str],
) -> bool:
    if not list(streams):
        return False
    connection.execute(exp.update(table, {dataset.text: exp.null()}, where=where).sql("duckdb"))
    return True


def _find_themes(
    connection: duckdb.DuckDBPyConnection, table: str, dataset: Dataset, taxonomy: Taxonomy
) -> None:
    text = exp.column(dataset.text)
    query = (
        exp.select(text.copy().as_("text"), "language")
        .distinct()
        .from_(table)
        .where(text.copy().is_(exp.null()).not_())
    )
    rows = connection.execute(query.sql("duckdb")).fetchall()
    if not rows:
        return
    frame = pd.DataFrame(
        {
            "text": pd.Series([text for text, _ in rows], dtype="object"),
            "language": pd.Series([language for _, language in rows], dtype="object"),
            "themes": [list(taxonomy.of(text, language)) for text, language in rows],
        }
    )
    connection.register("found_themes", frame)
    same = exp.and_(
        exp.column(dataset.text, table=table).eq(exp.column("text", table="found_themes")),
        exp.NullSafeEQ(
            this=exp.column("language", table=table),
            expression=exp.column("language", table="found_themes"),
        ),
    )
    change = exp.update(
        table,
        {"themes": exp.cast(exp.column("themes", table="found_themes"), "varchar[]")},
        from_="found_themes",
        where=same,
    )
    connection.execute(change.sql("duckdb"))
    connection.unregister("found_themes")
