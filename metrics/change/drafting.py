"""What a job does to the draft of the warehouse, before anything of it is current."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from metrics import erasure, published_waves, retention, warehouse
from metrics.change.draft import Draft, Drafted, Erasing, Purging
from metrics.change.landing import Landing, shortened
from metrics.engines import attach_read_only
from metrics.erasure import settling
from metrics.errors import VigieError
from metrics.importing import age, parts_left, relanding
from metrics.importing.profile import load_profiles
from metrics.importing.report import CoverageSpan
from metrics.publish import Cause
from metrics.register import ledger
from metrics.register import retention as register_retention
from metrics.register.organisation import load_organisation
from metrics.register.retention import read_horizon
from metrics.register.state import State


def drafted(draft: Draft, state: State) -> Drafted:
    """Do what the job asks, beside the current `state`. Raises VigieError when refused."""
    if draft.job.kind != "rebuild":  # that takes them over as they are
        _keep_waves(draft, state)
    match draft.job.kind:
        case "import":
            return Landing(draft).run()
        case "undo":
            return _undo(draft)
        case "names":
            detail = ", ".join(f"{n.source} {n.alias}" for n in draft.job.names)
            cause = Cause("organisation", shortened(f"names: {detail}"))
            return Drafted((), (), (), cause, True)
        case "publish":
            return Drafted((), (), (), _cause_of_publishing(draft, state), True)
        case "erase":
            return _erase(draft)
        case "rebuild":
            return _rebuild(draft, state)
        case "purge":
            return _purge(draft)


def _cause_of_publishing(draft: Draft, state: State) -> Cause:
    """A program later than the one that made what readers see, or someone's wish."""
    current = warehouse.path_of(draft.workspace, state.warehouse_version)
    if current.exists() and warehouse.is_outdated(current):
        return Cause("upgrade", f"Vigie {version('vigie')}")
    return Cause("setting", "published by hand")


def _keep_waves(draft: Draft, state: State) -> None:
    """Keep what counted of the waves that a program published which did not keep them."""
    catalogue, _ = draft.definitions
    with draft.register.connect() as connection:
        organisation = load_organisation(connection)
        published_waves.note_shown(
            draft.facts, connection, catalogue, organisation, state.publication_id
        )


def _undo(draft: Draft) -> Drafted:
    number = draft.job.import_id
    if number is None:
        raise VigieError("An undo needs the number of an import.", exit_code=2)
    with draft.register.connect() as connection:
        record = ledger.get(connection, number)
    if record.status == "undone":
        raise VigieError(
            f"Import {number} ({record.file}) was already undone.",
            next_step="To have it again, import the file again.",
        )
    draft.say("landing", 0.2, f"Taking back import {number}: {record.file}.")
    published_waves.withdraw(draft.facts, number)
    left = parts_left.parts_of(draft.facts, number)
    draft.steps.remove(draft.facts, number)
    coverage: dict[int, tuple[CoverageSpan, ...]] = {}
    if left:
        with draft.register.connect() as connection:
            before = ledger.coverage_of(connection, (number, *left))
        coverage = parts_left.known_anew(draft.facts, draft.workspace, left, before)
    draft.reached("landed")
    cause = Cause("undo", f"import {number}: {record.file}")
    return Drafted((), (), (number,), cause, True, coverage=coverage)


