"""From a campaign to what it lost, to one row of that, to why, and to where it is mended."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.system.processes import Installation

pytestmark = pytest.mark.browser

# three clicks of which one came without its click id; all three are sold
MAKE_SALES = """
from campaigns.models import *
from postbacks.models import *
token = {"parameter": "external_id", "name": "external_id", "token": "{click_id}"}
campaign = Campaign.objects.create(name="Shoes", alias="shoes", parameters=[token])
url = "https://receiver.example.com/p?c={external_id}"
PostbackRule.objects.create(campaign=campaign, name="MGID", url=url, statuses=["sale"])
PostbackRule.objects.create(campaign=campaign, name="CRM", url=url + "&s={subid}", statuses=["lead"])
for query in ({"external_id": "a"}, {"external_id": "b"}, {}):
    Conversion.objects.create(click=Click.objects.record(campaign, query, Visitor()), status="sale")
answer = campaign.pk
"""


def test_from_a_campaign_to_why_it_was_not_sent_and_to_what_mends_it(page: Page, running: Installation) -> None:
    campaign = running.shell(MAKE_SALES)
    page.goto(f"/admin/campaigns/campaign/{campaign}/change/")

    page.get_by_role("link", name="Funnel", exact=True).click()
    expect(page.locator(".funnel-sentence")).to_contain_text("3 conversions, rules asked 6 times")
    expect(page.locator(".funnel-sentence")).to_contain_text("3 status not ticked")
    expect(page.get_by_role("img", name="Asked: 6")).to_be_visible()

    row = page.locator("table.parts tr", has_text="No external_id").first
    row.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text("MGID")

    page.get_by_role("link", name="no external_id", exact=True).click()
    expect(page.locator("h2.headline")).to_contain_text("MGID: not sent: this click has no external_id")

    page.get_by_role("link", name="Open Parameters").first.click()
    page.wait_for_url(re.compile("#parameters$"))
    expect(page.get_by_role("tab", name="Parameters")).to_have_attribute("aria-selected", "true")


def test_the_pages_fit_a_phone(page: Page, running: Installation) -> None:
    campaign = running.shell(MAKE_SALES)
    page.set_viewport_size({"width": 390, "height": 800})

    for address in ("explain/", f"campaigns/campaign/{campaign}/funnel/", "postbacks/refusal/", "status/", "settings/"):
        page.goto(f"/admin/{address}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, wider) == (address, 0)
