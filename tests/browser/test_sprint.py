"""A PO's sprint review in real Chromium: the sprint, its flow, the rows behind, an action."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Reader, plain, serve

pytestmark = pytest.mark.browser

PRODUCT, SQUAD = "Clairière", "amarre"
WORDS = {
    "en-GB": {
        "committed": "Committed", "added": "added since", "served": "of them for objectives",
        "ready": "Ready backlog", "quantile": "85 % took", "age": "Age of items in progress",
        "flows": "How work flows", "rows": "Rows behind", "of": "rows of", "action": "Action",
        "what": "What", "write": "Write it down", "done": "Done",
        "told": "Split the two oldest stories",
    },
    "fr-FR": {
        "committed": "points au début du sprint", "added": "ajoutés depuis",
        "served": "au service des objectifs", "ready": "Backlog prêt", "quantile": "85 % en",
        "age": "Âge des éléments en cours", "flows": "Comment le travail s",
        "rows": "Lignes derrière", "of": "lignes de", "action": "Action", "what": "Quoi",
        "write": "Enregistrer", "done": "Fait", "told": "Découper les deux plus vieux récits",
    },
}  # fmt: skip


def set_aside(workspace: Path, folder: Path) -> Path:
    """The workspace with a register of its own; facts and files are the very same, and are only
    read."""

    def copy(source: str, target: str) -> str:
        name = Path(source).name
        if name.startswith("register"):
            return str(shutil.copy2(source, target))
        os.link(source, target)
        return target

    return Path(shutil.copytree(workspace, folder, copy_function=copy))


@pytest.fixture(scope="module")
def address(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sprint")
    own = set_aside(sample.workspace.path, folder / "workspace")
    with serve(own, folder / "server.log") as found:
        yield found


@pytest.fixture
def reader(chromium, address):
    found = Reader(chromium, address)
    yield found
    for context in chromium.contexts:
        context.close()


def cells(page: Page, key: str) -> list[str]:
    """The texts of a table's cells, once it is drawn."""
    page.locator(key).scroll_into_view_if_needed()
    rows = page.locator(f"{key} canvas table tbody tr")
    rows.first.wait_for(state="attached")
    return [plain(text) for text in rows.locator("td").all_text_contents()]


@pytest.mark.parametrize("locale", list(WORDS))
def test_a_po_reviews_the_sprint_and_takes_an_action(reader: Reader, locale: str) -> None:
    words = WORDS[locale]
    page = reader.open(f"/product?product={PRODUCT}", locale=locale)
    page.locator(".st-key-side").get_by_text("Cadence", exact=True).click()
    page.locator(".st-key-say_do .stVegaLiteChart svg").wait_for()
    reader.settle(page)

    told = plain(page.locator("[data-testid=stMain]").inner_text())
    for name in ("committed", "added", "served"):
        assert words[name] in told, name
    assert any(words["ready"] in text for text in cells(page, f".st-key-sprint_{SQUAD}_box"))

    fold = page.locator(f".st-key-flow_{SQUAD}")
    fold.scroll_into_view_if_needed()
    fold.get_by_text(words["flows"]).click()
    cycle = page.locator(f".st-key-flow_cycle_{SQUAD}")
    expect(cycle).to_contain_text(words["quantile"])
    ages = page.locator(f".st-key-flow_ages_{SQUAD}")
    expect(ages).to_contain_text(words["age"])
    expect(ages.locator(".mark-symbol path").first).to_be_visible()
    reader.settle(page)
    reader.check(page)

    page.get_by_role("button", name=words["action"], exact=True).last.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words["what"], exact=True).fill(words["told"])
    dialog.get_by_role("button", name=words["write"], exact=True).click()
    expect(dialog).to_have_count(0)
    promise = page.locator("[class*=st-key-promise_]").filter(has_text=words["told"])
    expect(promise.get_by_role("button", name=words["done"])).to_be_visible()
    reader.settle(page)
    reader.check(page)

    page.get_by_role("link", name=words["rows"]).first.click()
    page.wait_for_url("**/explore?**")
    behind = page.locator(".st-key-behind")
    behind.scroll_into_view_if_needed()
    behind.get_by_text(words["rows"]).click()
    expect(behind).to_contain_text(words["of"])
    reader.settle(page)
    reader.check(page)
