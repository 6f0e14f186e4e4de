"""A PM's three minutes: drop files of four kinds, correct how one is read, say what another is,
load them, see the figure move, take it back."""

from datetime import date, datetime, timedelta

import pytest

from tests.browser.serving import Reader, plain, serve

pytestmark = pytest.mark.browser

FIRST, WEEKS = date(2026, 10, 5), 6
LAST_WEEK = FIRST + timedelta(7 * (WEEKS - 1))
USERS, USERS_CORRECTED = 11, 23
PRODUCTS = (
    "product,name,line,stage,launched,vision,north_star,signup_event,activation_event\n"
    "atelier,Atelier,,,,,,,\n"
)
SIZED = "Custom field (Size)"
TICKETS = (
    f"Summary,Issue key,Issue Type,Status,Project key,Created,Status Category,{SIZED}\n"
    "One,ATE-1,Bug,Done,ATE,2026-10-05 10:00,Done,5\n"
)
VISITS = "Datum;Besucher\n01.10.2026;1.234\n02.10.2026;1.300\n"
CHART = "[class*=st-key-chart_active_users_product_atelier] table"
LOADING_MS = 90_000


def events(first: date, days: int, users: int) -> bytes:
    """An export in which the same users open the product at ten every day."""
    lines = ["Event Name,Time,Distinct ID,Product"]
    for day in range(days):
        moment = datetime.combine(first + timedelta(day), datetime.min.time()).replace(hour=10)
        lines += [f"Open,{moment},u{user},Atelier" for user in range(users)]
    return "\n".join([*lines, ""]).encode()


def dropped(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


@pytest.fixture
def reader(chromium, tmp_path):
    (tmp_path / "vigie.toml").write_text('company = "Atelier SA"\n', "utf-8")
    with serve(tmp_path, tmp_path / "server.log") as address:
        found = Reader(chromium, address)
        yield found
        for context in chromium.contexts:
            context.close()


def press(reader, button) -> None:
    """Press a button once the page stands still: what is being drawn anew takes no press."""
    button.wait_for(timeout=LOADING_MS)
    reader.settle(button.page)
    button.click(timeout=LOADING_MS)


def ended(page, *told: str) -> None:
    """Wait for the outcome of a job that says all of this."""
    box = page.locator(".st-key-outcome")
    for text in told:
        box = box.filter(has_text=text)
    box.wait_for(timeout=LOADING_MS)


def last_week(reader) -> str:
    """What the product page's chart of active users says of last week."""
    page = reader.open("/product?charted=active_users")
    cell = page.locator(f"{CHART} tbody td").first
    cell.wait_for()
    reader.check(page)
    said = plain(cell.inner_text())
    page.context.close()
    return said


def test_files_go_in_move_a_figure_and_come_out_again(reader):
    page = reader.open("/imports")
    first = [
        dropped("products.csv", PRODUCTS.encode()),
        dropped("Mixpanel events 2026-11-16.csv", events(FIRST, 7 * WEEKS, USERS)),
        dropped("jira.csv", TICKETS.encode()),
        dropped("besucher.csv", VISITS.encode()),
    ]
    page.locator("input[type=file]").set_input_files(first)
    page.get_by_role("button", name="Load 3 files").wait_for(timeout=LOADING_MS)
    page.get_by_role("button", name="Say what its columns are").wait_for(timeout=LOADING_MS)
    page.locator(".st-key-file_0_1 table").first.wait_for()
    checked = plain(page.locator(".st-key-file_0_1").inner_text())
    assert "Mixpanel" in checked
    assert "can be loaded" in checked
    assert f"{7 * WEEKS * USERS}" in checked  # rows read, before anything is loaded
    assert "refused" in page.locator(".st-key-file_0_3").inner_text()

    press(reader, page.get_by_role("button", name="Correct its columns").last)
    jira = page.locator(".st-key-file_0_2_map")
    press(reader, jira.get_by_label("Points", exact=True))
    page.get_by_role("option", name=SIZED).click()
    press(reader, jira.get_by_role("button", name="Keep this mapping"))
    page.get_by_text("Kept: files like this one").wait_for(timeout=LOADING_MS)
    press(reader, page.get_by_role("button", name="Say what its columns are"))
    press(reader, page.get_by_role("button", name="Keep this mapping"))
    press(reader, page.get_by_role("button", name="Load 4 files"))
    ended(page, "Loaded. The review shows it now.", "2026-11-16.csv")
    assert last_week(reader) == str(USERS)

    correction = events(LAST_WEEK, 7, USERS_CORRECTED)
    page.locator("input[type=file]").set_input_files(
        dropped("Mixpanel events 2026-11-17.csv", correction)
    )
    press(reader, page.get_by_role("button", name="Load 1 file"))
    ended(page, "Loaded. The review shows it now.", "2026-11-17.csv")
    assert last_week(reader) == str(USERS_CORRECTED)

    header, row = 35, 35
    page.locator(".st-key-ledger").scroll_into_view_if_needed()
    page.locator(".st-key-ledger").click(position={"x": 18, "y": header + row / 2})
    page.get_by_text("Mixpanel events 2026-11-17.csv").last.wait_for()
    press(reader, page.get_by_role("button", name="Undo this import"))
    ended(page, "Taken back.")
    reader.check(page)
    assert last_week(reader) == str(USERS)
