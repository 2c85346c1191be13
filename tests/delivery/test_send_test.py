"""Send test: what the form says is really sent, once, at once, and stands in the log as a test."""

import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.test import Client

from delivery.models import Attempt, Kind, SentPostback, State
from delivery.sweeping import take_back
from delivery.testing import send_test
from postbacks.models import PostbackRule
from postbacks.preview import Preview, Subject

SCRIPT = {"X-Requested-With": "fetch"}


class Listening:
    """A receiver on loopback that answers as it is told, or never."""

    def __init__(self):
        self.code, self.body, self.silence = 200, b"OK", threading.Event()
        self.asked: list[str] = []
        self.is_silent = False
        listening = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                listening.asked.append(f"{self.command} {self.path}")
                if listening.is_silent:
                    listening.silence.wait(30)
                self.send_response(listening.code)
                self.send_header("Content-Length", str(len(listening.body)))
                self.end_headers()
                self.wfile.write(listening.body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def listening():
    """Somebody who takes tests."""
    receiver = Listening()
    threading.Thread(target=receiver.server.serve_forever, daemon=True).start()
    yield receiver
    receiver.silence.set()
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def tested(admin_client, campaign):
    """The answer to "Send test" in a form of this campaign."""

    def ask(url, of=None, headers=SCRIPT, **fields):
        form = {"preview": "rules-0", "rules-0-url": url, "rules-0-method": "GET", "preview-wish": uuid.uuid4()}
        return admin_client.post(f"/admin/send-test/?{of or f'campaign={campaign.pk}'}", form | fields, headers=headers)

    return ask


def test_the_answer_is_told_and_stands_in_the_log_as_a_test(tested, listening, saved):
    conversion = saved(status="lead", revenue=2)
    listening.body = b"<b>thanks</b>"

    html = tested(listening.url + "/p?c={external_id}&s={status}").content.decode()

    postback = SentPostback.objects.get(kind=Kind.TEST)
    assert listening.asked == ["GET /p?c=ext+1&s=lead"]
    assert (postback.state, postback.code, postback.answer) == (State.SENT, 200, "<b>thanks</b>")
    assert (postback.subid, postback.conversion, postback.status) == (conversion.click.subid, conversion, "lead")
    assert (postback.campaign, postback.source) == (conversion.click.campaign, conversion.click.traffic_source)
    assert "HTTP 200" in html
    assert "&lt;b&gt;thanks&lt;/b&gt;" in html
    assert f"/admin/delivery/sentpostback/{postback.pk}/change/" in html


def test_the_attempt_is_written_like_any_other(tested, listening, campaign):
    tested(listening.url + "/p?c={external_id}")

    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.code, attempt.answer) == (1, 200, "OK")
    assert attempt.duration_ms == SentPostback.objects.get().duration_ms
    assert LogEntry.objects.get().get_change_message() == "Sent as a test."


def test_the_form_is_tested_not_what_is_saved(tested, listening, rule):
    tested(listening.url + "/typed?c={external_id}", **{"rules-0-id": rule.pk, "rules-0-method": "POST"})

    postback = SentPostback.objects.get()
    assert listening.asked == ["POST /typed?c=a1b2c3"]
    assert (postback.rule_id, postback.method) == (rule.pk, "POST")
    assert PostbackRule.objects.get().url == rule.url


def test_a_new_rule_of_a_new_campaign_is_tested_too(tested, listening, source, click):
    tested(listening.url + "/p?c={external_id}", of="new=campaign", source=source.pk)

    postback = SentPostback.objects.get()
    assert listening.asked == ["GET /p?c=ext+1"]
    assert (postback.rule_id, postback.source, postback.subid) == (None, source, click.subid)


def test_a_rule_of_a_source_is_tested_with_samples(tested, listening, source):
    tested(listening.url + "/p?c={external_id}", of=f"source={source.pk}")

    assert listening.asked == ["GET /p?c=a1b2c3"]
    assert SentPostback.objects.get().source == source


def test_the_same_wish_twice_is_one_test(tested, listening):
    wish = str(uuid.uuid4())

    answers = [tested(listening.url + "/p?c={external_id}", **{"preview-wish": wish}) for _click in range(2)]

    assert len(listening.asked) == 1
    assert all("HTTP 200" in answer.content.decode() for answer in answers)
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize("code", [500, 429, 404])
def test_a_refusal_is_told_and_not_tried_again(tested, listening, send, code):
    listening.code = code

    html = tested(listening.url + "/p?c={external_id}").content.decode()
    send()

    assert f"HTTP {code}" in html
    assert SentPostback.objects.get().state == State.FAILED
    assert len(listening.asked) == 1


def test_the_rules_own_terms_judge_the_answer(tested, listening):
    listening.body = b"ERROR: no such click"

    html = tested(listening.url + "/p?c={external_id}", **{"rules-0-rejected_if": "ERROR:"}).content.decode()

    assert "rejected: HTTP 200, and the answer contains “ERROR:”" in html
    assert SentPostback.objects.get().state == State.FAILED


