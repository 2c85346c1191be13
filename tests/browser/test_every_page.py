"""What holds for every page: nothing breaks the policy, everybody can read it, in both languages, also on a phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.demo_site import DemoSite
from tests.browser.pages import STATES, named_pages, rows_program
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

NO_PAGE = {302, 400, 403, 405}  # leads elsewhere, wants more, is not allowed, takes POST alone
LIBRARY = "/api/docs/"  # its page is not ours to mend
ENGLISH = re.compile(r"\b(Overview|Maintenance|Traffic|People|Campaigns|Sources|Log out|Menu|Breadcrumbs|Postback)\b")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARDS}}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FIRST_STOP = "document.querySelector('a[href], button, input:not([type=hidden])').getAttribute('href')"


@pytest.fixture(scope="module")
def addresses(demo_site: DemoSite) -> list[str]:
    """Every page that GET answers, and some in a state of their own."""
    rows, arguments = demo_site.installation.shell(rows_program())
    found = [there for named in named_pages() if (there := named.address(rows, arguments))]
    return [there for there in found if is_page(demo_site, there)] + list(STATES.values())


def is_page(site: DemoSite, address: str) -> bool:
    answer = requests.get(site.url + address, cookies=site.cookies, allow_redirects=False, timeout=30)
    return answer.status_code not in NO_PAGE and "html" in answer.headers["Content-Type"]


@pytest.fixture
def english(demo_site: DemoSite) -> Iterator[tuple[Page, Watch]]:
    page, watch = demo_site.open(locale="en-GB", reduced_motion="reduce")
    yield page, watch
    page.context.close()


@pytest.fixture
def russian(demo_site: DemoSite) -> Iterator[tuple[Page, Watch]]:
    page, watch = demo_site.open(locale="ru-RU", viewport={"width": 390, "height": 844})
    yield page, watch
    page.context.close()


def test_every_page_is_within_the_policy_and_everybodys_to_read(
    english: tuple[Page, Watch], addresses: list[str]
) -> None:
    page, watch = english

    found = {address: complaints for address in addresses if (complaints := [*looked_at(page, watch, address)])}

    assert len(addresses) > 50
    assert not found, told(found)


def test_the_login_page_is_within_the_policy_and_everybodys_to_read(demo_site: DemoSite) -> None:
    page, watch = demo_site.open(storage_state=None)

    found = list(looked_at(page, watch, "/admin/login/"))
    page.context.close()

    assert not found


def told(found: dict[str, list[str]]) -> str:
    return "\n".join([f"{address}: {complaint}" for address, complaints in found.items() for complaint in complaints])


def looked_at(page: Page, watch: Watch, address: str) -> Iterator[str]:
    """What is wrong with a page as it is, in light and in dark."""
    watch.complaints.clear()
    page.emulate_media(color_scheme="light")
    page.goto("about:blank")
    page.goto(address)
    yield from watch.complaints  # before axe-core adds its own
    if LIBRARY not in address:
        yield from violations(page, WHOLE)
        page.emulate_media(color_scheme="dark")
        yield from violations(page, WHOLE)
        if page.evaluate(FIRST_STOP) != "#content-start":
            yield "nothing leads over the menu to the content"


def violations(page: Page, options: dict[str, Any]) -> Iterator[str]:
    """What axe-core finds, with the places."""
    for one in Axe().run(page, options=options).response["violations"]:
        yield f"{one['id']}: {[node['html'][:160] for node in one['nodes']][:3]}"


def test_every_page_is_russian_and_fits_a_phone(russian: tuple[Page, Watch], addresses: list[str]) -> None:
    page, watch = russian

    found = {address: complaints for address in addresses if (complaints := [*read_on_a_phone(page, watch, address)])}

    assert not found, told(found)


def read_on_a_phone(page: Page, watch: Watch, address: str) -> Iterator[str]:
    """What is wrong with a page that is 390 points wide, and in Russian."""
    watch.complaints.clear()
    page.goto("about:blank")
    page.goto(address)
    if page.evaluate(OVERFLOW) > 0:
        yield f"it is {page.evaluate(OVERFLOW)} points too wide"
    if LIBRARY not in address:
        words = page.inner_text("body").replace("S2S Postback", "")
        yield from (f"not translated: {word}" for word in ENGLISH.findall(words))
        if page.get_attribute("html", "lang") != "ru":
            yield "it does not say that it is Russian"
    yield from watch.complaints


def test_the_skip_link_is_seen_when_it_is_reached(english: tuple[Page, Watch]) -> None:
    page, _watch = english
    page.goto("/admin/campaigns/click/")

    page.keyboard.press("Tab")
    box = page.locator(".skip-to-content-link").bounding_box()
    page.keyboard.press("Enter")

    assert box
    assert box["y"] >= 0
    assert page.evaluate("document.activeElement.id") == "content-start"
