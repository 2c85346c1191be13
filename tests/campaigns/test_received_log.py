"""Received postbacks: every request of a network is kept word for word, with what became of it."""

import pytest

from campaigns.models import Conversion, ReceivedPostback, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged(report):
    """The line of the log that a report leaves."""

    def line(**parameters):
        report(**parameters)
        return ReceivedPostback.objects.latest("pk")

    return line


def test_the_query_is_kept_word_for_word(client, postback_url):
    client.get(f"{postback_url}?subid=%41&&x=%ff+&status")

    received = ReceivedPostback.objects.get()
    assert (received.method, received.query, received.body) == ("GET", "subid=%41&&x=%ff+&status", "")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_the_body_is_kept_word_for_word(client, postback_url, content_type):
    client.generic("POST", postback_url, '{"subid": "ü"', content_type=content_type)

    received = ReceivedPostback.objects.get()
    assert (received.method, received.body, received.content_type) == ("POST", '{"subid": "ü"', content_type)


@pytest.mark.parametrize(
    ("body", "kept"), [(b"a\x00b", "a\ufffdb"), (b"\xff", "\ufffd"), (b"x" * 70_000, "x" * 65_536)]
)
def test_a_body_is_kept_as_far_as_a_database_can(client, postback_url, body, kept):
    client.generic("POST", postback_url, body)

    assert ReceivedPostback.objects.get().body == kept


def test_it_says_from_where_it_came(client, postback_url):
    client.get(postback_url, REMOTE_ADDR="198.51.100.9")

    assert ReceivedPostback.objects.get().ip == "198.51.100.9"


def test_it_is_found_by_what_it_names(logged, click, campaign):
    received = logged(status="SALE", tid="T1")

    assert (received.subid, received.tid, received.status) == (click.subid, "T1", "sale")
    assert (received.external_id, received.campaign) == ("ext 1", campaign)
    assert received.conversion == Conversion.objects.get()


@pytest.mark.parametrize(
    ("before", "told", "verdict", "code", "reason"),
    [
        ([], {"status": "sale"}, "created", 200, "Conversion created: sale."),
        (["lead"], {"status": "sale"}, "updated", 200, "Conversion updated: lead to sale."),
        (["sale"], {"status": "sale"}, "repeated", 200, "The conversion was sale already: no news."),
        (
            ["sale"],
            {"status": "lead"},
            "ignored",
            200,
            "Status lead came after sale: nothing was changed. Postback ignored.",
        ),
        ([], {"status": ""}, "ignored", 200, "No status was given. Postback ignored."),
        ([], {"subid": ""}, "refused", 400, 'Incorrect subid "". Postback ignored.'),
        ([], {"subid": "nobody"}, "refused", 404, "SubID not found: nobody"),
        ([], {"payout": "x"}, "refused", 400, "payout: “x” is not a number. Postback refused."),
    ],
)
def test_it_says_what_became_of_it_and_why(report, logged, before, told, verdict, code, reason):
    for status in before:
        report(status=status)

    received = logged(**told)

    assert (received.verdict, received.code, received.reason) == (verdict, code, reason)


@pytest.mark.parametrize("told", [{}, {"status": "sale"}, {"subid": ""}, {"payout": "x"}, {"status": "nonsense"}])
def test_the_code_in_the_log_is_the_code_of_the_answer(report, told):
    assert report(**told).status_code == ReceivedPostback.objects.get().code


def test_what_was_passed_over_stands_beside_the_reason(logged):
    received = logged(payout="{payout}", currency="dollars", tid="a%20b")

    assert received.reason == (
        "Conversion created: lead. "
        "Note: payout={payout} was not filled in by the sender. Note: tid was URL-encoded twice. "
        "Note: currency “dollars” is not a code such as USD and was left out."
    )


@pytest.mark.parametrize(("name", "kept"), [("subid", 64), ("status", 255), ("tid", 255)])
def test_what_is_too_long_is_cut_in_the_columns_and_whole_in_the_query(logged, name, kept):
    received = logged(**{name: "z" * 400})

    assert getattr(received, name) == "z" * kept
    assert "z" * 400 in received.query


def test_a_reason_is_never_longer_than_a_page(logged):
    assert len(logged(subid="{" + "x" * 60_000 + "}").reason) <= 2000


def test_every_report_has_its_line(report):
    for _time in range(3):
        report(status="sale")

    assert list(ReceivedPostback.objects.order_by("pk").values_list("verdict", flat=True)) == [
        Verdict.CREATED,
        Verdict.REPEATED,
        Verdict.REPEATED,
    ]


def test_the_log_outlives_the_conversion(logged):
    received = logged(status="sale")
    Conversion.objects.get().delete()

    received.refresh_from_db()
    assert received.conversion is None
