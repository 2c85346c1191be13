"""A network reports a conversion: how it may ask, and what it is answered."""

import json
import threading

import pytest
from django.db import connection
from django.http import UnreadablePostError
from django.test import Client
from django.test.client import FakePayload

from campaigns.models import Conversion, Installation, ReceivedPostback, Verdict
from delivery.models import SentPostback

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_get_makes_a_conversion(client, postback_url, click):
    response = client.get(postback_url, {"subid": click.subid, "status": "sale", "payout": "12.5", "tid": "T1"})

    assert (response.status_code, response.content) == (200, b"Success")
    conversion = Conversion.objects.get(click=click)
    assert (conversion.status, str(conversion.revenue), conversion.tid) == ("sale", "12.5000", "T1")


def test_it_takes_few_statements(report, rule, django_assert_max_num_queries):
    report(status="sale", tid="the receiver is known by now")

    with django_assert_max_num_queries(12 + len(["BEGIN", "COMMIT"])):
        report(status="sale")

    assert SentPostback.objects.count() == 2


def test_the_conversion_and_its_postback_come_together(report, rule):
    report(status="sale")

    assert SentPostback.objects.get().conversion == Conversion.objects.get()


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_form_makes_a_conversion(client, postback_url, click, content_type):
    bodies = {
        "application/x-www-form-urlencoded": f"subid={click.subid}&status=sale&payout=3",
        "multipart/form-data; boundary=b": "".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("subid", click.subid), ("status", "sale"), ("payout", "3"))
        )
        + "--b--\r\n",
    }

    assert client.post(postback_url, bodies[content_type], content_type=content_type).status_code == 200

    assert Conversion.objects.get().revenue == 3


@pytest.mark.parametrize("content_type", [JSON, f"{JSON}; charset=utf-8", "Application/JSON"])
def test_a_json_object_makes_a_conversion(client, postback_url, click, content_type):
    body = {"subid": click.subid, "status": "sale", "payout": 12.5, "tid": 77}

    assert client.generic("POST", postback_url, json.dumps(body), content_type=content_type).content == b"Success"

    conversion = Conversion.objects.get()
    assert (str(conversion.revenue), conversion.tid) == ("12.5000", "77")


@pytest.mark.parametrize(
    ("written", "revenue"),
    [("0.00001", "0.0000"), ("1250000.10", "1250000.1000"), ("12345678901", "12345678901.0000")],
)
def test_a_number_in_json_is_read_as_it_was_written(client, postback_url, click, written, revenue):
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": {written}}}'

    client.generic("POST", postback_url, body, content_type=JSON)

    assert str(Conversion.objects.get().revenue) == revenue


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity", "9" * 5000])
def test_a_number_in_json_that_is_no_money_is_refused(client, postback_url, click, number):
    body = f'{{"subid": "{click.subid}", "status": "sale", "payout": {number}}}'

    response = client.generic("POST", postback_url, body, content_type=JSON)

    assert response.status_code == 400
    assert response.content.decode().startswith("payout: “")


def test_the_query_goes_before_the_body(client, postback_url, click):
    client.post(f"{postback_url}?status=sale&payout=", {"subid": click.subid, "status": "lead", "payout": "4"})

    conversion = Conversion.objects.get()
    assert (conversion.status, str(conversion.revenue)) == ("sale", "4.0000")


@pytest.mark.parametrize("body", ["", "[1]", "null", '"subid"', "{", "\x00", '{"subid": {"a": 1}}', '{"subid": null}'])
def test_a_json_body_that_says_nothing_is_answered(client, postback_url, body):
    response = client.generic("POST", postback_url, body, content_type=JSON)

    assert (response.status_code, response.content) == (400, b'Incorrect subid "". Postback ignored.')


@pytest.mark.parametrize("depth", [100, 100_000])
def test_a_deep_json_body_is_answered(client, postback_url, depth):
    assert client.generic("POST", postback_url, "[" * depth, content_type=JSON).status_code == 400


def test_a_form_that_cannot_be_read_leaves_the_query(client, postback_url, click):
    query = f"{postback_url}?subid={click.subid}&status=sale"

    response = client.generic("POST", query, b"--x", content_type="multipart/form-data; boundary=")

    assert response.content == b"Success"


def test_a_slash_at_the_end_does_no_harm(client, postback_url, click):
    assert client.post(f"{postback_url}/", {"subid": click.subid, "status": "sale"}).content == b"Success"


@pytest.mark.parametrize("key", ["0" * 24, "admin1", "x" * 500])
def test_a_wrong_key_finds_nothing_and_stores_nothing(client, click, key):
    response = client.get(f"/{key}/postback", {"subid": click.subid, "status": "sale"})

    assert response.status_code == 404
    assert not ReceivedPostback.objects.exists()


