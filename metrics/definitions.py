"""A workspace's KPIs and models, read again only when one of its own files changes."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from metrics.catalogue import Catalogue, load_catalogue
from metrics.models import Models, load_models
from metrics.workspace import Workspace


class Definitions(NamedTuple):
    """KPIs, and the models that they read. Shared: nobody changes them."""

    catalogue: Catalogue
    models: Models


def definitions_of(workspace: Workspace) -> Definitions:
    """The built-in KPIs and models with the workspace's own."""
    stamp = definitions_stamp(workspace)
    return _read(workspace.catalogue, workspace.model_folders, stamp) if stamp else built_in()


def catalogue_of(workspace: Workspace) -> Catalogue:
    """The built-in KPIs with the workspace's own."""
    return definitions_of(workspace).catalogue


def definitions_stamp(workspace: Workspace) -> tuple[tuple[str, int], ...]:
    """The company's own definition files with when each was written: changes when one does."""
    return tuple(
        (str(file), file.stat().st_mtime_ns)
        for folder in workspace.model_folders
        for file in sorted(folder.glob("*"))
        if file.is_file()
    )


@cache
def built_in() -> Definitions:
    """Those of every workspace that has none of its own."""
    models = load_models()
    return Definitions(load_catalogue(models=models), models)


@lru_cache(maxsize=4)
def _read(
    folder: Path, model_folders: tuple[Path, ...], stamp: tuple[tuple[str, int], ...]
) -> Definitions:
    models = load_models(*model_folders)
    return Definitions(load_catalogue(folder, models), models)
