"""A person is told when a receiver fails for long."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db.models.functions import Now

from delivery.alerts import raise_due
from delivery.models import Kind, Lane, Receiver, SentPostback, State
from delivery.sweeping import sweep

pytestmark = pytest.mark.django_db

ALERT_URL = "http://alerts.test/hook?key=s3cret-canary&who={receiver}&at={level}&since={failing_since}&why={reason}"


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.POSTBACK_PATIENCE = 1000
    settings.POSTBACK_ALERT_EMAIL = ["ops@example.test"]
    settings.POSTBACK_ALERT_URL = ALERT_URL


@pytest.fixture
def failing(receiver):
    """The receiver has not answered well for so many seconds."""

    def fail(seconds, **fields):
        Receiver.objects.filter(pk=receiver.pk).change(failing_since=Now() - timedelta(seconds=seconds), **fields)

    return fail


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """A look at who is to be told of, and what is done when that is committed; how many alerts."""

    def look():
        with django_capture_on_commit_callbacks(execute=True):
            return raise_due()

    return look


def calls():
    return SentPostback.objects.filter(kind=Kind.ALERT)


@pytest.mark.parametrize(("seconds", "alerts"), [(0, 0), (490, 0), (510, 1), (990, 1), (1010, 1), (10**7, 1)])
def test_half_of_the_patience_is_when_it_begins(failing, told, mailoutbox, seconds, alerts):
    failing(seconds)

    assert told() == len(mailoutbox) == calls().count() == alerts


def test_each_level_is_told_once(failing, told, mailoutbox):
    for seconds in (510, 600, 1010, 2000):
        failing(seconds)
        told()
        told()

    assert [mail.subject.rpartition(" (")[2] for mail in mailoutbox] == [
        "50 % of the patience)",
        "100 % of the patience)",
    ]
    assert Receiver.objects.get(origin="http://receiver.test:80").alerted == 100


def test_a_receiver_that_answered_meanwhile_is_told_of_anew(failing, told, receiver):
    failing(510)
    told()
    Receiver.objects.filter(pk=receiver.pk).change(failing_since=None, alerted=0)
    assert told() == 0

    failing(700)

    assert told() == 1
    assert calls().count() == 2


def test_healthy_receivers_cost_one_statement(receiver, django_assert_num_queries):
    with django_assert_num_queries(1):
        raise_due()


@pytest.mark.parametrize(
    ("seconds", "level", "words"), [(510, "WARNING", "still tried again"), (1010, "ERROR", "given up")]
)
def test_the_log_has_a_line(failing, told, caplog, seconds, level, words):
    failing(seconds, why="14 of 20 requests failed in 30 s, last: HTTP 503")

    told()

    (line,) = [record for record in caplog.records if record.name == "delivery.alerts"]
    assert line.levelname == level
    assert "http://receiver.test:80 has not taken a postback since" in line.getMessage()
    assert "14 of 20 requests failed in 30 s, last: HTTP 503" in line.getMessage()
    assert words in line.getMessage()


def test_no_secret_is_told(failing, told, caplog, mailoutbox, queued):
    queued(url="http://receiver.test/p?token=s3cret-canary", error="HTTP 500", lane=Lane.RETRY)
    failing(510)

    told()

    assert "s3cret-canary" not in caplog.text + mailoutbox[0].subject + mailoutbox[0].body
    assert "HTTP 500" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("rows", "why", "reason"),
    [
        ([{"error": "HTTP 500", "lane": Lane.RETRY}], "", "HTTP 500"),
        ([{"error": "HTTP 500", "lane": Lane.RETRY}], "it is open", "it is open"),
        ([{"error": "HTTP 502", "state": State.FAILED}], "", "HTTP 502"),
        ([{}], "", "it does not take what we send"),
        ([], "", "it does not take what we send"),
    ],
)
def test_the_reason_is_the_breakers_or_that_of_the_last_failure(failing, told, mailoutbox, queued, rows, why, reason):
    for row in rows:
        queued(**row)
    failing(510, why=why)

    told()

    assert f": {reason}. Its postbacks" in mailoutbox[0].body


def test_the_call_is_a_row_with_its_placeholders_filled(failing, told, receiver):
    failing(510, why="HTTP 503 & more")

    told()

    row = calls().get()
    receiver.refresh_from_db()
    since = receiver.failing_since
    assert row.url.startswith(
        "http://alerts.test/hook?key=s3cret-canary&who=http%3A%2F%2Freceiver.test%3A80&at=50&since=20"
    )
    assert row.url.endswith("%2B00%3A00&why=HTTP+503+%26+more")
    assert row.task_key == f"alert:{receiver.pk}:{since:%Y%m%dT%H%M%S}:50"
    assert (row.state, row.receiver.origin, row.rule_id) == (State.QUEUED, "http://alerts.test:80", None)


def test_the_call_goes_out_and_is_tried_again(failing, told, http, send, due_now, urls):
    http.get("http://alerts.test/hook", status=500)
    http.get("http://alerts.test/hook")
    failing(510)
    told()

    send()
    due_now()
    send()

    row = calls().get()
    assert (row.state, row.attempts, len(set(urls()))) == (State.SENT, 2, 1)


def test_a_failing_alert_receiver_is_not_told_of_itself(failing, told, mailoutbox):
    itself = Receiver.objects.create(origin="http://alerts.test:80", failing_since=Now() - timedelta(seconds=510))

    assert told() == len(mailoutbox) == 1

    itself.refresh_from_db()
    assert (itself.alerted, calls().count()) == (50, 0)


def test_without_an_address_and_a_url_only_the_log_is_told(failing, told, settings, mailoutbox, caplog):
    settings.POSTBACK_ALERT_EMAIL, settings.POSTBACK_ALERT_URL = [], ""
    failing(510)

    assert told() == 1

    assert (len(mailoutbox), calls().count()) == (0, 0)
    assert "has not taken a postback" in caplog.text


def test_a_url_without_a_host_is_said_and_stops_nothing(failing, told, settings, mailoutbox, caplog):
    settings.POSTBACK_ALERT_URL = "http://{receiver}/hook"
    failing(510)

    assert told() == len(mailoutbox) == 1

    assert calls().count() == 0
    assert "POSTBACK_ALERT_URL cannot be called: " in caplog.text


def test_a_mail_server_that_is_down_stops_nothing(failing, told, monkeypatch, caplog):
    def refuse(_backend, _messages):
        raise smtplib.SMTPConnectError(421, "later")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    failing(510)

    assert told() == calls().count() == 1
    assert "The alert could not be sent by e-mail: SMTPConnectError." in caplog.text


def test_the_sweep_looks(failing, django_capture_on_commit_callbacks, mailoutbox):
    failing(510)

    with django_capture_on_commit_callbacks(execute=True):
        sweep()

    assert len(mailoutbox) == 1


def test_no_rule_is_switched_off(failing, told, rule):
    failing(10**7)
    told()

    rule.refresh_from_db()
    assert rule.enabled
