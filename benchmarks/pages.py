"""Times every page in the browser, beside an empty Streamlit page in the same run.

    .venv/bin/python benchmarks/pages.py WORKSPACE [WORKSPACE ...] [--times 5]

For each page, in seconds from the click on its address, the median of so many openings in fresh
windows: until the headline is painted, until the first screen is complete (the script has ended and
no placeholder is left in sight), and until another product or scope, chosen on the page, is shown.
The browser itself tells when it painted the headline (Element Timing): whoever asks it from outside
is answered only once all that came behind the headline is drawn as well.
Several workspaces, such as those of a small and a large company, are opened in turn, so that all
suffer alike from what else the machine does; their ratio is told for every page.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tests.browser.chromium import chromium_path  # noqa: E402
from tests.browser.pages import PAGES  # noqa: E402
from tests.browser.serving import CHROMIUM_FLAGS, DESKTOP, ENDED, serve  # noqa: E402

EMPTY = "import streamlit as st\n\nst.header('Empty')\n"
#: Notes when the first headline of a page is painted, in milliseconds from its address.
NOTING = """
new MutationObserver((_, seen) => {
  const headline = document.querySelector('h2');
  if (!headline) return;
  headline.setAttribute('elementtiming', 'headline');
  seen.disconnect();
}).observe(document, {childList: true, subtree: true});
new PerformanceObserver((painted) => {
  window.headlinePainted ??= painted.getEntries()[0].renderTime;
}).observe({type: 'element', buffered: true});
"""
#: Placeholders in sight, pictures that are still to come included.
WAITING = """() => [...document.querySelectorAll('[data-testid=stSkeleton]')].every(
  (box) => box.getBoundingClientRect().top > window.innerHeight)
  && [...document.images].every((image) => image.complete)
  && [...document.querySelectorAll('.stVegaLiteChart')].every((chart) =>
    chart.getBoundingClientRect().top > window.innerHeight || chart.querySelector('svg'))"""


@dataclass(frozen=True)
class Opened:
    """Seconds from the address to the headline, to the whole first screen, and to an answer."""

    headline: float
    complete: float
    answered: float | None


def opened(browser: Browser, address: str, *, ask: bool) -> Opened:
    """Open a page in a fresh window and, with `ask`, choose another entry of its first filter."""
    width, height = DESKTOP
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    context.add_init_script(NOTING)
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h2", timeout=60_000)
    page.wait_for_selector(ENDED)
    page.wait_for_function(WAITING)
    complete = time.perf_counter() - begun
    headline = page.wait_for_function("() => window.headlinePainted").json_value() / 1000
    answered = _answered(page) if ask else None
    context.close()
    return Opened(headline, complete, answered)


def _answered(page: Page) -> float | None:
    """Seconds from choosing the next entry of the first filter until the page has changed."""
    filters = page.locator(".st-key-chooser [data-testid=stSelectbox] input")
    if not filters.count():
        return None
    before = page.url
    filters.first.click()
    options = page.get_by_role("option")
    if options.count() < 2:
        return None
    begun = time.perf_counter()
    options.nth(1).click()
    page.wait_for_function("(before) => location.href !== before", arg=before)
    page.wait_for_selector(ENDED)
    page.wait_for_function(WAITING)
    return time.perf_counter() - begun


def median(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.2f}" if known else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    with ExitStack() as open_things:
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "empty.py"
        script.write_text(EMPTY, "utf-8")
        nothing = open_things.enter_context(
            serve(chosen.workspaces[0], folder / "empty.log", script=script)
        )
        served = [
            open_things.enter_context(serve(workspace, folder / f"{number}.log"))
            for number, workspace in enumerate(chosen.workspaces)
        ]
        browser = (
            open_things.enter_context(sync_playwright())
            .chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))
        )  # fmt: skip
        report(browser, nothing, chosen.workspaces, served, chosen.times)
        browser.close()


def report(
    browser: Browser, nothing: str, workspaces: list[Path], served: list[str], times: int
) -> None:
    """Print a table (Markdown): a row per page and workspace, the empty page's beside it."""
    print("| page | workspace | headline | beyond empty | complete | beyond empty | answered |")
    print("|---|---|---|---|---|---|---|")
    for name, path in PAGES.items():
        for address in served:  # the first visit fills caches that all later ones share
            opened(browser, address + path, ask=False)
        rounds = [
            (
                opened(browser, nothing, ask=False),
                [opened(browser, address + path, ask=True) for address in served],
            )
            for _ in range(times)
        ]
        for number, workspace in enumerate(workspaces):
            pairs = [(empty, found[number]) for empty, found in rounds]
            cells = [
                median([found.headline for _, found in pairs]),
                median([found.headline - empty.headline for empty, found in pairs]),
                median([found.complete for _, found in pairs]),
                median([found.complete - empty.complete for empty, found in pairs]),
                median([found.answered for _, found in pairs]),
            ]
            print(f"| {name} | {workspace.name} | {' | '.join(cells)} |", flush=True)
        if len(workspaces) > 1:
            ratios: list[float | None] = [
                found[-1].complete / found[0].complete for _, found in rounds
            ]
            print(f"| {name} | last / first | | | {median(ratios)} | | |", flush=True)


if __name__ == "__main__":
    main()
