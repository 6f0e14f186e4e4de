"""A dashboard served on a free port, and pages of it that fail on what a reader must never see."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
DESKTOP, LAPTOP, PHONE = (1440, 900), (1024, 768), (390, 844)
START_SECONDS = 60
#: On a deep link Streamlit's client first looks for the server under the page's own path.
PROBES = ("_stcore/health", "_stcore/host-config")
#: What hinders readers, as axe-core rates it …
HINDERS = ("serious", "critical")
#: … but for Streamlit's own box around a table, which scrolls and takes no focus.
STREAMLITS = frozenset({"scrollable-region-focusable"})
ENDED = "[data-testid=stApp][data-test-script-state=notRunning]"
EXCEPTION_BOXES = "[data-testid=stException]"
OVERFLOW = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return Math.max(document.documentElement.scrollWidth - window.innerWidth,
                  main ? main.scrollWidth - main.clientWidth : 0);
}"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain(text: str) -> str:
    """Spaces that do not break, as ordinary ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@contextmanager
def serve(workspace: Path, log: Path, *, script: Path = APP, **environment: str) -> Iterator[str]:
    """Serve a workspace until the block ends; gives the address. The server writes to `log`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "streamlit", "run", str(script),
                "--server.port", str(port), "--server.address", "127.0.0.1",
                "--server.headless", "true", "--server.fileWatcherType", "none",
                "--browser.gatherUsageStats", "false",
            ],
            cwd=ROOT,
            env=os.environ
            | {"VIGIE_WORKSPACE": str(workspace), "PYTHONPATH": str(ROOT)}
            | environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait(server, f"{address}/_stcore/health", log)
        yield address
    finally:
        server.terminate()
        server.wait(60)


def _wait(server: subprocess.Popen[bytes], health: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(health, timeout=1):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"The server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


@dataclass
class Reader:
    """Opens pages as a person would, and remembers what went wrong on them."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(
        self,
        path: str = "/",
        *,
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        locale: str = "en-GB",
    ) -> Page:
        """The page at `path`, once its first heading stands and the script has ended."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale=locale,
        )
        page = context.new_page()
        page.on("console", lambda message: self._heard(message))
        page.on("pageerror", lambda error: self.complaints.append(f"error in the page: {error}"))
        page.goto(self.address + path)
        page.wait_for_selector("h2", timeout=30_000)
        self.settle(page)
        return page

    def _heard(self, message: Any) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not place.endswith(PROBES):
            self.complaints.append(f"console: {message.text} ({place})")

    def settle(self, page: Page) -> None:
        """Wait until the script has run and the page has stopped changing."""
        page.wait_for_selector(ENDED)
        page.wait_for_timeout(400)
        page.wait_for_selector(ENDED)  # a dialog that closes asks for another run

    def check(self, page: Page) -> None:
        """Fails on console errors, exception boxes, or a page wider than its window."""
        assert page.locator(EXCEPTION_BOXES).count() == 0, page.locator(
            EXCEPTION_BOXES
        ).all_inner_texts()
        # A chart takes the width of its column once it is drawn, on a busy machine seconds later.
        for _ in range(10):
            if page.evaluate(OVERFLOW) <= 0:
                break
            page.wait_for_timeout(1000)
        else:
            raise AssertionError(f"{page.url} is wider than its window")
        assert self.complaints == []

    def scan(self, page: Page) -> None:
        """Fails on what axe-core finds that hinders readers with a keyboard, a screen reader or
        weak sight. A page that is still being drawn on a busy machine gets a second look."""
        found = hindrances(page)
        if found:
            page.wait_for_timeout(2000)
            found = hindrances(page)
        assert found == [], f"{page.url}: {found}"


def hindrances(page: Page) -> list[str]:
    """What axe-core finds serious in a page, but for what is Streamlit's own."""
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in HINDERS and violation["id"] not in STREAMLITS
        for node in violation["nodes"]
    ]
