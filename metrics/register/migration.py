"""Bringing a register to the shape this version of Vigie works with."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from metrics.errors import VigieError

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: sa.Engine) -> None:
    """Apply the migrations a register lacks; does nothing on one that is up to date.

    All of them or none. Raises VigieError for a register that a newer Vigie has written.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        present = set(MigrationContext.configure(connection).get_current_heads())
    if present == set(scripts.get_heads()):
        return
    newer = present - {script.revision for script in scripts.walk_revisions()}
    if newer:
        raise VigieError(
            f"This register was written by a newer Vigie (migration {', '.join(sorted(newer))}).",
            next_step="Install that version, or restore a backup.",
        )
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Two programs may start at once: the second waits here and finds nothing left to do.
            connection.exec_driver_sql("begin immediate")
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
        connection.commit()
