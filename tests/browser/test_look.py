"""The pages in real Chromium: wide and narrow, light and dark, both languages."""

import pytest

from dashboard.cards import WRAPPING_ROW
from dashboard.palette import DARK, LIGHT
from tests.browser.pages import PAGES
from tests.browser.serving import DESKTOP, LAPTOP, PHONE, Reader, plain

pytestmark = pytest.mark.browser


#: On a phone no wide table is drawn, and what stands in for it fits.
FIGURES_IN_SIGHT = """() =>
  [...document.querySelectorAll('[class*="st-key-wide_"]')].every((box) => !box.offsetHeight)
  && [...document.querySelectorAll('[class*="st-key-narrow_"] td')].every((cell) =>
    cell.getBoundingClientRect().right <= window.innerWidth)"""


def background(page) -> str:
    return page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize(
    ("size", "dark", "locale"),
    [(DESKTOP, False, "fr-FR"), (PHONE, True, "en-GB")],
    ids=["desktop-light-fr", "phone-dark-en"],
)
def test_every_page_opens_cleanly(reader, path, size, dark, locale):
    page = reader.open(path, size=size, dark=dark, locale=locale)
    reader.check(page)
    reader.scan(page)
    assert background(page) == rgb((DARK if dark else LIGHT).surface)
    # Windows lie outside the page and take their colours from the body.
    scheme = page.evaluate("getComputedStyle(document.body).colorScheme")
    assert scheme == ("dark" if dark else "light")
    if size == DESKTOP:
        page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
        reader.settle(page)
        reader.check(page)
    else:
        assert page.evaluate(FIGURES_IN_SIGHT)


def test_a_cpo_sees_the_headline_and_three_subjects_without_scrolling(reader):
    page = reader.open("/")
    assert plain(page.locator("h2").first.inner_text()).startswith(
        "Week 46: 3 of 41 KPIs need attention"
    )
    for index in range(3):
        box = page.locator(f".st-key-subject_{index}").bounding_box()
        assert box["y"] + box["height"] <= DESKTOP[1], f"subject {index} is below the fold"


def test_on_a_phone_the_sentence_comes_before_the_table(reader):
    page = reader.open("/", size=PHONE)
    heading, table = page.locator("h2").first, page.locator("[class*=st-key-narrow_] table").first
    assert heading.bounding_box()["y"] < PHONE[1] / 2
    assert heading.bounding_box()["y"] < table.bounding_box()["y"]


def test_a_choice_goes_into_the_address_and_the_address_reopens_it(reader):
    page = reader.open("/")
    page.locator(".st-key-lang").get_by_text("FR", exact=True).click()
    page.get_by_text("appellent l’attention").first.wait_for()
    assert "lang=FR" in page.url
    again = reader.open("/?" + page.url.partition("?")[2])
    assert plain(again.locator("h2").first.inner_text()).startswith("Semaine 46")
    reader.check(again)


def test_a_subject_leads_to_its_product(reader):
    page = reader.open("/")
    page.get_by_role("link", name="Open Estran").click()
    page.get_by_role("heading", name="Estran").wait_for()
    assert "product=Estran" in page.url
    page.go_back()  # one entry, though page and product changed
    page.get_by_text("need attention").first.wait_for()
    assert "product" not in page.url
    reader.check(page)


def test_a_name_in_the_scorecard_leads_to_its_product(reader):
    page = reader.open("/")
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    header, row = 33, WRAPPING_ROW
    table.click(position={"x": 35, "y": header + row + row / 2})
    page.get_by_role("heading", name="Balise").wait_for()
    assert "product=Balise" in page.url
    reader.check(page)


def test_charts_have_a_text_for_those_who_do_not_see_them(reader):
    page = reader.open("/")
    page.get_by_label("six weeks and twelve months").first.wait_for()
    pictures = page.locator("[data-testid=stImage] img")
    pictures.nth(2).wait_for()
    assert all(pictures.nth(n).get_attribute("alt") for n in range(pictures.count()))


def test_a_fresh_workspace_says_what_to_import(chromium, fresh):
    reader = Reader(chromium, fresh)
    page = reader.open("/", dark=True)
    assert page.locator("h2").first.inner_text() == "Nothing imported yet."
    assert background(page) == rgb(DARK.surface)
    page.get_by_role("link", name="Import files").click()
    page.get_by_role("heading", name="Imports").wait_for()
    reader.check(page)
