"""The whole way without a mouse: from the login to the page that says why a postback was sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.login import PASSWORD
from tests.browser.watching import Watch
from tests.system.processes import Installation
from tests.system.receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MOST = 150  # stops on the way to anything on a page


@pytest.fixture
def stranger(chromium: Browser, running: Installation) -> Iterator[Page]:
    """Before the login, and not allowed to use a mouse."""
    context = chromium.new_context(base_url=running.url, viewport={"width": 1280, "height": 900})
    watch = Watch(running.url).on(context)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert not watch.complaints


def test_everything_from_the_login_to_the_explanation_goes_by_keyboard(stranger: Page, receiver: Receiver) -> None:
    page = stranger
    log_in(page)
    first_steps(page, receiver.url() + "/p?c={external_id}&s={status}")
    expect(page.locator(".arrival")).to_contain_text("Your first postback has arrived.")
    assert list(receiver.answered) == [f"127.0.0.1:{receiver.port}/p?c=test-external-id&s=sale"]
    log(page)
    explanation(page)


def log_in(page: Page) -> None:
    page.goto("/admin/login/")
    fill(page, page.get_by_label("Username"), "buyer")
    fill(page, page.get_by_label("Password"), PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def first_steps(page: Page, url: str) -> None:
    fill(page, step(page, "Add a source").get_by_label("Name"), "MGID")
    fill(page, step(page, "Add a source").get_by_label("Its token for the click id"), "{click_id}")
    fill(page, step(page, "Add a source").get_by_label("Its S2S postback URL"), url)
    press(page, step(page, "Add a source").get_by_role("button", name="Add the source"))
    fill(page, step(page, "Add a campaign").get_by_label("Name"), "Shoes")
    page.keyboard.press("Enter")
    with page.expect_popup() as popup:
        press(page, step(page, "Use the click link").get_by_role("link", name="Open the link in a new tab"))
    popup.value.close()
    press(page, step(page, "Use the click link").get_by_role("link", name="I have clicked: go on"))
    press(page, step(page, "Report a conversion").get_by_role("button", name="Report a test conversion"))


def log(page: Page) -> None:
    """By the skip link's neighbour, the menu, to the log; a filter opens, and Escape closes it."""
    press(page, page.get_by_role("navigation", name="Menu").get_by_role("link", name="S2S postbacks", exact=True))
    state = page.locator(".filter-bar summary", has_text="State")
    press(page, state)
    expect(page.locator(".filter-bar details[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".filter-bar details[open]")).to_have_count(0)
    press(page, state)
    press(page, page.locator(".filter-bar details[open]").get_by_role("link", name="Sent", exact=True))
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def explanation(page: Page) -> None:
    press(page, page.locator("#result_list tbody th a"))
    expect(page.get_by_role("main")).to_contain_text("Attempt 1")
    press(page, page.get_by_role("link", name="Why was it sent, or not?"))
    expect(page.get_by_role("main")).to_contain_text("HTTP 200")


def step(page: Page, title: str) -> Locator:
    """The open one, which has to be this one."""
    found = page.locator("details.step[open]")
    expect(found.get_by_role("heading")).to_have_text(title)
    return found


def fill(page: Page, field: Locator, text: str) -> None:
    reach(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Page, element: Locator) -> None:
    reach(page, element)
    page.keyboard.press("Enter")


def reach(page: Page, element: Locator) -> None:
    """Tab by tab, as somebody does who has nothing else."""
    expect(element).to_be_visible()
    for _stop in range(MOST):
        if element.evaluate("there => there === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {element}")
