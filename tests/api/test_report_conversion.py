"""A program reports a conversion: the same way in as the incoming postback's."""

import json
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from campaigns.models import Conversion, ReceivedPostback
from delivery.models import SentPostback

CONVERSIONS = "/api/v1/conversions/"


@pytest.fixture
def report(reporter, click):
    def send(body=None, **fields):
        body = body if body is not None else json.dumps({"subid": click.subid, **fields})
        return reporter.post(CONVERSIONS, body, content_type="application/json")

    return send


def test_a_new_conversion_is_created(report, click):
    answer = report(status="sale", payout="12.5", currency="usd", tid="t1")

    conversion = Conversion.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "verdict": "created",
        "reason": "Conversion created: sale.",
        "received": ReceivedPostback.objects.get().pk,
        "conversion": conversion.pk,
        "subid": click.subid,
        "tid": "t1",
        "status": "sale",
    }
    assert (conversion.revenue, conversion.currency) == (Decimal("12.5"), "USD")


def test_its_postback_is_queued(report, rule):
    report(status="sale")

    assert SentPostback.objects.get().rule == rule


def test_it_stands_in_the_log_word_for_word(report, click):
    body = f'{{"subid": "{click.subid}",  "status": "sale", "note": "kept"}}'

    report(body)

    received = ReceivedPostback.objects.get()
    assert (received.method, received.body, received.content_type) == ("API", body, "application/json")
    assert (received.verdict, received.ip, received.campaign) == ("created", "127.0.0.1", click.campaign)


def test_the_same_again_is_repeated_and_sends_nothing(report, rule):
    report(status="sale", tid="t1")

    answer = report(status="sale", tid="t1")

    assert (answer.status_code, answer.json()["verdict"]) == (200, "repeated")
    assert (Conversion.objects.count(), SentPostback.objects.count()) == (1, 1)
    assert ReceivedPostback.objects.count() == 2


def test_another_status_is_an_update(report):
    report(status="lead")

    answer = report(status="sale")

    assert (answer.status_code, answer.json()["reason"]) == (200, "Conversion updated: lead to sale.")


def test_another_tid_is_another_conversion(report):
    report(status="sale", tid=1)

    assert report(status="sale", tid=2).status_code == 201
    assert set(Conversion.objects.values_list("tid", flat=True)) == {"1", "2"}


def test_a_late_lead_is_ignored(report):
    report(status="sale")

    answer = report(status="lead")

    assert (answer.status_code, answer.json()["verdict"]) == (200, "ignored")
    assert "came after sale" in answer.json()["reason"]


def test_a_subid_nobody_knows_is_not_found(report):
    answer = report('{"subid": "nobody", "status": "sale"}')

    assert (answer.status_code, answer.json()["verdict"]) == (404, "refused")
    assert answer.json()["reason"] == "SubID not found: nobody"
    assert ReceivedPostback.objects.get().code == 404


def test_sub_ids_overwrite_those_of_the_click(report):
    report(status="sale", sub_id_3="blue", sub4="red", extra_param_1=7)

    assert Conversion.objects.get().parameters == {"sub_id_3": "blue", "sub_id_4": "red", "extra_param_1": "7"}


def test_the_last_slash_may_be_left_out(reporter, click):
    answer = reporter.post("/api/v1/conversions", {"subid": click.subid, "status": "sale"}, format="json")

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "said",
    [
        {"status": "sale", "payout": "1.234,56"},
        {"status": "APPROVED", "sale_status": "1,approved"},
        {"status": "approved"},
        {"status": ""},
        {"status": "sale", "payout": "{payout}"},
        {"status": "sale", "payout": "much"},
        {"status": "sale", "tid": "t" * 300},
        {"type": "sale", "amount": "3", "from": "Net"},
        {"status": "sale", "currency": "dollars"},
    ],
)
def test_the_incoming_postback_would_have_been_judged_the_same(client, report, click, postback_url, said):
    answer = report(**said)
    by_api = ReceivedPostback.objects.get(method="API")
    Conversion.objects.all().delete()

    client.get(f"{postback_url}?{urlencode({'subid': click.subid, **said})}")

    by_link = ReceivedPostback.objects.get(method="GET")
    assert (by_api.verdict, by_api.reason, by_api.code) == (by_link.verdict, by_link.reason, by_link.code)
    assert answer.json()["reason"] == by_link.reason


@pytest.mark.parametrize("body", ["{", "[1]", '"text"', "[" * 100_000, "\x00"])
def test_a_body_that_cannot_be_read_is_logged_and_refused(report, body):
    answer = report(body)

    received = ReceivedPostback.objects.get()
    assert (answer.status_code, answer.json()["verdict"]) == (400, "refused")
    assert answer.json()["reason"].startswith("The body is ")
    assert (received.verdict, received.code, received.reason) == ("refused", 400, answer.json()["reason"])
    assert received.body == body[:65_536].replace("\x00", "\ufffd")


def test_a_body_that_is_too_large_is_logged_without_it(report, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = report('{"subid": "' + "x" * 100 + '"}')

    received = ReceivedPostback.objects.get()
    assert (answer.status_code, received.code, received.body) == (413, 413, "")
    assert answer.json()["reason"] == "The body is longer than 100 bytes. Postback refused."


class BrokenLine(BytesIO):
    """A connection that the sender lost halfway."""

    def read(self, *_sizes):
        raise OSError


def test_a_body_that_breaks_off_is_logged_and_refused(reporter):
    sent = {"wsgi.input": BrokenLine(), "CONTENT_LENGTH": "50"}

    answer = reporter.generic("POST", CONVERSIONS, content_type="application/json", **sent)

    assert (answer.status_code, answer.json()["reason"]) == (400, "The body broke off. Postback refused.")
    assert ReceivedPostback.objects.get().verdict == "refused"


def test_a_form_is_logged_and_refused(reporter, click):
    answer = reporter.post(CONVERSIONS, f"subid={click.subid}", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 415
    assert "application/x-www-form-urlencoded" in answer.json()["reason"]
    assert ReceivedPostback.objects.get().body == f"subid={click.subid}"


def test_a_form_with_files_is_logged_and_refused(admin_user, click):
    browser = APIClient()
    browser.force_login(admin_user)

    answer = browser.post(CONVERSIONS, {"subid": click.subid}, format="multipart")

    assert answer.status_code == 415
    assert ReceivedPostback.objects.get().verdict == "refused"
