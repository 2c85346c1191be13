"""`make pictures`: the pages that README and docs show, at two widths, after the demo and its history."""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.demo_site import DemoSite
from tests.browser.login import FLAGS
from tests.system.processes import ROOT

FOLDER = ROOT / "docs" / "images"
WIDTHS = {1280: "", 390: "-390"}
HEIGHT = 844
# each page by the name of its picture; in braces what `IDS` finds
PAGES = {
    "overview": "/admin/",
    "s2s-postbacks": "/admin/campaigns/campaign/{fitness}/change/#s2s-postbacks",
    "editor": "/admin/campaigns/campaign/{cards}/change/#s2s-postbacks",
    "log": "/admin/delivery/sentpostback/",
    "postback": "/admin/delivery/sentpostback/{failed}/change/",
    "received": "/admin/campaigns/receivedpostback/",
    "received-postback": "/admin/campaigns/receivedpostback/1/change/",
    "explanation": "/admin/explain/{subid}/",
    "funnel": "/admin/campaigns/campaign/{fitness}/funnel/",
    "receivers": "/admin/delivery/receiver/",
    "first-steps": "/admin/first-steps/",
}
IDS = """
from delivery.models import *
rows = SentPostback.objects.order_by("-attempts", "pk")
answer = {"failed": rows.first().pk, "subid": SentPostback.objects.filter(status="sale").earliest("id").subid}
from campaigns.models import Campaign
answer |= {name: Campaign.objects.get(alias=f"demo-{name}").pk for name in ("fitness", "cards")}
"""
COLOURS = 128  # of a picture's palette


def main() -> int:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        site = DemoSite(Path(folder), browser)
        try:
            site.installation.manage("demo", "--history")
            ids = site.installation.shell(IDS)
            for width, ending in WIDTHS.items():
                page, _watch = site.open(viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce")
                for name, address in PAGES.items():
                    page.goto(address.format(**ids))
                    if name in ACTS:
                        ACTS[name](page)
                    take(page, FOLDER / f"{name}{ending}.png")
        finally:
            site.close()
    return 0


def begin_a_macro(page: Page) -> None:
    """Type the beginning of one, so that the editor offers what it may become."""
    url = page.locator("#rules-group textarea.rule-url").first
    url.focus()
    url.press("Control+End")
    url.press_sequentially("&k={con")
    page.locator("[role=listbox]").first.wait_for()
    page.mouse.move(0, 0)


def show_the_attempts(page: Page) -> None:
    """What happened stands below what is known."""
    page.locator("#attempts-heading").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#attempts-heading').scrollIntoView()")


ACTS = {"editor": begin_a_macro, "postback": show_the_attempts}


def take(page: Page, path: Path) -> None:
    """Few colours make a small file, and a page has few."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)} {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
