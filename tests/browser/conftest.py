"""A real Chromium before a real installation."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.demo_site import DemoSite
from tests.browser.login import FLAGS, MAKE_USER, log_in
from tests.browser.watching import Watch
from tests.services import STRICT
from tests.system.processes import Installation
from tests.system.receiver import Receiver


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        reason = "chromium is not installed (apt-get install chromium)"
        (pytest.fail if STRICT else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """`make run` on a fresh data folder, with a user."""
    installation = Installation(tmp_path)
    installation.manage("migrate", "-v", "0")
    installation.shell(MAKE_USER)
    installation.run()
    yield installation
    installation.close()


@pytest.fixture
def page(chromium: Browser, running: Installation) -> Iterator[Page]:
    """Logged in; whatever the console or a request complains of fails the test."""
    context = chromium.new_context(base_url=running.url, viewport={"width": 1280, "height": 900})
    watch = Watch(running.url).on(context)
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in(page)
    yield page
    context.close()
    assert not watch.complaints


@pytest.fixture(scope="session")
def demo_site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """One installation with demo data for all tests that leave no trace in it: read there, and change nothing."""
    site = DemoSite(tmp_path_factory.mktemp("demo"), chromium)
    yield site
    site.close()


@pytest.fixture
def open_demo(demo_site: DemoSite) -> Iterator[Callable[..., Page]]:
    """Opens logged-in pages of the demo (`viewport`, `color_scheme`, `locale` ..); a complaint fails the test."""
    opened: list[tuple[Page, Watch]] = []

    def open_page(address: str = "/admin/", **options: object) -> Page:
        page, watch = demo_site.open(**options)
        opened.append((page, watch))
        page.goto(address)
        return page

    yield open_page
    for page, _watch in opened:
        page.context.close()
    assert not [complaint for _page, watch in opened for complaint in watch.complaints]
