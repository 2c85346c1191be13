"""The whole way of a media buyer, on the screen."""

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.system.processes import Installation
from tests.system.receiver import Receiver

pytestmark = pytest.mark.browser


def test_from_an_empty_installation_to_the_explanation_of_a_postback(
    page: Page, running: Installation, receiver: Receiver
) -> None:
    add_source(page)
    link = add_campaign(page)
    add_postback(page, receiver.url() + "/p?c={external_id}&s={status}&r={conversion_revenue}")
    page.goto(link.replace("{click_id}", "ext-1"))
    subid = page.inner_text("body")
    report_sale(page, subid)
    assert receiver.wait_for(1)
    assert list(receiver.answered) == [f"127.0.0.1:{receiver.port}/p?c=ext-1&s=sale&r=12.5"]
    see_it_in_the_log(page, subid)
    read_its_explanation(page, subid)


def add_source(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Sources").first.click()
    page.get_by_role("link", name="Add source").first.click()
    page.fill("#id_name", "MGID")
    show_tab(page, "Parameters")
    page.locator("input[name^=parameters]").nth(0).fill("external_id")
    page.locator("input[name^=parameters]").nth(1).fill("external_id")
    page.locator("input[name^=parameters]").nth(2).fill("{click_id}")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist")).to_contain_text("MGID")


def show_tab(page: Page, name: str) -> None:
    tab = page.get_by_role("tab", name=name)
    if tab.count():
        tab.click()


def add_campaign(page: Page) -> str:
    """The click link, as it is to be pasted."""
    page.goto("/admin/campaigns/campaign/add/")
    page.fill("#id_name", "Shoes")
    page.locator(".field-source .select2-selection").click()
    page.get_by_role("option", name="MGID").click()
    page.locator("input[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("Shoes")
    found = re.search(r"http://[\w.:]+/c/\w+\?external_id=\{click_id\}", page.content())
    assert found, "the campaign page shows no complete click link"
    return found[0]


def add_postback(page: Page, url: str) -> None:
    show_tab(page, "S2S Postbacks")
    page.get_by_role("button", name="Add another S2S postback").click()
    form = page.locator("[id^=rules-0]").first
    form.locator("[name=rules-0-name]").fill("to MGID")
    form.locator("[name=rules-0-url]").fill(url.replace("{external_id}", "{externl_id}"))
    form.get_by_label("Sale").check()
    page.locator("input[name=_continue]").click()
    expect(page.locator(".errorlist").get_by_text("did you mean {external_id}?")).to_be_visible()
    page.locator("[name=rules-0-url]").fill(url)
    page.locator("input[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("Shoes")


def report_sale(page: Page, subid: str) -> None:
    page.goto("/admin/")
    found = re.search(r"http://[\w.:]+/\w+/postback", page.content())
    assert found, "the overview shows no postback URL"
    answer = requests.get(found[0], params={"subid": subid, "status": "sale", "payout": "12,50"}, timeout=10)
    assert (answer.status_code, answer.text) == (200, "Success")


def see_it_in_the_log(page: Page, subid: str) -> None:
    page.get_by_role("link", name="S2S postbacks", exact=True).first.click()
    row = page.locator("#result_list tbody tr")
    expect(row).to_have_count(1)
    for said in (subid[:7], "sale", "GET", "200", "Sent"):
        expect(row).to_contain_text(said)


def read_its_explanation(page: Page, subid: str) -> None:
    page.goto("/admin/campaigns/click/")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="Why was it not sent?").first.click()
    expect(page.get_by_role("main")).to_contain_text(subid)
    expect(page.get_by_role("main")).to_contain_text("HTTP 200")
