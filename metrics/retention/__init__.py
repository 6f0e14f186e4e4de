"""Raw rows go after a stated time; the figures that were published of them stay.

A row goes once all that it says lies before the *horizon*, the first day of the month that is
`raw_months` months back: an event by its day, an item once it is finished, a subscription once it
has ended. It goes from the warehouse, the archive and the quarantine. From then on days before the
horizon are not known, so that nothing is worked out from what is left of them, and the figures that
rested on them are kept as they were published.
"""

from __future__ import annotations

from metrics.importing.age import horizon_of
from metrics.retention.archive import write_purged
from metrics.retention.facts import find_due, purge_facts, touched
from metrics.retention.keeping import KeptFigures, clip
from metrics.retention.purging import dry_run, keep_purging

__all__ = [
    "KeptFigures",
    "clip",
    "dry_run",
    "find_due",
    "horizon_of",
    "keep_purging",
    "purge_facts",
    "touched",
    "write_purged",
]
