"""An empty installation leads its first user to the first postback, and shows it arriving."""

import pytest
from playwright.sync_api import Page, expect

from tests.system.receiver import Receiver

pytestmark = pytest.mark.browser


def test_from_nothing_to_the_first_postback_arriving(page: Page, receiver: Receiver) -> None:
    receiver.delay = 2  # seconds: long enough to be seen on its way
    page.goto("/admin/")
    add_source(page, receiver.url() + "/p?c={external_id}&s={status}&r={conversion_revenue}")
    add_campaign(page)
    open_the_link(page)
    report_a_conversion(page)

    arrival = page.locator(".arrival")
    expect(arrival).to_contain_text("queued →")
    expect(arrival).not_to_contain_text("has arrived")
    page.evaluate("window.isTheSamePage = true")
    expect(arrival).to_contain_text("Your first postback has arrived.")
    expect(arrival).to_contain_text("HTTP 200 in")
    assert page.evaluate("window.isTheSamePage")
    assert list(receiver.answered) == [f"127.0.0.1:{receiver.port}/p?c=test-external-id&s=sale&r=7.5"]

    page.get_by_role("link", name="To the overview").click()
    expect(page.get_by_role("heading", name="Receivers that need you")).to_be_visible()
    expect(page.locator(".key").filter(has_text="Sent")).to_contain_text("1")


def add_source(page: Page, url: str) -> None:
    step = page.locator("details.step[open]")
    expect(step.get_by_role("heading")).to_have_text("Add a source")
    step.get_by_label("Name").fill("MGID")
    step.get_by_label("Its token for the click id").fill("{click_id}")
    step.get_by_label("Its S2S postback URL").fill(url.replace("{external_id}", "{externl_id}"))
    step.get_by_role("button", name="Add the source").click()
    expect(page.get_by_text("did you mean {external_id}?")).to_be_visible()
    step = page.locator("details.step[open]")
    step.get_by_label("Its S2S postback URL").fill(url)
    step.get_by_role("button", name="Add the source").click()


def add_campaign(page: Page) -> None:
    step = page.locator("details.step[open]")
    expect(step.get_by_role("heading")).to_have_text("Add a campaign")
    step.get_by_label("Name").fill("Shoes")
    expect(step.get_by_label("Source")).to_contain_text("MGID")
    step.get_by_role("button", name="Add the campaign").click()


def open_the_link(page: Page) -> None:
    """In a tab of its own, as a visitor; the campaign has no destination, so it answers with the subid."""
    step = page.locator("details.step[open]")
    expect(step.get_by_role("heading")).to_have_text("Use the click link")
    with page.expect_popup() as popup:
        step.get_by_role("link", name="Open the link in a new tab").click()
    subid = popup.value.inner_text("body")
    popup.value.close()
    step.get_by_role("link", name="I have clicked: go on").click()
    expect(page.locator("details.step[open]")).to_contain_text(subid)


def report_a_conversion(page: Page) -> None:
    step = page.locator("details.step[open]")
    expect(step.get_by_label("Status")).to_have_value("sale")
    step.get_by_label("Payout").fill("7,50")
    step.get_by_role("button", name="Report a test conversion").click()
    expect(page.locator(".messagelist")).to_contain_text("Conversion created: sale.")
