"""A person follows docs/api.md to the letter."""

import json
import re
import shlex
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from campaigns.api.filters import ReceivedPostbackFilters
from campaigns.models import Click, Verdict
from delivery.api.filters import SentPostbackFilters

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
JSON = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]


def commands():
    """Each curl of the page as (path, body or None)."""
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL):
        for command in re.split(r"^(?=curl )", block, flags=re.MULTILINE)[1:]:
            words = shlex.split(command)
            assert "Authorization: Token $TOKEN" in words
            yield words[2].replace("$API", "/api/v1"), words[words.index("-d") + 1] if "-d" in words else None


@pytest.fixture
def administrator(admin_user):
    """With a token made as the page says."""
    call_command("drf_create_token", admin_user.username, stdout=(told := StringIO()))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {told.getvalue().split()[2]}")
    return client


@pytest.fixture
def answers(administrator, campaign, logged, heard):
    """What the page's commands are answered with, one after the other."""
    campaign.destination = "https://shop.example/?s={subid}"
    campaign.save()
    subid = JSON[0]["subid"]
    there = {"sent-postbacks/1/": f"sent-postbacks/{logged().pk}/"}
    there["received-postbacks/1/"] = f"received-postbacks/{heard().pk}/"
    given = []
    for path, body in commands():
        for on_the_page, here in there.items():
            path = path.replace(on_the_page, here)
        if body is None:
            given.append(administrator.get(path))
            continue
        given.append(administrator.post(path, body, content_type="application/json"))
        Click.objects.update(subid=subid)
    return given


def test_every_command_works(answers):
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200, 200, 200, 200]


def test_the_answers_look_as_on_the_page(answers):
    click, conversion, many, page = (answers[place].json() for place in range(4))

    assert click.keys() == JSON[0].keys()
    assert click["destination"] == f"https://shop.example/?s={click['subid']}"
    assert conversion | {"received": 17, "conversion": 5} == JSON[1]
    ids = {"received": 0, "conversion": 0}
    assert [item | ids for item in many] == [item | ids for item in JSON[2]]
    assert page.keys() == JSON[3].keys()


def test_a_refused_filter_looks_as_on_the_page(administrator):
    assert administrator.get("/api/v1/sent-postbacks/?state=broken").json() == JSON[4]


def test_a_new_token_makes_the_old_one_void(administrator):
    call_command("drf_create_token", "-r", User.objects.get().username, stdout=StringIO())

    assert administrator.get("/api/v1/sent-postbacks/").status_code == 401


def test_every_verdict_has_a_row(db):
    rows = re.findall(r"^\| \d{3} \| `(\w+)` \|", TEXT, re.MULTILINE)

    assert {*rows, "received"} == set(Verdict.values)


def test_every_filter_has_a_row():
    rows = re.findall(r"^\| (`[^|]*) \| (yes)? ?\| (yes)? ?\|", TEXT, re.MULTILINE)
    sent = {name for names, yes, _no in rows if yes for name in re.findall(r"`(\w+)`", names)}
    received = {name for names, _no, yes in rows if yes for name in re.findall(r"`(\w+)`", names)}

    assert sent == set(SentPostbackFilters.base_filters)
    assert received == set(ReceivedPostbackFilters.base_filters)


def test_every_right_on_the_page_exists(robot):
    rights = re.findall(r"`((?:campaigns|delivery)\.(?:add|view)_\w+)`", TEXT)

    assert len(rights) == 4
    assert robot(*rights)
