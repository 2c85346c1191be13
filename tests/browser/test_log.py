"""The S2S log: watched live, filtered by keyboard, a filter saved, and all that match sent again."""

import pytest
from playwright.sync_api import Page, expect

from tests.system.processes import SCENE, Installation
from tests.system.receiver import Receiver

pytestmark = pytest.mark.browser

LOG = "/admin/delivery/sentpostback/"
REPORT = """
from campaigns.models import *
from delivery import nudge
conversion = Conversion(click=Click.objects.order_by("id")[{click}], status="{status}")
conversion.save()
nudge.ring()
answer = None
"""
FAIL = """
from delivery.models import *
answer = SentPostback.objects.filter(state="sent").update(state="failed", code=403)
"""


def test_the_log_is_watched_filtered_saved_and_sent_again(
    page: Page, running: Installation, receiver: Receiver
) -> None:
    running.shell(SCENE.format(rules=1, port=receiver.port, clicks=4))
    watch(page, running, receiver)
    running.shell(FAIL)
    filter_by_keyboard(page)
    save_the_filter(page)
    send_again(page, receiver)


def watch(page: Page, running: Installation, receiver: Receiver) -> None:
    rows = page.locator("#result_list tbody tr")
    running.shell(REPORT.format(click=0, status="lead"))
    assert receiver.wait_for(1)
    page.goto(LOG)
    page.get_by_role("link", name="Watch live").click()
    expect(rows).to_have_count(1)
    running.shell(REPORT.format(click=1, status="sale"))
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("sale")
    expect(page.get_by_role("status").filter(has_text="new row")).to_be_visible()
    assert receiver.wait_for(2)
    expect(rows.first).to_contain_text("Sent")
    pause(page, running, receiver)


def pause(page: Page, running: Installation, receiver: Receiver) -> None:
    rows = page.locator("#result_list tbody tr")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-live]")).to_have_text("Paused")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    running.shell(REPORT.format(click=2, status="lead"))
    assert receiver.wait_for(3)
    expect(rows).to_have_count(2)
    assert not asked
    page.get_by_role("button", name="Resume").click()
    expect(rows).to_have_count(3)
    rows.first.locator("input.action-select").check()
    expect(page.locator("[data-live]")).to_have_text("Paused while you choose")


def filter_by_keyboard(page: Page) -> None:
    page.goto(LOG)
    page.locator(".filter-bar summary").filter(has_text="Code").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="4xx").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?code=4xx")
    expect(page.locator("#result_list tbody tr")).to_have_count(3)


def save_the_filter(page: Page) -> None:
    page.get_by_text("Save this filter").click()
    page.get_by_label("Name", exact=True).fill("Refused ones")
    page.get_by_role("button", name="Save filter").click()
    expect(page.locator(".messagelist")).to_contain_text("Refused ones")
    page.goto(LOG)
    page.get_by_role("link", name="Refused ones").click()
    page.wait_for_url("**?code=4xx")


def send_again(page: Page, receiver: Receiver) -> None:
    page.get_by_role("link", name="Send again …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Send again 3 postbacks to 1 receiver?")
    assert receiver.answered.total() == 3
    page.get_by_role("button", name="Send again 3 postbacks").click()
    expect(page.locator(".messagelist")).to_contain_text("3 postbacks queued again.")
    with receiver.changed:
        assert receiver.changed.wait_for(lambda: receiver.answered.total() == 6, 30)
