"""The CPO's journey in real Chromium: open the review, decide, mute, leave with the minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import DESKTOP, PHONE, Reader, plain, serve
from tests.made_up_review import publish
from tests.pages.test_review import figures

pytestmark = pytest.mark.browser

WORDS = {
    "en-GB": {
        "decide": "Decide", "what": "What", "write": "Write it down", "mute": "Mute",
        "reason": "Reason", "muted": "1 signal muted", "again": "Talk about it again",
        "alike": "Already open, and like this one", "download": "Download the minutes",
        "decisions": "## Decisions", "decision": "Roll back the new form",
        "likewise": "We roll the new forms back", "meeting": "Decided in this review",
    },
    "fr-FR": {
        "decide": "Décider", "what": "Quoi", "write": "Enregistrer", "mute": "Sourdine",
        "reason": "Raison", "muted": "1 signal en sourdine", "again": "En reparler",
        "alike": "Déjà ouverte, et semblable", "download": "Télécharger le compte rendu",
        "decisions": "## Décisions", "decision": "Simplifier le formulaire d'inscription",
        "likewise": "On simplifie les formulaires", "meeting": "Décidé dans cette revue",
    },
}  # fmt: skip
SUBJECT = ".st-key-subject_0"
#: The buttons that open a window to write in.
WINDOWS = (
    "Décider", "Action", "Commenter", "Sourdine", "Annoter le graphique",
    "Fixer une cible ou un budget", "KPI de la revue",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("meeting")
    workspace = publish(folder / "workspace", figures())
    with serve(workspace.path, folder / "server.log") as found:
        yield found


@pytest.fixture
def reader(chromium, address):
    found = Reader(chromium, address)
    yield found
    for context in chromium.contexts:
        context.close()


def press(page: Page, label: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()


@pytest.mark.parametrize("locale", list(WORDS))
def test_a_cpo_decides_mutes_and_leaves_with_the_minutes(reader: Reader, locale: str) -> None:
    words = WORDS[locale]
    page = reader.open("/", locale=locale)
    subject = page.locator(SUBJECT)

    subject.get_by_role("button", name=words["decide"]).click()
    page.get_by_role("dialog").get_by_label(words["what"], exact=True).fill(words["decision"])
    press(page, words["write"])
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(subject).to_contain_text(words["decision"])
    reader.settle(page)
    expect(page.get_by_role("heading", name=words["meeting"])).to_be_attached()

    # One like it is pointed out; who presses again has been told.
    subject.get_by_role("button", name=words["decide"]).click()
    page.get_by_role("dialog").get_by_label(words["what"], exact=True).fill(words["likewise"])
    press(page, words["write"])
    expect(page.get_by_role("dialog")).to_contain_text(words["alike"])
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    reader.settle(page)

    subject.get_by_role("button", name=words["mute"]).click()
    page.get_by_role("dialog").get_by_label(words["reason"]).fill("A known bug")
    press(page, words["mute"])
    expect(subject).to_have_count(0)
    folded = page.locator(".st-key-steady")
    expect(folded).to_contain_text(words["muted"])
    reader.settle(page)

    with page.expect_download() as taken:
        page.get_by_role("button", name=words["download"]).click()
    minutes = Path(taken.value.path()).read_text("utf-8")
    assert words["decisions"] in minutes
    assert words["decision"] in plain(minutes)
    assert words["likewise"] not in minutes
    assert "A known bug" in minutes
    reader.check(page)

    folded.locator("summary").click()
    page.get_by_role("button", name=words["again"]).click()
    expect(page.locator(SUBJECT)).to_be_visible()
    reader.settle(page)
    reader.check(page)


def test_what_was_said_is_changed_and_taken_back_where_it_is_read(reader: Reader) -> None:
    page = reader.open("/", locale="fr-FR")
    subject, dialog = page.locator(SUBJECT), page.get_by_role("dialog")

    def said(label: str, text: str, button: str) -> None:
        dialog.get_by_label(label, exact=True).fill(text)
        press(page, button)
        expect(dialog).to_have_count(0)
        reader.settle(page)

    subject.get_by_role("button", name="Commenter").click()
    said("Ce qu’il faut en dire", "Une panne du formulaire", "Enregistrer")
    expect(subject).to_contain_text("Une panne du formulaire")
    subject.get_by_role("button", name="Modifier").click()
    said("Ce qu’il faut en dire", "Une panne du formulaire, réparée", "Enregistrer")
    expect(subject).to_contain_text("réparée")
    subject.get_by_role("button", name="Modifier").click()
    dialog.get_by_text("Ce qui a été dit avant").click()
    expect(dialog).to_contain_text("modifié ou retiré le")
    press(page, "Retirer")
    expect(subject).not_to_contain_text("Une panne")
    reader.settle(page)

    chart = page.locator("[class*=st-key-chart_]").first
    chart.scroll_into_view_if_needed()
    chart.get_by_role("button", name="Annoter le graphique").click()
    said("Ce qui s’est passé", "Nouveau tarif", "Enregistrer")
    expect(chart).to_contain_text("Nouveau tarif")
    chart.get_by_role("button", name="Modifier").click()
    said("Ce qui s’est passé", "Nouveau tarif en Allemagne", "Enregistrer")
    expect(chart).to_contain_text("en Allemagne")
    chart.get_by_role("button", name="Modifier").click()
    press(page, "Retirer")
    expect(chart).not_to_contain_text("Nouveau tarif")
    reader.settle(page)
    reader.check(page)


def test_a_meeting_reads_on_a_phone(reader: Reader) -> None:
    page = reader.open("/", size=PHONE)
    expect(page.locator(SUBJECT).get_by_role("button", name="Decide")).to_be_visible()
    reader.check(page)


def test_a_meeting_on_a_wall_is_turned_over_by_the_keyboard(reader: Reader) -> None:
    page = reader.open("/")
    page.get_by_text("Meeting", exact=True).click()
    topic = page.locator(".st-key-meeting_topic")
    expect(topic).to_contain_text("of 5 KPIs")
    reader.settle(page)
    page.keyboard.press("ArrowRight")
    expect(topic).to_contain_text("Atelier · Activation")
    assert "topic=2" in page.url
    smallest = topic.locator("p:not(button p)").evaluate_all(
        "found => Math.min(...found.map(each => parseFloat(getComputedStyle(each).fontSize)))"
    )
    assert smallest >= 28
    page.keyboard.press("ArrowLeft")
    expect(topic).to_contain_text("of 5 KPIs")
    reader.check(page)


@pytest.mark.parametrize(
    ("size", "dark", "labels"),
    [(DESKTOP, False, WINDOWS), (PHONE, True, WINDOWS[::5])],
    ids=["desktop-light", "phone-dark"],
)
def test_the_windows_in_which_people_write_can_be_read_by_all(
    reader: Reader, size: tuple[int, int], dark: bool, labels: tuple[str, ...]
) -> None:
    page = reader.open("/", size=size, dark=dark, locale="fr-FR")
    for label in labels:
        button = page.get_by_role("button", name=label, exact=True).first
        button.scroll_into_view_if_needed()
        reader.settle(page)
        button.click()
        page.get_by_role("dialog").wait_for()
        reader.settle(page)
        reader.check(page)
        reader.scan(page)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        reader.settle(page)