def test_silence_ends_unknown_at_the_deadline(tested, listening, settings):
    settings.POSTBACK_DEADLINE, listening.is_silent = 0.3, True

    html = tested(listening.url + "/p?c={external_id}").content.decode()

    assert SentPostback.objects.get().state == State.UNKNOWN
    assert "no answer within 0.3 s" in html


def test_nobody_there_is_told(tested, listening):
    listening.server.shutdown()
    listening.server.server_close()

    html = tested(listening.url + "/p?c={external_id}").content.decode()

    assert "connection refused" in html
    assert SentPostback.objects.get().state == State.FAILED


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/p?c={externl_id}", "did you mean {external_id}?"),
        ("/p?r={conversion_revenue:eur}&c={subid}", "No exchange rate from USD to EUR is known"),
        ("/p c={subid}\tx", "control character"),
    ],
)
def test_what_cannot_be_sent_is_told_before(tested, listening, path, said):
    html = tested(listening.url + path).content.decode()

    assert said in html
    assert not listening.asked
    assert not SentPostback.objects.exists()


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3/p?c={subid}", "http://localhost.x@10.1.2.3/{subid}", "ftp://a.test/{subid}"]
)
def test_a_refused_address_is_told_before(tested, url):
    assert "Nothing was sent" in tested(url).content.decode()
    assert not SentPostback.objects.exists()


def test_a_name_that_leads_to_a_private_address_is_refused_on_the_way(tested, listening, settings):
    settings.POSTBACK_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]

    html = tested(listening.url.replace("127.0.0.1", "localhost") + "/p?c={subid}").content.decode()

    assert "is a loopback address" in html
    assert not listening.asked
    assert SentPostback.objects.get().state == State.FAILED


def test_a_process_that_died_leaves_a_test_unknown_and_sends_it_never_again(rule, saved, send, http, monkeypatch):
    change = saved(status="rejected").changes.get()
    preview = Preview(template=rule.url, parameters=[], subject=Subject.of_click(change.conversion.click))

    with pytest.raises(KeyboardInterrupt):
        send_and_die(monkeypatch, rule, preview)
    SentPostback.objects.update(leased_until=Now())
    take_back()
    send()

    assert SentPostback.objects.get().state == State.UNKNOWN
    assert not http.calls


def send_and_die(monkeypatch, rule, preview):
    def die():
        raise KeyboardInterrupt

    monkeypatch.setattr("delivery.testing.transport_from_settings", die)
    send_test(rule, preview, uuid.uuid4())


def test_a_test_is_not_sent_again_as_if_it_were_a_postback(tested, listening):
    tested(listening.url + "/p?c={external_id}")

    assert not SentPostback.objects.send_again(SentPostback.objects.all())


def test_a_test_holds_back_no_postback_of_its_conversion(tested, listening, rule, saved, send):
    PostbackRule.objects.update(url=listening.url + "/p?c={external_id}&s={status}", in_order=True)
    conversion = saved(status="lead")
    send()

    tested(listening.url + "/p?c={external_id}&s={status}", **{"rules-0-id": rule.pk, "rules-0-in_order": "on"})
    saved(conversion, status="sale")
    send()

    assert [postback.kind for postback in SentPostback.objects.filter(state=State.SENT)] == [
        Kind.POSTBACK,
        Kind.TEST,
        Kind.POSTBACK,
    ]


def test_without_a_script_the_answer_stands_on_the_page(tested, listening):
    html = tested(listening.url + "/p?c={external_id}", headers={}).content.decode()

    assert "HTTP 200" in html
    assert "See it in the log" in html
    assert 'formaction="/admin/send-test/' in html


def test_who_may_not_send_again_may_send_no_test(client, django_user_model, campaign, listening):
    user = django_user_model.objects.create_user("editor", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["change_campaign", "change_postbackrule"]))
    client.force_login(user)
    form = {"preview": "rules-0", "rules-0-url": listening.url + "/p?c={subid}"}

    refused = client.post(f"/admin/send-test/?campaign={campaign.pk}", form)
    preview = client.post(f"/admin/preview/?campaign={campaign.pk}", form)

    assert refused.status_code == 403
    assert "Send test" not in preview.content.decode()
    assert not listening.asked


def test_who_may_not_change_the_rule_may_send_no_test(client, django_user_model, campaign, listening):
    user = django_user_model.objects.create_user("resender", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_sentpostback"))
    client.force_login(user)

    form = {"preview": "rules-0", "rules-0-url": listening.url + "/p?c={subid}"}

    assert client.post(f"/admin/send-test/?campaign={campaign.pk}", form).status_code == 403
    assert not listening.asked


def test_a_form_from_elsewhere_sends_nothing(campaign, admin_user, listening):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    form = {"preview": "rules-0", "rules-0-url": listening.url + "/p?c={subid}"}

    assert strict.post(f"/admin/send-test/?campaign={campaign.pk}", form).status_code == 403
    assert strict.get(f"/admin/send-test/?campaign={campaign.pk}").status_code == 405
    assert not listening.asked
