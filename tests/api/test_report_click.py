"""A program reports a click that did not come through the click link."""

from decimal import Decimal

import pytest

from campaigns.models import Click

CLICKS = "/api/v1/clicks/"


def test_a_click_gets_a_subid_and_a_destination(reporter, campaign):
    campaign.destination = "https://shop.test/?s={subid}"
    campaign.save()

    answer = reporter.post(CLICKS, {"campaign": "shoes"}, format="json")

    click = Click.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"subid": click.subid, "destination": f"https://shop.test/?s={click.subid}"}


def test_its_parameters_are_read_as_those_of_the_link(reporter, campaign):
    parameters = {"external_id": " ext 1", "sub1": "blue", "device_id": "d7", "empty": None}

    reporter.post(CLICKS, {"campaign": "shoes", "parameters": parameters}, format="json")

    click = Click.objects.get()
    assert click.external_id == " ext 1"
    assert click.parameters == {"sub_id_1": "blue", "device_id": "d7"}
    assert click.traffic_source == campaign.source


def test_a_cost_may_be_a_json_number(reporter, campaign):
    body = '{"campaign": "shoes", "parameters": {"cost": 1.5e-2, "n": 12345678901234567890.10}}'

    reporter.post(CLICKS, body, content_type="application/json")

    click = Click.objects.get()
    assert click.cost == Decimal("0.015")
    assert click.parameters == {"n": "12345678901234567890.10"}


def test_the_visitor_is_who_the_report_says(reporter, campaign):
    visitor = {"ip": "2001:db8::7", "user_agent": "Phone", "language": "uk-UA", "referrer": "https://a.test/"}

    reporter.post(CLICKS, {"campaign": "shoes", **visitor}, format="json")

    click = Click.objects.get()
    assert {name: getattr(click, name) for name in visitor} == visitor
    assert click.host == "testserver"


def test_the_last_slash_may_be_left_out(reporter, campaign):
    assert reporter.post("/api/v1/clicks", {"campaign": "shoes"}, format="json").status_code == 201


def test_an_unknown_campaign_is_named_and_nothing_is_stored(reporter, campaign):
    answer = reporter.post(CLICKS, {"campaign": "boots"}, format="json")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is no campaign with the alias “boots”."}
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    ("report", "field", "said"),
    [
        ({}, "campaign", "required"),
        ({"campaign": "no alias!"}, "campaign", "slug"),
        ({"campaign": "shoes", "ip": "300.1.1.1"}, "ip", "IP"),
        ({"campaign": "shoes", "parameters": "external_id=1"}, "parameters", "dictionary"),
        ({"campaign": "shoes", "parameters": {"a": ["b"]}}, "parameters", "string"),
        ({"campaign": "shoes", "parametres": {}}, "parametres", "known are campaign, parameters, ip"),
    ],
)
def test_what_is_wrong_is_said_of_the_field_it_is_wrong_with(reporter, campaign, report, field, said):
    answer = reporter.post(CLICKS, report, format="json")

    assert answer.status_code == 400
    assert said in str(answer.json()[field])
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(reporter, campaign, body, said):
    answer = reporter.post(CLICKS, body, content_type="application/json")

    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_a_form_is_not_json(reporter, campaign):
    assert reporter.post(CLICKS, "campaign=shoes", content_type="text/plain").status_code == 415


def test_a_body_that_is_too_large_is_refused(reporter, campaign, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    answer = reporter.post(CLICKS, {"campaign": "shoes"}, format="json")

    assert (answer.status_code, answer.json()) == (413, {"detail": "The body is longer than 10 bytes."})
