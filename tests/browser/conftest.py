"""A real Chromium before a real installation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.login import FLAGS, MAKE_USER, log_in
from tests.services import STRICT
from tests.system.processes import Installation
from tests.system.receiver import Receiver

ABORTED = "net::ERR_ABORTED"  # by going on to another page


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
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        complaints.append(f"{said.text} {said.location}")

    page.on("console", lambda said: complain(said) if said.type in {"error", "warning"} else None)
    page.on("response", lambda got: complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.on("requestfailed", lambda failed: None if failed.failure == ABORTED else complaints.append(failed.url))
    page.on("request", lambda asked: None if asked.url.startswith(running.url) else complaints.append(asked.url))
    log_in(page)
    yield page
    context.close()
    assert not complaints
