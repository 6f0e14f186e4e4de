"""Real Chromium for the tests of this folder."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from metrics.register import migrate
from metrics.workspace import Workspace
from tests.browser.chromium import chromium_path
from tests.browser.serving import APP, CHROMIUM_FLAGS, Reader, serve

#: What is expected of a page may take a busy machine so many milliseconds.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium. There is no way to test a browser without one, so its absence fails."""
    path = chromium_path()
    assert path, "No Chromium: run 'make chromium', or set CHROMIUM to its path."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def staged(tmp_path_factory):
    """The address of the dashboard on hand-made facts."""
    folder = tmp_path_factory.mktemp("staged")
    (folder / "vigie.toml").write_text('company = "Groupe Rivage"\n', "utf-8")
    migrate(Workspace.open(folder).register)
    # Streamlit reads the theme beside the script it runs.
    shutil.copytree(APP.parent / ".streamlit", folder / ".streamlit")
    script = folder / "staged_app.py"
    script.write_text("from tests.dashboard import stage\n\nstage.play('review')\n", "utf-8")
    with serve(folder, folder / "server.log", script=script) as address:
        yield address


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """The address of the real dashboard on a workspace into which nothing was imported."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "vigie.toml").write_text("", "utf-8")
    with serve(folder, folder / "server.log") as address:
        yield address


@pytest.fixture
def reader(chromium, staged):
    found = Reader(chromium, staged)
    yield found
    for context in chromium.contexts:
        context.close()
