"""What processes that were killed have left on the disk, removed by those that come after."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "vigie-"
#: Longer than any job or reader's session: what is older belongs to nobody.
OLD_SECONDS = 2 * 86_400


def sweep_scratch(folder: Path | None = None) -> list[Path]:
    """Remove scratch folders that nothing has touched for two days; returns them."""
    removed = []
    oldest = time.time() - OLD_SECONDS
    for path in (folder or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
        try:
            if path.is_dir() and not path.is_symlink() and _touched(path) < oldest:
                shutil.rmtree(path)
                removed.append(path)
        except OSError:
            continue  # another user's, or removed meanwhile
    return removed


def sweep_archive(archive: Path) -> list[Path]:
    """Remove archived files that were never finished. For the holder of the publisher's lease."""
    unfinished = sorted(archive.glob(".*.parquet.*"))
    for path in unfinished:
        path.unlink(missing_ok=True)
    return unfinished


def _touched(folder: Path) -> float:
    """When anything in a folder was last changed."""
    return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
