"""Demo data comes with a button and goes with one; a receiver is steered from the overview."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_demo_data_comes_is_steered_and_goes(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("button", name="Load demo data").click()
    expect(page.locator(".messagelist")).to_contain_text("nothing of it is ever sent")
    expect(page.get_by_role("link", name="Demo: Taboola")).to_be_visible()

    look_at_the_exact_values(page)
    close_the_open_receiver(page)
    hold_one_and_think_again(page)
    remove_it(page)


def look_at_the_exact_values(page: Page) -> None:
    page.get_by_role("link", name="Days").click()
    expect(page.get_by_role("link", name="Days")).to_have_attribute("aria-current", "true")
    page.locator(".charts summary").last.click()
    expect(page.locator(".charts table").last.locator("tbody tr")).to_have_count(30)


def close_the_open_receiver(page: Page) -> None:
    needy = page.locator(".needy").filter(has_text="ads.demo.invalid")
    expect(needy).to_contain_text("Open since")
    needy.get_by_role("button", name="Close now").click()
    expect(page.locator(".messagelist")).to_contain_text("The breaker was closed")
    expect(page).to_have_url(re.compile(r"/admin/\?unit=day$"))


def hold_one_and_think_again(page: Page) -> None:
    page.get_by_role("link", name="All receivers").click()
    row = page.locator("#result_list tr").filter(has_text="postback.demo.invalid")
    row.get_by_role("button", name="Hold").click()
    expect(page.locator(".question")).to_contain_text("Nothing goes to https://postback.demo.invalid:443")
    page.get_by_role("link", name="No, take me back").click()
    expect(row).to_contain_text("Sends")
    row.get_by_role("button", name="Hold").click()
    page.get_by_role("button", name="Hold it").click()
    expect(row).to_contain_text("Held by a person, until it is released")


def remove_it(page: Page) -> None:
    page.goto("/admin/first-steps/")
    page.get_by_role("link", name="Remove demo data").click()
    expect(page.get_by_role("main")).to_contain_text("900 clicks")
    page.get_by_role("button", name="Remove demo data").click()
    expect(page.locator(".messagelist")).to_contain_text("The demo data was removed: 900 clicks")
    expect(page.locator("details.step[open]").get_by_role("heading")).to_have_text("Add a source")
    page.goto("/admin/delivery/receiver/")
    expect(page.get_by_role("main")).to_contain_text("They come by themselves, with the first postback.")
