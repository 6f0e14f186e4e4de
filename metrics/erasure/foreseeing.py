"""What an erasure would take, before it is done."""

from __future__ import annotations

from metrics import warehouse
from metrics.engines import open_facts
from metrics.erasure.archive import count_in_archive
from metrics.erasure.facts import count_in_facts
from metrics.erasure.finding import find
from metrics.erasure.person import nothing_kept
from metrics.erasure.register import in_register
from metrics.importing.profile import load_profiles
from metrics.workspace import Workspace


def foresee(workspace: Workspace, given: str, known_as: str = "") -> dict[str, int]:
    """Rows that erasing who is meant by `given` (see `find`) would delete or change, by place.

    Changes nothing. Raises VigieError when nothing is kept of them, or when it is not said who of
    several is meant.
    """
    path = warehouse.current_path(workspace)
    if path is None:
        raise nothing_kept()
    profiles = load_profiles(workspace.profiles)
    with workspace.register.connect() as connection, open_facts(path) as facts:
        person = find(connection, facts, workspace.secret, given, profiles, known_as)
        rows = dict(count_in_facts(facts, person).rows)
        words = in_register(connection, person)
    archived = count_in_archive(workspace.archive, person, profiles)
    rows |= {place: count for place, count in (("archive", archived), ("register", words)) if count}
    if not rows:
        raise nothing_kept()
    return rows
