"""A program asks a log for some of its rows, and is told what it asked wrong."""

import pytest

from campaigns.models import Campaign, Source
from delivery.models import Receiver
from postbacks.models import PostbackRule

SENT = "/api/v1/sent-postbacks/"
RECEIVED = "/api/v1/received-postbacks/"
MARCH, APRIL = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"


def found(client, path, **asked):
    answer = client.get(path, asked)
    assert answer.status_code == 200, answer.json()
    return [line["id"] for line in answer.json()["results"]]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"state": "failed"}, {"state": "failed"}),
        ({"status": "sale"}, {"status": "sale"}),
        ({"kind": "resend"}, {"kind": "resend"}),
        ({"subid": "s1"}, {"subid": "s1"}),
        ({"external_id": "e 1&+"}, {"external_id": "e 1&+"}),
        ({"tid": "t1"}, {"tid": "t1"}),
        ({"created_from": "2026-03-15T01:00:00+01:00"}, {"created": "2026-03-15T00:00:00Z"}),
        ({"created_from": "2026-03-15", "created_to": "2026-03-16"}, {"created": "2026-03-15T23:59:59Z"}),
        ({"subid": "s1", "state": "sent"}, {"subid": "s1", "state": "sent"}),
    ],
)
def test_sent_postbacks_are_found_by(reader, logged, asked, fields):
    logged(created=MARCH)
    row = logged(**({"created": MARCH} | fields))

    assert found(reader, SENT, **asked) == [row.pk]


def test_sent_postbacks_are_found_by_what_people_call_things(reader, logged):
    other = Source.objects.create(name="Push & Pop")
    boots = Campaign.objects.create(name="Boots", alias="boots", source=other)
    there = Receiver.objects.create(origin="http://other.test:8080")
    rule = PostbackRule.objects.create(campaign=boots, url="http://other.test:8080/", statuses=["sale"])
    logged()
    row = logged(campaign=boots, source=other, receiver=there, rule=rule)

    assert found(reader, SENT, campaign="boots") == [row.pk]
    assert found(reader, SENT, source="Push & Pop") == [row.pk]
    assert found(reader, SENT, receiver="http://other.test:8080") == [row.pk]
    assert found(reader, SENT, rule=rule.pk) == [row.pk]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"verdict": "refused"}, {"verdict": "refused"}),
        ({"status": "sale"}, {"status": "sale"}),
        ({"subid": "s1"}, {"subid": "s1"}),
        ({"external_id": "e1"}, {"external_id": "e1"}),
        ({"tid": "t1"}, {"tid": "t1"}),
        ({"created_from": APRIL}, {"created": APRIL}),
    ],
)
def test_received_postbacks_are_found_by(reader, heard, asked, fields):
    heard(created=MARCH)
    row = heard(**({"created": MARCH} | fields))

    assert found(reader, RECEIVED, **asked) == [row.pk]


def test_received_postbacks_are_found_by_campaign_and_source(reader, heard):
    other = Campaign.objects.create(name="Boots", alias="boots", source=Source.objects.create(name="Push"))
    heard()
    row = heard(campaign=other)

    assert found(reader, RECEIVED, campaign="boots") == found(reader, RECEIVED, source="Push") == [row.pk]


def test_a_day_ends_where_the_next_begins(reader, heard):
    march, april = heard(created=MARCH), heard(created=APRIL)

    assert found(reader, RECEIVED, created_from=MARCH, created_to=APRIL) == [march.pk]
    assert found(reader, RECEIVED, created_from=APRIL) == [april.pk]


@pytest.mark.parametrize(
    ("path", "query", "field", "said"),
    [
        (SENT, "stat=failed", "stat", "There is no such filter; known are campaign, created_from"),
        (RECEIVED, "state=failed", "state", "There is no such filter"),
        (SENT, "state=broken", "state", "“broken” is none of queued, sending, sent, failed, unknown, cancelled."),
        (SENT, "kind=x", "kind", "“x” is none of postback, resend, test, alert."),
        (RECEIVED, "verdict=x", "verdict", "“x” is none of received, created"),
        (SENT, "campaign=boots", "campaign", "There is no campaign with the alias “boots”."),
        (SENT, "source=x", "source", "There is no source with the name “x”."),
        (SENT, "receiver=x", "receiver", "There is no receiver with the origin “x”."),
        (SENT, "rule=abc", "rule", "There is no rule with the id “abc”."),
        (SENT, "rule=99999999999999999999999", "rule", "There is no rule with the id"),
        (SENT, "campaign=%00", "campaign", "Null characters"),
        (SENT, "subid=%00", "subid", "Null characters"),
        (SENT, "created_from=yesterday", "created_from", "Not a time such as 2026-11-23T14:00:00Z"),
        (SENT, "created_from=2026-01-01T00:00:00+01:00", "created_from", "a bare + is a space"),
        (SENT, "created_to=0001-01-01T00:00:00%2B14:00", "created_to", "1970"),
        (SENT, "created_to=9999-12-31T23:59:59-14:00", "created_to", "2200"),
        (SENT, "subid=", "subid", "Empty"),
        (SENT, "state=sent&state=failed", "state", "more than once"),
        (SENT, "page_size=0", "page_size", "“0” is not a whole number from 1 to 500."),
        (SENT, "page_size=501", "page_size", "from 1 to 500"),
        (SENT, "page_size=many", "page_size", "“many”"),
        (SENT, "page_size=%C2%B2", "page_size", "from 1 to 500"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong_with_what(reader, campaign, path, query, field, said):
    answer = reader.get(f"{path}?{query}")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert said in answer.json()[field][0]


def test_all_that_is_wrong_is_said_at_once(reader):
    answer = reader.get(SENT, {"stat": "failed", "subId": "s1"})

    assert set(answer.json()) == {"stat", "subId"}
