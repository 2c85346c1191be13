"""`make pictures`: the pages that README and docs show, taken of a real installation after the demo."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.login import FLAGS, MAKE_USER, log_in
from tests.system.processes import ROOT, Installation

FOLDER = ROOT / "docs" / "images"
PAGES = {
    "log": "/admin/delivery/sentpostback/",
    "s2s-postbacks": "/admin/campaigns/campaign/1/change/#s2s-postbacks",
    "explanation": "/admin/explain/{subid}/",
}
SUBID = "from delivery.models import *; answer = SentPostback.objects.filter(status='sale').earliest('id').subid"


def main() -> int:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder))
        try:
            installation.manage("migrate", "-v", "0")
            installation.shell(MAKE_USER)
            installation.run()
            installation.manage("demo")
            subid = installation.shell(SUBID)
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(base_url=installation.url, viewport={"width": 1280, "height": 800})
            log_in(page)
            for name, address in PAGES.items():
                page.goto(address.format(subid=subid))
                page.screenshot(path=FOLDER / f"{name}.png")
                print(FOLDER / f"{name}.png")
            browser.close()
        finally:
            installation.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
