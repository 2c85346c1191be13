"""The URL of a postback is typed with completion, seen for a real click, and tested on the spot."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.login import log_in
from tests.system.processes import Installation
from tests.system.receiver import Receiver

pytestmark = pytest.mark.browser

SCENE = """
from campaigns.models import *
token = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
source = Source.objects.create(name="MGID", parameters=[token])
campaign = Campaign.objects.create(name="Shoes", alias="shoes", source=source)
for number in range(2):
    click = Click.objects.record(campaign, {"external_id": "ext-%d" % number}, Visitor())
    Conversion(click=click, status="sale", revenue=number).save()
answer = click.subid
"""
PAGE = "/admin/campaigns/campaign/1/change/#s2s-postbacks"


@pytest.fixture
def subid(running: Installation) -> str:
    """Of the newest click that converted."""
    return str(running.shell(SCENE))


@pytest.fixture
def plain_page(chromium: Browser, running: Installation) -> Iterator[Page]:
    """Logged in, in a browser without scripts."""
    context = chromium.new_context(base_url=running.url, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page)
    yield page
    context.close()


def test_a_url_is_completed_seen_corrected_and_tested_by_keyboard(page: Page, subid: str, receiver: Receiver) -> None:
    page.goto(PAGE)
    editor = page.locator("#rules-0 .url-editor")
    field = editor.get_by_role("textbox", name="URL")
    complete(field, receiver.url() + "/p?c={ext", "{external_id}")
    expect(editor.locator(".preview-url mark")).to_have_text("ext-1")
    expect(editor.locator(".preview-whose")).to_contain_text(subid)
    misspell(editor, field)
    editor.get_by_role("button", name="did you mean {conversion_revenue}?").press("Enter")
    expect(field).to_have_value(receiver.url() + "/p?c={external_id}&r={conversion_revenue}")
    expect(editor.locator(".preview-url")).to_contain_text("c=ext-1&r=1")
    editor.get_by_role("button", name="Send test").press("Enter")
    expect(editor.locator(".test-result")).to_contain_text(re.compile(r"Test Sent\s+HTTP 200\s+after \d+ ms"))
    assert list(receiver.answered) == [f"127.0.0.1:{receiver.port}/p?c=ext-1&r=1"]
    see_it_in_the_log(page, editor, subid)


def complete(field: Locator, typed: str, whole: str) -> None:
    field.press_sequentially(typed)
    options = field.page.get_by_role("listbox", name="Macros").get_by_role("option")
    expect(options.first).to_contain_text("The source's own id of the click.")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    field.press("ArrowDown")
    field.press("ArrowUp")
    field.press("Enter")
    expect(options).to_have_count(0)
    expect(field).to_have_value(typed.rpartition("{")[0] + whole)


def misspell(editor: Locator, field: Locator) -> None:
    field.press_sequentially("&r={conversion_revenu")
    field.press("Escape")
    field.press_sequentially("}")
    expect(editor.locator(".url-backdrop mark.is-unknown")).to_have_text("{conversion_revenu}")
    expect(editor.get_by_role("button", name="Send test")).to_be_disabled()


def see_it_in_the_log(page: Page, editor: Locator, subid: str) -> None:
    editor.get_by_role("link", name="See it in the log").click()
    expect(page.get_by_role("main")).to_contain_text(subid)
    page.goto("/admin/delivery/sentpostback/")
    row = page.locator("#result_list tbody tr")
    expect(row).to_have_count(1)
    for said in ("Test", "Sent", "200", subid[:7]):
        expect(row).to_contain_text(said)


def test_a_rule_added_later_has_an_editor_of_its_own(page: Page, subid: str, receiver: Receiver) -> None:
    page.goto(PAGE)
    page.get_by_role("button", name="Add another S2S postback").click()
    editor = page.locator("#rules-1 .url-editor")
    field = editor.get_by_role("textbox", name="URL")
    field.fill(receiver.url() + "/p?s={status}")

    expect(editor.locator(".preview-url mark")).to_have_text("sale")
    expect(editor.locator(".is-warning")).to_contain_text("Neither {external_id} nor {subid}")
    editor.get_by_label("For", exact=True).select_option("sample")
    expect(editor.locator(".preview-whose")).to_contain_text("With sample values")


def test_without_scripts_the_preview_is_a_page_that_sends_the_test(
    plain_page: Page, subid: str, receiver: Receiver
) -> None:
    plain_page.goto(PAGE)
    plain_page.locator("[name=rules-0-url]").fill(receiver.url() + "/p?c={externl_id}")
    plain_page.get_by_role("button", name="Preview").first.click()
    plain_page.get_by_role("button", name="did you mean {external_id}?").click()
    expect(plain_page.locator(".preview-url mark")).to_have_text("ext-1")
    plain_page.get_by_role("button", name="Send test").click()
    expect(plain_page.locator(".test-result")).to_contain_text("HTTP 200")
    assert list(receiver.answered) == [f"127.0.0.1:{receiver.port}/p?c=ext-1"]
