"""How a browser is started, and who logs in."""

from playwright.sync_api import Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "walk-through-42"
MAKE_USER = f"""
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser("buyer", password="{PASSWORD}")
answer = None
"""


def log_in(page: Page) -> None:
    """From the login page to the overview."""
    page.goto("/admin/login/")
    page.fill("#id_username", "buyer")
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
