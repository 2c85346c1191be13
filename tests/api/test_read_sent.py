"""A program reads what was sent."""

from datetime import UTC, datetime

import pytest

from delivery.models import Attempt

SENT = "/api/v1/sent-postbacks/"


def test_the_list_says_what_became_of_each(reader, logged):
    row = logged(state="failed", status="sale", subid="s1", code=500, error="500 – given up", attempts=8)

    (line,) = reader.get(SENT).json()["results"]

    assert line.pop("created").endswith("Z")
    assert line.pop("due_at").endswith("Z")
    assert line == {
        "id": row.pk,
        "kind": "postback",
        "resend_of": None,
        "campaign": "shoes",
        "source": "MGID",
        "rule": None,
        "rule_name": "to MGID",
        "receiver": "https://receiver.test",
        "conversion": None,
        "subid": "s1",
        "external_id": "",
        "tid": "",
        "status": "sale",
        "method": "GET",
        "state": "failed",
        "attempts": 8,
        "code": 500,
        "error": "500 – given up",
        "duration_ms": None,
        "finished": None,
    }


def test_no_token_stands_in_a_list(reader, logged):
    logged(url_template="https://receiver.test/p?token=secret", answer="secret")

    assert "secret" not in reader.get(SENT).content.decode()


def test_who_only_reads_sees_the_request_without_its_token(reader, logged):
    row = logged(url_template="https://receiver.test/p?s={status}")

    assert reader.get(f"{SENT}{row.pk}/").json()["url"] == "https://receiver.test/p?token=•••"


def test_one_postback_is_shown_with_its_request_and_all_attempts(robot, logged):
    reader = robot("delivery.view_sentpostback", "delivery.change_sentpostback")
    row = logged(url_template="https://receiver.test/p?s={status}", notes="Rendered empty: tid", answer="OK")
    for number, code in [(1, 500), (2, 200)]:
        Attempt.objects.create(postback=row, number=number, code=code, started=datetime(2026, 1, number, tzinfo=UTC))

    detail = reader.get(f"{SENT}{row.pk}/").json()

    assert (detail["url"], detail["url_template"]) == (row.url, row.url_template)
    assert (detail["answer"], detail["notes"]) == ("OK", "Rendered empty: tid")
    assert [(attempt["number"], attempt["code"]) for attempt in detail["tries"]] == [(1, 500), (2, 200)]
    assert detail["tries"][0]["started"] == "2026-01-01T00:00:00Z"


def test_a_resend_names_the_one_it_repeats(reader, logged):
    first = logged()
    logged(kind="resend", resend_of=first)

    assert reader.get(SENT, {"kind": "resend"}).json()["results"][0]["resend_of"] == first.pk


def test_a_row_without_campaign_or_receiver_is_shown(reader, logged):
    logged(campaign=None, source=None, receiver=None)

    (line,) = reader.get(SENT).json()["results"]

    assert (line["campaign"], line["source"], line["receiver"]) == (None, None, None)


@pytest.mark.parametrize("key", ["999", "abc", "9" * 30, "-1", "1.5"])
def test_what_is_not_there_is_not_found(reader, logged, key):
    assert reader.get(f"{SENT}{key}/").status_code == 404


def test_a_list_is_one_statement_however_many_rows(reader, logged, django_assert_num_queries):
    for _row in range(5):
        logged()
    reader.get(SENT)

    with django_assert_num_queries(4):  # the token, two kinds of rights, the rows
        assert len(reader.get(SENT).json()["results"]) == 5


def test_a_list_reads_no_wide_column(reader, logged, django_assert_num_queries):
    logged()

    with django_assert_num_queries(4) as queries:
        reader.get(SENT)

    assert not [
        name for name in ("url", "url_template", "answer", "notes") if f'postback"."{name}"' in queries[-1]["sql"]
    ]
