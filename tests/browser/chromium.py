"""Where the browser tests find Chromium: $CHROMIUM, a system one, or Playwright's own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def chromium_path() -> str | None:
    """The executable's path, or None where there is no Chromium."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    return bundled if Path(bundled).exists() else None


if __name__ == "__main__":
    sys.exit(0 if chromium_path() else 1)
