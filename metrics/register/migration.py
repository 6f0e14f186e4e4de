"""Bringing a register to the shape this version of Vigie works with."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from metrics.errors import VigieError

_MIGRATIONS = Path(__file__).with_name("migrations")


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
    # Every job asks whether there is anything to do, and to load this takes a tenth of its start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Two programs may start at once: the second waits here and finds nothing left to do.
            connection.exec_driver_sql("begin immediate")
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
        connection.commit()


def applied(engine: sa.Engine) -> set[str]:
    """The last migration that a register has seen; empty for a new one."""
    if not sa.inspect(engine).has_table("alembic_version"):
        return set()
    with engine.connect() as connection:
        versions = sa.select(sa.column("version_num", sa.String)).select_from(
            sa.table("alembic_version")
        )
        return set(connection.execute(versions).scalars())