def _rebuild(draft: Draft, state: State) -> Drafted:
    """Land every import that counts again, from the archive, on an empty draft.

    Raises VigieError when an archived file or its profile is missing.
    """
    with draft.register.connect() as connection:
        organisation = load_organisation(connection)
        imports = [kept for kept in ledger.kept(connection) if kept.in_warehouse]
        horizon = read_horizon(connection)
    relanding.check_kept(draft.workspace, imports)
    if horizon:
        age.note(draft.facts, horizon.day)
    for number, kept in enumerate(imports):
        draft.say("landing", 0.05 + 0.4 * number / len(imports), f"{kept.file}: landing again")
        relanding.land_again(draft.facts, draft.workspace, kept, organisation)
    draft.reached("landed")
    differs: tuple[str, ...] = ()
    current = warehouse.path_of(draft.workspace, state.warehouse_version)
    if current.exists():
        attach_read_only(draft.facts, current, "before")
        published_waves.carry_over(draft.facts, "before")
        if horizon:  # which files told of the same was found on rows that are gone
            draft.facts.execute("delete from same_exports")
            draft.facts.execute("insert into same_exports by name from before.same_exports")
        now, before = warehouse.digests(draft.facts), warehouse.digests(draft.facts, "before")
        draft.facts.execute("detach before")
        differs = tuple(name for name in now if now[name] != before[name])
    cause = Cause("rebuild", f"{len(imports)} imports from the archive")
    return Drafted((), (), (), cause, True, differs=differs)


def _purge(draft: Draft) -> Drafted:
    """Delete what is past its age from the draft, and write the archive's files anew beside it; the
    archive and the register follow at the flip."""
    settings, zone = draft.workspace.settings, draft.workspace.zone
    horizon = retention.horizon_of(datetime.now(zone).date(), settings.raw_months)
    detail = f"rows before {horizon}"
    with draft.register.connect() as connection:
        organisation = load_organisation(connection)
        number = register_retention.next_number(connection)
        old = register_retention.old_imports(connection, horizon)
        archives = register_retention.undone_archives(connection, old)
        set_aside = register_retention.quarantined(connection, old)
        imports = {kept.import_id: kept for kept in ledger.kept(connection) if kept.in_warehouse}
        coverage = ledger.coverage_of(connection, imports)
    draft.say("landing", 0.1, f"Looking for rows before {horizon}.")
    retention.find_due(draft.facts, horizon)
    due = sorted(set(retention.touched(draft.facts, horizon)) & imports.keys())
    if not due and not archives and not set_aside:
        return Drafted((), (), (), Cause("purge", detail), False)
    relanding.check_kept(draft.workspace, [imports[number] for number in due])
    draft.say("landing", 0.2, f"Taking {len(due)} archived files apart.")
    archived = retention.write_purged(
        draft.facts, draft.workspace, [imports[each] for each in due], horizon, organisation,
        settling.aside_of(draft.workspace.archive, number, settling.PURGE),
    )  # fmt: skip
    rows = retention.purge_facts(draft.facts, horizon)
    rows |= {
        place: count for place, count in (("archive", archived), ("quarantine", set_aside)) if count
    }
    clipped = retention.clip(coverage, horizon)
    purging = Purging(number, horizon, rows, tuple(old), tuple(archives))
    draft.reached("landed")
    return Drafted((), (), (), Cause("purge", detail), True, coverage=clipped, purging=purging)


def _erase(draft: Draft) -> Drafted:
    """Take a person out of the draft and write the archive's files anew beside it; the archive
    and the register follow at the flip.

    Raises VigieError when nothing is kept of them.
    """
    profiles = load_profiles(draft.workspace.profiles)
    with draft.register.connect() as connection:
        person = erasure.find(
            connection,
            draft.facts,
            draft.workspace.secret,
            draft.job.person,
            profiles,
            draft.job.known_as,
        )
        number = erasure.next_number(connection)
        words = erasure.in_register(connection, person)
    draft.say("landing", 0.2, "Taking the person out of the facts and the archive.")
    rows = dict(erasure.erase_facts(draft.facts, person).rows)
    archive = draft.workspace.archive
    aside = erasure.aside_of(archive, number)
    archived = erasure.write_cleaned(archive, aside, person, profiles)
    rows |= {place: count for place, count in (("archive", archived), ("register", words))
             if count}  # fmt: skip
    if not rows:
        raise erasure.nothing_kept()
    draft.reached("landed")
    cause = Cause("erasure", f"erasure {number}")
    return Drafted((), (), (), cause, True, Erasing(person, number, rows))
