from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from metrics.engines import open_register
from metrics.errors import VigieError
from metrics.register import migrate, migration
from metrics.register.tables import metadata, state


def test_migrations_make_exactly_the_tables(register: sa.Engine) -> None:
    with register.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_only_one_state_row_can_exist(register: sa.Engine) -> None:
    with register.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.insert(state).values(id=2, warehouse_version=0, publication_id=0))


def test_a_migration_s_file_bears_its_number(register: sa.Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
    assert set(scripts.get_heads()) == migration.applied(register)


def test_migrating_again_changes_nothing(register: sa.Engine) -> None:
    migrate(register)
    with register.connect() as connection:
        assert connection.execute(sa.select(state)).one() == (1, 0, 0)


def test_programs_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    engines = [open_register(f"sqlite:///{tmp_path / 'r.sqlite'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    with engines[0].connect() as connection:
        assert connection.execute(sa.select(state)).all() == [(1, 0, 0)]
    for engine in engines:
        engine.dispose()


def test_a_newer_register_is_refused(register: sa.Engine) -> None:
    with register.begin() as connection:
        connection.exec_driver_sql("delete from alembic_version")
        connection.exec_driver_sql("insert into alembic_version values ('9999')")
    with pytest.raises(VigieError, match="newer Vigie"):
        migrate(register)


def test_a_register_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VigieError, match="The register cannot be opened"):
        migrate(open_register(f"sqlite:///{tmp_path / 'nowhere' / 'r.sqlite'}"))
