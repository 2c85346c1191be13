"""A program's author reads what the API is."""

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.core.management import call_command
from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from rest_framework.test import APIClient

from delivery.models import Attempt

SENT, RECEIVED = "/api/v1/sent-postbacks/", "/api/v1/received-postbacks/"


@pytest.fixture(scope="module")
def schema():
    told = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=told)
    return yaml.safe_load(told.getvalue())


@pytest.fixture
def promised(schema):
    """Holds an answer against what the schema promises for it."""

    def check(path, method, answer):
        content = schema["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        wanted = nullable(content["application/json"]["schema"])
        components = nullable(schema["components"])
        Draft4Validator({**wanted, "components": components}).validate(answer.json())
        return answer.json()

    return check


def nullable(part):
    """OpenAPI's `nullable`, as JSON Schema says it."""
    if isinstance(part, list):
        return [nullable(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    plain = {name: nullable(entry) for name, entry in part.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain


def test_the_schema_is_made_without_a_warning(schema):
    assert set(schema["paths"]) == {
        "/api/v1/clicks/",
        "/api/v1/conversions/",
        "/api/v1/conversions/bulk/",
        RECEIVED,
        f"{RECEIVED}{{id}}/",
        SENT,
        f"{SENT}{{id}}/",
    }


def test_every_operation_says_what_it_is_for(schema):
    for methods in schema["paths"].values():
        assert all(operation["summary"] for operation in methods.values())


def test_reports_are_answered_as_promised(reporter, campaign, promised):
    click = reporter.post("/api/v1/clicks/", {"campaign": "shoes"}, format="json")
    promised("/api/v1/clicks/", "post", click)
    promised("/api/v1/clicks/", "post", reporter.post("/api/v1/clicks/", {"campaign": "x"}, format="json"))

    told = {"subid": click.json()["subid"], "status": "sale"}
    reports: list[object] = [told, told, {"subid": "nobody"}, {}, []]
    for report in reports:
        promised("/api/v1/conversions/", "post", reporter.post("/api/v1/conversions/", report, format="json"))
    lists: list[object] = [reports, {}]
    for many in lists:
        promised("/api/v1/conversions/bulk/", "post", reporter.post("/api/v1/conversions/bulk/", many, format="json"))


def test_logs_are_answered_as_promised(reader, logged, heard, promised):
    row, received = logged(campaign=None, source=None, receiver=None), heard(campaign=None)
    logged(code=200, duration_ms=12, state="sent", finished="2026-11-23T14:00:00Z")
    Attempt.objects.create(postback=row, number=1, started="2026-11-23T14:00:00Z")

    assert len(promised(SENT, "get", reader.get(SENT))["results"]) == 2
    assert len(promised(RECEIVED, "get", reader.get(RECEIVED, {"page_size": 1}))["results"]) == 1
    assert promised(f"{SENT}{{id}}/", "get", reader.get(f"{SENT}{row.pk}/"))["tries"]
    promised(f"{RECEIVED}{{id}}/", "get", reader.get(f"{RECEIVED}{received.pk}/"))


def test_every_filter_of_the_schema_is_taken(reader, schema, campaign):
    for path in (SENT, RECEIVED):
        for parameter in schema["paths"][path]["get"]["parameters"]:
            answer = reader.get(path, {parameter["name"]: "~"})
            assert "no such filter" not in str(answer.json())


def test_the_schema_is_open_to_everybody(db):
    answer = APIClient().get("/api/schema/")

    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["info"]["title"] == "S2S Postbacks"


def test_the_page_of_documentation_comes_whole_from_here(db):
    html = APIClient().get("/api/docs/").content.decode()
    (script_url,) = re.findall(r'<script src="(/api/docs/\?[^"]*)"', html)
    script = APIClient().get(script_url)

    fetched = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert len(fetched) == 6
    ours = ("/static/drf_spectacular_sidecar/", "/static/campaigns/api/", "/api/docs/")
    assert all(url.startswith(ours) for url in fetched)
    assert "://" not in html
    assert "<script>" not in html
    assert "<style" not in html
    assert script["Content-Type"] == "application/javascript"
    assert "://" not in script.content.decode()
    assert 'layout: "BaseLayout"' in script.content.decode()  # the other layout asks validator.swagger.io
    assert "/api/schema/" in script.content.decode().replace("\\u002D", "-")


def test_what_the_page_fetches_is_there(db):
    html = APIClient().get("/api/docs/").content.decode()

    for name in re.findall(r'"/static/([^"]*)"', html):
        assert finders.find(name), name


def test_the_stylesheet_fetches_nothing_from_another_host():
    css = finders.find("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css")

    assert not re.findall(r"url\(['\"]?https?:|@import", Path(str(css)).read_text(encoding="utf-8"))
