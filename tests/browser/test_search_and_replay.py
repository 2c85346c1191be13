"""By keyboard alone: from what a network said in vain, over its replay, to the time line of the postback it made."""

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.system.processes import Installation
from tests.system.receiver import Receiver

pytestmark = pytest.mark.browser

SCENE = """
from campaigns.models import *
from postbacks.models import *
source = Source.objects.create(name="MGID")
campaign = Campaign.objects.create(name="Shoes", alias="shoes", source=source)
url = "{receiver}/p?c={{external_id}}&s={{status}}"
PostbackRule.objects.create(campaign=campaign, name="to MGID", url=url, statuses=["sale"])
click = Click.objects.record(campaign, {{"external_id": "ext-77"}}, Visitor())
answer = [Installation.objects.current().postback_key, click.subid]
"""
MEND = """
from campaigns.models import *
answer = Campaign.objects.update(status_words={"sale": ["approved"]})
"""
AT_MOST = 20  # steps by Tab to anything in the header


def test_from_the_search_box_over_a_replay_to_the_time_line(
    page: Page, running: Installation, receiver: Receiver
) -> None:
    key, subid = running.shell(SCENE.format(receiver=receiver.url()))
    said = {"subid": subid, "status": "approved", "tid": "T-77"}
    requests.get(f"{running.url}/{key}/postback", params=said, timeout=10)

    search(page, "T-77")
    expect(page.get_by_role("main")).to_contain_text("Unknown status “approved”")

    running.shell(MEND)
    page.get_by_role("button", name="Replay").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("1 replayed: 1 created.")
    expect(page.get_by_role("main")).to_contain_text("a replay of")
    assert receiver.wait_for(1)

    see_the_time_line(page, f"{receiver.url()}/p?c=ext-77&s=sale")


def search(page: Page, text: str) -> None:
    """Tab to the box, write, Enter."""
    box = page.get_by_role("searchbox", name="Search everything")
    page.goto("/admin/")
    for _step in range(AT_MOST):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    expect(box).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")


def see_the_time_line(page: Page, link: str) -> None:
    """The link of the receiver's log leads to the very postback; it may be recorded a moment after it arrived."""
    search(page, link)
    attempts = page.get_by_role("group", name="Attempts")
    for _look in range(AT_MOST):
        if attempts.get_by_text("Accepted").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(attempts).to_contain_text("Attempt 1")
    expect(attempts).to_contain_text("HTTP 200")
    expect(attempts).to_contain_text("wait")
    expect(attempts.locator("svg.split")).to_be_visible()
    way = page.get_by_role("region", name="The whole way")
    expect(way).to_contain_text("ext-77")
    expect(way).to_contain_text("this postback tells it")
