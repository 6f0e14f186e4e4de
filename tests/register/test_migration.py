from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

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


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[sa.Engine]:
    """A register that went through every migration, as one of the first company's did."""
    engine = open_register(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    with engine.begin() as connection:
        migration.upgrade(connection)
    yield engine
    engine.dispose()


def test_migrations_make_exactly_the_tables(migrated: sa.Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def shape(engine: sa.Engine) -> dict[str, Any]:
    """Columns, keys, indexes and conditions of every table, whatever their order."""
    found: dict[str, Any] = {}
    with engine.connect() as connection:

        def told(pragma: str, skipped: int = 0) -> list[tuple[Any, ...]]:
            rows = connection.exec_driver_sql(f"pragma {pragma}").all()
            return sorted((tuple(row[skipped:]) for row in rows), key=repr)

        for name, sql in connection.exec_driver_sql(
            "select name, sql from sqlite_master where type = 'table'"
        ).all():
            if name.startswith("sqlite_"):
                continue
            indexes = [(row[0], *row[1:]) for row in told(f"index_list({name})", 1)]
            found[name] = (
                told(f"table_xinfo({name})", 1),
                told(f"foreign_key_list({name})", 2),
                [(each, told(f"index_info({each[0]})", 2)) for each in indexes],
                sorted(re.findall(r"CHECK \(.*?\)|AUTOINCREMENT", sql)),
            )
    return found


def test_a_new_register_is_as_one_that_was_migrated(
    register: sa.Engine, migrated: sa.Engine
) -> None:
    assert shape(register) == shape(migrated)
    for engine in (register, migrated):
        with engine.connect() as connection:
            assert connection.execute(sa.select(state)).all() == [(1, 0, 0)]
    assert migration.applied(register) == migration.applied(migrated)


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
