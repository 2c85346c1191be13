"""The S2S Postbacks tab in a real Chromium: what can be done with rules in place, with and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.login import log_in
from tests.system.processes import Installation

pytestmark = pytest.mark.browser

# a source with two rules, and a campaign of it with two of its own
MAKE_RULES = """
from campaigns.models import *
from postbacks.models import *
token = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
source = Source.objects.create(name="MGID", parameters=[token])
campaign = Campaign.objects.create(name="Shoes", alias="shoes", source=source)
url = "https://receiver.example.com/%s?c={external_id}"
for owner, names in (({"source": source}, ("theirs", "others")), ({"campaign": campaign}, ("first", "second"))):
    for place, name in enumerate(names, 1):
        PostbackRule.objects.create(**owner, name=name, url=url % name, statuses=["sale"], position=place)
answer = campaign.pk
"""
KEPT = """
from postbacks.models import *
rules = PostbackRule.objects.filter(campaign__isnull=False)
answer = {rule.name: rule.url.split("/")[3].split("?")[0] for rule in rules}
"""
OFF = "from postbacks.models import *; answer = [off.rule.name for off in SwitchedOff.objects.all()]"


@pytest.fixture
def address(running: Installation) -> str:
    return f"/admin/campaigns/campaign/{running.shell(MAKE_RULES)}/change/"


def card(page: Page, name: str) -> Locator:
    return page.locator(".rules > .rule:not(.empty-form)", has=page.locator("h3", has_text=name)).first


def order(page: Page) -> list[str]:
    """The names in the cards, from above."""
    names = page.locator(".rules > .rule:not(.empty-form) input[name$='-name']").all()
    return [name.input_value() for name in names]


def press(page: Page, button: Locator) -> None:
    """By keyboard alone."""
    button.focus()
    page.keyboard.press("Enter")


def save(page: Page) -> None:
    page.locator("input[name=_continue]").click()
    expect(page.locator(".messagelist .success").first).to_be_visible()


def test_rules_are_customised_duplicated_moved_and_deleted_by_keyboard(
    page: Page, running: Installation, address: str
) -> None:
    page.goto(f"{address}#s2s-postbacks")
    press(page, page.get_by_role("button", name="Customise here theirs"))
    expect(page.locator(".messagelist")).to_contain_text("“theirs” is customised here")
    expect(card(page, "theirs")).to_be_in_viewport()
    assert order(page) == ["first", "second", "theirs"]

    press(page, card(page, "theirs").get_by_role("button", name="Duplicate"))
    expect(page.locator("[name=rules-3-name]")).to_be_focused()
    page.keyboard.type("twin")
    page.locator("[name=rules-3-url]").fill("https://receiver.example.com/twin?c={external_id}")

    up = card(page, "theirs").get_by_role("button", name="Move up")
    press(page, up)
    page.keyboard.press("Enter")  # it has kept the focus
    expect(page.locator(".rules-said")).to_have_text("theirs is now in place 1 of 4.")
    press(page, card(page, "second").get_by_role("button", name="Delete"))
    press(page, card(page, "first").get_by_role("button", name="Delete"))
    press(page, card(page, "first").get_by_role("button", name="Undo"))
    expect(card(page, "second").get_by_text("Goes with the next save.")).to_be_visible()
    expect(card(page, "first").get_by_text("Goes with the next save.")).to_be_hidden()
    save(page)

    assert order(page) == ["theirs", "first", "twin"]
    assert running.shell(KEPT) == {"theirs": "theirs", "first": "first", "twin": "twin"}
    assert running.shell(OFF) == ["theirs"]

    press(page, card(page, "theirs").get_by_role("button", name="Use the source's again"))
    save(page)
    expect(page.get_by_role("checkbox", name="on for this campaign theirs")).to_be_checked()
    assert order(page) == ["first", "twin"]


def test_a_rule_that_was_not_saved_yet_is_moved_and_taken_back(page: Page, running: Installation, address: str) -> None:
    page.goto(f"{address}#s2s-postbacks")
    for name in ("new", "gone"):
        page.get_by_role("button", name="Add another S2S postback").click()
        page.keyboard.type(name)
    fresh = page.locator("#rules-2")
    fresh.locator("[name=rules-2-url]").fill("nonsense")
    fresh.get_by_label("Sale").check()
    fresh.get_by_role("button", name="Move up").click()
    fresh.get_by_role("button", name="Move up").click()
    page.locator("#rules-3").get_by_role("button", name="Delete").click()
    page.locator("input[name=_continue]").click()

    expect(page.get_by_role("tab", name="S2S Postbacks, errors: 1")).to_be_visible()
    assert order(page) == ["new", "first", "second", "gone"]  # as it was left
    page.locator("[name=rules-2-url]").fill("https://receiver.example.com/new?c={external_id}")
    save(page)

    assert order(page) == ["new", "first", "second"]
    assert list(running.shell(KEPT)) == ["new", "first", "second"]


def test_all_of_it_works_without_javascript(chromium: Browser, running: Installation, address: str) -> None:
    context = chromium.new_context(
        base_url=running.url, java_script_enabled=False, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    log_in(page)
    page.goto(address)
    page.get_by_role("button", name="Customise here theirs").click()
    expect(page.locator(".messagelist")).to_contain_text("“theirs” is customised here")

    card(page, "theirs").get_by_label("Place").fill("1")
    card(page, "first").get_by_role("checkbox", name="Delete").check()
    page.locator("[name=rules-1-name]").press("Enter")  # saves, and presses none of the tab's own buttons
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    assert list(running.shell(KEPT)) == ["theirs", "second"]

    page.goto(address)
    card(page, "second").get_by_role("button", name="Duplicate").click()
    assert order(page) == ["theirs", "second", "second (copy)"]
    card(page, "theirs").get_by_role("checkbox", name="Use the source's again").check()
    save(page)
    page.get_by_role("link", name="Add another S2S postback").click()
    page.locator("[name=rules-2-name]").fill("added")
    page.locator("[name=rules-2-url]").fill("https://receiver.example.com/added?c={external_id}")
    page.locator("#rules-2").get_by_label("Lead").check()
    save(page)

    assert list(running.shell(KEPT)) == ["second", "second (copy)", "added"]
    assert running.shell(OFF) == []
    context.close()