def test_the_key_is_compared_letter_by_letter(client, postback_url):
    assert client.get(postback_url.upper().replace("/POSTBACK", "/postback")).status_code == 404


def test_a_new_key_shuts_the_old_door(client, postback_url):
    Installation.objects.update(postback_key="anotherkey")

    assert client.get(postback_url).status_code == 404


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client, postback_url, method):
    assert client.generic(method, postback_url).status_code == 405


def test_no_csrf_token_is_needed(postback_url, click):
    client = Client(enforce_csrf_checks=True)

    assert client.post(postback_url, {"subid": click.subid, "status": "sale"}).content == b"Success"


def test_return_is_the_answer_as_plain_text(report):
    response = report(**{"return": "<b>OK %41</b>"})

    assert response.content == b"<b>OK %41</b>"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("status", "answer"), [("lead", b"OK"), ("nonsense", b"OK")])
def test_return_is_also_the_answer_where_nothing_came_of_it(report, status, answer):
    assert report(status=status, **{"return": "OK"}).content == answer


def test_return_does_not_hide_a_refusal(report):
    response = report(payout="abc", **{"return": "OK"})

    assert (response.status_code, response.content.decode()) == (
        400,
        "payout: “abc” is not a number. Postback refused.",
    )


def test_a_refusal_is_plain_text_too(report):
    response = report(payout="<script>")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_no_answer_is_kept_by_a_cache(report):
    assert "no-store" in report()["Cache-Control"]


def test_no_subid_is_refused_in_the_words_of_the_field(client, postback_url):
    response = client.get(postback_url, {"status": "sale"})

    assert (response.status_code, response.content) == (400, b'Incorrect subid "". Postback ignored.')


def test_a_subid_that_nobody_knows_is_not_found(client, postback_url, db):
    response = client.get(postback_url, {"subid": "nobody", "status": "sale"})

    assert (response.status_code, response.content) == (404, b"SubID not found: nobody")


@pytest.mark.parametrize("content_type", [JSON, "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_that_is_too_large_is_refused_and_logged(client, postback_url, settings, content_type):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    response = client.generic("POST", postback_url, "x" * 101, content_type=content_type)

    received = ReceivedPostback.objects.get()
    assert (response.status_code, response.content) == (413, b"The body is longer than 100 bytes. Postback refused.")
    assert (received.verdict, received.code) == (Verdict.REFUSED, 413)


@pytest.mark.parametrize("place", ["query", "body"])
def test_too_many_parameters_are_refused_and_logged(client, postback_url, settings, place):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    many = "&".join(f"p{number}=1" for number in range(11))
    query, body = (many, "") if place == "query" else ("", many)

    response = client.generic("POST", f"{postback_url}?{query}", body, content_type="application/x-www-form-urlencoded")

    assert (response.status_code, response.content) == (400, b"There are more than 10 parameters. Postback refused.")
    assert ReceivedPostback.objects.get().verdict == Verdict.REFUSED


class BrokenOff(FakePayload):
    def read(self, *_args):
        raise UnreadablePostError("the network hung up")


def test_a_body_that_breaks_off_is_refused_and_logged(client, postback_url):
    response = client.generic("POST", postback_url, "", **{"wsgi.input": BrokenOff(b""), "CONTENT_LENGTH": "9"})

    assert (response.status_code, response.content) == (400, b"The body broke off. Postback refused.")
    assert ReceivedPostback.objects.get().verdict == Verdict.REFUSED


@pytest.mark.django_db(transaction=True)
def test_it_is_logged_before_it_is_judged(report, failing):
    with failing('INSERT INTO "campaigns_conversion"'):
        response = report()

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert ReceivedPostback.objects.get().verdict == Verdict.RECEIVED
    assert not Conversion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_503_the_same_again_is_taken(report, failing, rule):
    with failing('INTO "delivery_sentpostback"'):
        assert report().status_code == 503

    assert report().content == b"Success"
    assert SentPostback.objects.count() == Conversion.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", ["campaigns_installation", "campaigns_receivedpostback", "campaigns_click"])
def test_a_database_that_is_away_is_a_503(report, failing, words):
    with failing(words):
        response = report()

    assert response.status_code == 503
    assert b"send this again" in response.content


@pytest.mark.django_db(transaction=True)
def test_a_locked_sqlite_file_is_a_503(report):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite locks the whole file")
    locked, done = threading.Event(), threading.Event()

    def hold():
        connection.cursor().execute("BEGIN IMMEDIATE")
        locked.set()
        done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    connection.cursor().execute("PRAGMA busy_timeout = 1")
    try:
        assert report().status_code == 503
    finally:
        done.set()
        holder.join()
