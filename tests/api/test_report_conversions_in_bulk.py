"""A program reports many conversions in one request."""

import json

import pytest

from campaigns.models import Conversion, ReceivedPostback
from delivery.models import SentPostback

BULK = "/api/v1/conversions/bulk"


@pytest.fixture
def report(reporter):
    def send(body):
        body = body if isinstance(body, str) else json.dumps(body)
        return reporter.post(BULK, body, content_type="application/json")

    return send


def test_each_is_answered_in_its_place(report, click, rule):
    answer = report(
        [
            {"subid": click.subid, "status": "lead", "tid": "a"},
            {"subid": "nobody", "status": "sale"},
            {"subid": click.subid, "status": "sale", "tid": "a", "payout": 12.50},
            {"subid": click.subid, "status": "sale", "tid": "a"},
            {"subid": click.subid, "status": "what"},
            "sale",
        ]
    )

    told = answer.json()
    assert answer.status_code == 200
    assert [(item["code"], item["verdict"]) for item in told] == [
        (201, "created"),
        (404, "refused"),
        (200, "updated"),
        (200, "repeated"),
        (200, "ignored"),
        (400, "refused"),
    ]
    pk = Conversion.objects.get().pk
    assert [item["conversion"] for item in told] == [pk, None, pk, pk, None, None]
    assert str(Conversion.objects.get().revenue) == "12.5000"
    assert list(SentPostback.objects.order_by("pk").values_list("status", flat=True)) == ["lead", "sale"]


def test_each_is_a_line_of_the_log(report, click):
    told = report([{"subid": click.subid, "status": "sale", "note": "é"}, {"subid": "nobody"}]).json()

    lines = list(ReceivedPostback.objects.order_by("pk"))
    assert [line.pk for line in lines] == [item["received"] for item in told]
    assert [line.reason for line in lines] == [item["reason"] for item in told]
    assert [(line.method, line.verdict, line.code) for line in lines] == [
        ("API", "created", 200),
        ("API", "refused", 404),
    ]
    assert lines[0].body == f'{{"subid": "{click.subid}", "status": "sale", "note": "é"}}'
    assert (lines[0].campaign, lines[0].external_id, lines[0].conversion) == (
        click.campaign,
        "ext 1",
        Conversion.objects.get(),
    )


def test_alone_it_would_have_been_answered_the_same(report, reporter, click):
    said = {"subid": click.subid, "status": "approved", "payout": "1.234,56", "tid": 7, "sale_status": "1,approved"}
    [in_bulk] = report([said]).json()
    Conversion.objects.all().delete()

    alone = reporter.post("/api/v1/conversions", json.dumps(said), content_type="application/json")

    same = ["verdict", "reason", "subid", "tid", "status"]
    assert in_bulk["code"] == alone.status_code
    assert [in_bulk[name] for name in same] == [alone.json()[name] for name in same]


def test_no_conversion_is_no_answer(report):
    assert report([]).json() == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "The body is not JSON"),
        ("{}", "The body is JSON, but not a list such as [{}, {}]."),
        (json.dumps([{}] * 1001), "The list has 1001 conversions; 1000 at most are taken at once."),
    ],
)
def test_what_is_no_list_is_logged_and_refused_as_a_whole(report, body, reason):
    answer = report(body)

    assert (answer.status_code, answer.json()["verdict"]) == (400, "refused")
    assert answer.json()["reason"].startswith(reason)
    assert ReceivedPostback.objects.get().body == body


def test_a_list_that_is_too_large_is_refused_as_a_whole(report, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert report([{"subid": "x" * 100}]).status_code == 413


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_leaves_nothing_but_the_log(report, click, rule, failing):
    said = [{"subid": click.subid, "status": "sale", "tid": str(number)} for number in range(3)]
    with failing('INTO "delivery_sentpostback"'):
        answer = report(said)

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert not Conversion.objects.exists()
    assert set(ReceivedPostback.objects.values_list("verdict", flat=True)) == {"received"}
    assert [item["verdict"] for item in report(said).json()] == ["created"] * 3
