"""Bringing a register to the shape this version of Vigie works with."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from metrics.errors import VigieError
from metrics.register.tables import metadata, state

_MIGRATIONS = Path(__file__).with_name("migrations")
#: As alembic makes it.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(engine: sa.Engine) -> None:
    """Apply the migrations a register lacks; does nothing on one that is up to date.

    All of them or none. Raises VigieError for a register that a newer Vigie has written, and for
    one that cannot be opened.
    """
    known = sorted(path.name.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))
    try:
        present = applied(engine)
    except sa.exc.OperationalError as error:
        raise VigieError(
            f"The register cannot be opened: {error.orig}.",
            next_step="See that its folder is there and may be written in, or mend register_url "
            "in vigie.toml.",
        ) from None
    if present == {known[-1]}:
        return
    newer = present - set(known)
    if newer:
        raise VigieError(
            f"This register was written by a newer Vigie (migration {', '.join(sorted(newer))}).",
            next_step="Install that version, or restore a backup.",
        )
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Two programs may start at once: the second waits here and finds nothing left to do.
            connection.exec_driver_sql("begin immediate")
        if present or _versions(connection):
            upgrade(connection)
        else:
            _make(connection, known[-1])
        connection.commit()


def upgrade(connection: sa.Connection) -> None:
    """Apply what is missing, migration by migration, from the first one on if need be."""
    # Every job asks whether there is anything to do, and to load this takes a tenth of its start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "heads")


def _make(connection: sa.Connection, version: str) -> None:
    """The tables as all migrations together leave them, in an empty register."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(sa.insert(state).values(id=1, warehouse_version=0, publication_id=0))
    _VERSION.create(connection)
    connection.execute(sa.insert(_VERSION).values(version_num=version))


def applied(engine: sa.Engine) -> set[str]:
    """The last migration that a register has seen; empty for a new one."""
    with engine.connect() as connection:
        return _versions(connection)


def _versions(connection: sa.Connection) -> set[str]:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return set()
    return set(connection.execute(sa.select(_VERSION.c.version_num)).scalars())
