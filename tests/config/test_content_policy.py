"""A strict content security policy for whatever we answer."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

EVERYWHERE = [
    "/admin/",
    "/admin/login/",
    "/admin/delivery/sentpostback/",
    "/api/docs/",
    "/api/schema/",
    "/api/v1/clicks/",
    "/c/nothing",
    "/nokey/postback",
    "/nowhere",
    "/healthz",
    "/static/campaigns/theme.css",
]
OURS = "campaigns/api/page.css"
LIBRARY = "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"


def directives(client: Client, path: str) -> dict[str, list[str]]:
    with closing(client.get(path)) as answer:  # a file stays open else
        header = answer["Content-Security-Policy"]
    parts = [part.split() for part in header.split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_the_policy(admin_client: Client, path: str) -> None:
    policy = directives(admin_client, path)

    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["img-src"] == policy["form-action"] == ["'self'"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_nothing_but_ours_is_allowed(admin_client: Client, path: str) -> None:
    allowed = {value for values in directives(admin_client, path).values() for value in values}

    assert allowed == {"'self'", "'none'"}


def test_what_the_library_draws_from_data_we_draw_from_files() -> None:
    """A selector that is new in the library needs its line in page.css."""
    library, ours = (Path(str(finders.find(name))).read_text(encoding="utf-8") for name in (LIBRARY, OURS))

    drawn = re.findall(r"[}]((?:html.dark-mode )?[.]swagger-ui [^{}]*)[{]background:[^}]*?url[(]\"data:", library)
    assert len(drawn) == 7
    for selector in ",".join(drawn).split(","):
        assert plain(selector) in plain(ours)


def plain(css: str) -> str:
    """As the library writes it: without blanks and quotes."""
    return re.sub(r"[\s\"]", "", css).replace("::", ":")
