"""How many rows a list of the admin shows for an address, over all its pages."""

from django.test import Client
from django.utils.html import escape

MOST_PAGES = 20


def rows_behind(client: Client, url: str) -> int:
    """Counted page by page, as a person would."""
    path, count = url, 0
    for _page in range(MOST_PAGES):
        response = client.get(path)
        assert response.status_code == 200, escape(path)
        listed = response.context["cl"]
        count += len(listed.result_list)
        if not listed.older_link:
            return count
        path = url.partition("?")[0] + listed.older_link
    raise AssertionError(f"{url} has more than {MOST_PAGES} pages.")
