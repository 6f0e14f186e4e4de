"""The profiles that a company has made: kept in its workspace, read, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from metrics.errors import VigieError
from metrics.importing.profile import Profile, load_profiles, parse_profile
from metrics.workspace import Workspace


def as_yaml(profile: Profile) -> str:
    """The profile as a file of profiles has it, without what is as it would be anyway."""
    told: dict[str, Any] = profile.model_dump(mode="json", exclude_defaults=True)
    heading = "# Mapped here by hand; read, checked and edited like a built-in profile.\n"
    return heading + yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)


def write_profile(workspace: Workspace, profile: Profile, *, replacing: bool = False) -> Path:
    """Keep a profile in the workspace. From then on files that fit it are read by it.

    Raises VigieError when the name is a built-in profile's, or one's of the workspace and
    `replacing` is False, or when the text could not be read back as the same profile.
    """
    own = {each.name for each in own_profiles(workspace)}
    built_in = {each.name for each in load_profiles()} - own
    if profile.name in built_in or (profile.name in own and not replacing):
        raise VigieError(
            "There already is a kind of export named '{name}'.",
            values={"name": profile.name},
            next_step="Choose another name for this one.",
        )
    text = as_yaml(profile)
    if parse_profile(text, profile.name) != profile:
        raise VigieError(f"The profile '{profile.name}' could not be written as it is.")
    workspace.profiles.mkdir(exist_ok=True)
    file = workspace.profiles / f"{profile.name}.yml"
    unfinished = file.with_suffix(".new")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(file)
    return file


def own_profiles(workspace: Workspace) -> tuple[Profile, ...]:
    """The profiles that the company has made, by name."""
    if not workspace.profiles.is_dir():
        return ()
    return tuple(
        parse_profile(file.read_text("utf-8"), str(file))
        for file in sorted(workspace.profiles.glob("*.yml"))
    )


def forget_profile(workspace: Workspace, name: str) -> None:
    """Remove a profile of the workspace; what was imported by it stays."""
    (workspace.profiles / f"{name}.yml").unlink(missing_ok=True)
