"""What the benchmark opens are pages."""

import re

import pytest
from django.test import Client
from django.urls import resolve

from bench.page_list import PAGES

PLACES = {"middle": 42, "failed": 41, "day": "2026-09-15"}
LISTS = [url for url in PAGES.values() if "{" not in url.partition("?")[0] and not re.search(r"/\d+/", url)]


@pytest.mark.parametrize("address", PAGES.values())
def test_every_address_leads_somewhere(address: str) -> None:
    assert "catch_all" not in resolve(address.format(**PLACES).partition("?")[0])._func_path


def test_every_list_takes_its_filters(admin_client: Client) -> None:
    answers = {address: admin_client.get(address.format(**PLACES)).status_code for address in LISTS}

    assert {address: code for address, code in answers.items() if code != 200} == {}
