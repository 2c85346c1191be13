"""An installation that has seen some life: the demo's campaigns, and besides them what goes wrong in the field."""

from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page

from tests.browser.login import MAKE_USER, log_in
from tests.browser.watching import Watch
from tests.system.processes import Installation, free_port, until

VIEWPORT = {"width": 1280, "height": 900}
# a receiver that does not listen, and one whose name nobody knows
TROUBLE = """
from campaigns.models import *
from postbacks.models import *
source = Source.objects.create(name="PropellerAds")
campaign = Campaign.objects.create(name="Dating <b>DE</b> & AT", alias="demo-dating", source=source)
for name, url in {{
    "nobody listens": "http://127.0.0.1:{port}/p?c={{subid}}&s={{status}}&token=s3cret-token-value",
    "no such name": "http://receiver.invalid/p?c={{external_id}}",
}}.items():
    rule = PostbackRule(campaign=campaign, name=name, url=url, statuses=["sale"])
    rule.full_clean()
    rule.save()
from django.contrib.auth.models import Group, User
from rest_framework.authtoken.models import Token
Group.objects.create(name="Buyers")
Token.objects.create(user=User.objects.get())
answer = Installation.objects.current().postback_key
"""
UNTRIED = "from delivery.models import *; answer = SentPostback.objects.filter(state='queued', attempts=0).count()"
REPORTS = [
    {"status": "sale", "payout": "40", "currency": "EUR", "tid": "order-7"},
    {"status": "nonsense", "payout": "40"},
    {"status": "sale", "payout": "forty"},
    {"subid": "nobody-knows-it", "status": "sale"},
]


class DemoSite:
    """It runs from the start to `close`; its address is `url`."""

    def __init__(self, folder: Path, chromium: Browser) -> None:
        self.installation = Installation(folder)
        self.chromium = chromium
        self._state: Any = None
        try:
            self.installation.manage("migrate", "-v", "0")
            self.installation.shell(MAKE_USER)
            self.installation.run()
            self.installation.manage("demo")
            self._make_trouble()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        return self.installation.url

    @property
    def cookies(self) -> dict[str, str]:
        """Of the one who is logged in."""
        return {cookie["name"]: cookie["value"] for cookie in self._logged_in()["cookies"]}

    def open(self, **options: Any) -> tuple[Page, Watch]:
        """A logged-in page in a context of its own, and the watch over it."""
        settings = {"base_url": self.url, "viewport": VIEWPORT, "storage_state": self._logged_in(), **options}
        context = self.chromium.new_context(**settings)
        watch = Watch(self.url).on(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page, watch

    def close(self) -> None:
        self.installation.close()

    def _logged_in(self) -> Any:
        if self._state is None:
            context = self.chromium.new_context(base_url=self.url)
            log_in(context.new_page())
            self._state = context.storage_state()
            context.close()
        return self._state

    def _make_trouble(self) -> None:
        """What is refused, what fails, and what waits for its retry."""
        key = self.installation.shell(TROUBLE.format(port=free_port()))
        subid = requests.get(f"{self.url}/c/demo-dating", params={"external_id": "<i>click</i>"}, timeout=10).text
        for report in REPORTS:
            requests.get(f"{self.url}/{key}/postback", params={"subid": subid, **report}, timeout=10)
        assert until(lambda: self.installation.shell(UNTRIED) == 0)
