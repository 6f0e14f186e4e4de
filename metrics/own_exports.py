"""The kinds of export that a company has described itself: renamed, and forgotten when unused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from metrics.errors import VigieError, unknown
from metrics.importing.own_profiles import forget_profile, own_profiles, write_profile
from metrics.importing.profile import Profile
from metrics.register import ledger
from metrics.workspace import Workspace


@dataclass(frozen=True)
class OwnExport:
    """One kind, and how many imports that count were read by it."""

    profile: Profile
    imports: int

    @property
    def name(self) -> str:
        return self.profile.name


def own_exports(workspace: Workspace) -> tuple[OwnExport, ...]:
    """Every kind that the workspace describes, by name."""
    with workspace.register.connect() as connection:
        read = Counter(
            record.profile for record in ledger.history(connection) if record.status == "applied"
        )
    return tuple(OwnExport(each, read[each.name]) for each in own_profiles(workspace))


def rename(workspace: Workspace, name: str, label: str) -> None:
    """Call a kind otherwise, in both languages; its key stays. Raises VigieError when there is none
    of that name or the label is empty."""
    profile = _found(workspace, name).profile
    if not label.strip():
        raise VigieError("A kind of export needs a name.", exit_code=2)
    said = {language: label.strip() for language in profile.label}
    write_profile(workspace, profile.model_copy(update={"label": said}), replacing=True)


def forget(workspace: Workspace, name: str) -> None:
    """Remove a kind that no import which counts was read by: landing those again needs it.

    Raises VigieError when some were, or when there is none of that name.
    """
    found = _found(workspace, name)
    if found.imports:
        raise VigieError(
            "{count} imports were read as '{name}': it is needed to read them again.",
            values={"count": str(found.imports), "name": name},
            next_step="Undo those imports first.",
        )
    forget_profile(workspace, name)


def _found(workspace: Workspace, name: str) -> OwnExport:
    exports = own_exports(workspace)
    for each in exports:
        if each.name == name:
            return each
    raise unknown("kind of export of this workspace", name, [each.name for each in exports])
