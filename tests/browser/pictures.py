"""Pictures of every page on the sample company, for the docs: `make pictures`.

    .venv/bin/python -m tests.browser.pictures [--workspace FOLDER] [--only NAME ...]

Each page is taken at a desk and on a phone, in light and in dark, in French and in English, as tall
as its contents, into `docs/pages/`, with a page that shows them all. Without a workspace the sample
company is made and imported first, which takes some minutes.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import chromium_path
from tests.browser.pages import PAGES
from tests.browser.serving import CHROMIUM_FLAGS, DESKTOP, PHONE, ROOT, Reader, serve
from tests.sample_workspace import make

FOLDER = ROOT / "docs" / "pages"
#: Taller pages are cut: nobody looks at more of a picture.
TALLEST = {DESKTOP: 2600, PHONE: 3200}
QUALITY = 70
CONTENT_HEIGHT = "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"


@dataclass(frozen=True)
class Look:
    """One way of looking at a page."""

    name: str
    size: tuple[int, int]
    dark: bool
    locale: str


LOOKS = (
    Look("light-en", DESKTOP, False, "en-GB"),
    Look("dark-fr", DESKTOP, True, "fr-FR"),
    Look("phone-light-fr", PHONE, False, "fr-FR"),
    Look("phone-dark-en", PHONE, True, "en-GB"),
)


def stretched(reader: Reader, page: Page, size: tuple[int, int]) -> bytes:
    """The page's picture (PNG), its window made as tall as what it holds."""
    height = size[1]
    for _ in range(2):  # what comes into sight is drawn then, and may be taller
        height = min(max(height, int(page.evaluate(CONTENT_HEIGHT)) + 60), TALLEST[size])
        page.set_viewport_size({"width": size[0], "height": height})
        reader.settle(page)
        page.wait_for_timeout(1500)
    return page.screenshot()


def pictures(reader: Reader, names: Sequence[str]) -> Iterator[Path]:
    """Take and keep the pictures of the named pages, one after the other."""
    for name in names:
        for look in LOOKS:
            page = reader.open(PAGES[name], size=look.size, dark=look.dark, locale=look.locale)
            taken = stretched(reader, page, look.size)
            reader.check(page)
            page.context.close()
            file = FOLDER / f"{name}-{look.name}.webp"
            Image.open(io.BytesIO(taken)).convert("RGB").save(file, quality=QUALITY, method=6)
            yield file


def index() -> str:
    """The page that shows all pictures (Markdown)."""
    lines = ["# The pages", "", "Pictures of the sample company, made by `make pictures`.", ""]
    for name in PAGES:
        lines += [f"## {name.replace('-', ' ').capitalize()}", ""]
        lines += [f"![{name}, {look.name}]({name}-{look.name}.webp)" for look in LOOKS]
        lines += [""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--only", nargs="+", choices=PAGES, default=list(PAGES))
    chosen = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = chosen.workspace or make(Path(folder) / "sample").workspace.path
        with serve(workspace, Path(folder) / "server.log") as address, sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=chromium_path(), args=list(CHROMIUM_FLAGS)
            )
            for file in pictures(Reader(browser, address), chosen.only):
                print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB", flush=True)
            browser.close()
    (FOLDER / "README.md").write_text(index(), "utf-8")


if __name__ == "__main__":
    main()
