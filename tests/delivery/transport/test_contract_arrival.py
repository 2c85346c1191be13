"""Whether a request without an answer may have arrived all the same: it decides whether it may go again."""

from datetime import UTC, datetime, timedelta

import pytest
import trustme

from delivery.transport.contract import Trouble
from tests.delivery.transport.receivers import OK, answer, answering_once, ask, request_to


def test_a_silent_receiver_may_have_it(hasty, receiver):
    assert ask(hasty, receiver(lambda it: it.read() and it.wait()).url).maybe_arrived


@pytest.mark.parametrize("started", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"], ids=["none", "half"])
@pytest.mark.parametrize("by_reset", [False, True], ids=["closed", "reset"])
def test_a_receiver_whose_answer_broke_off_may_have_it(transport, receiver, started, by_reset):
    def script(conversation):
        conversation.read()
        conversation.send(started)
        if by_reset:
            conversation.reset()

    assert ask(transport, receiver(script).url, method="POST", body=b"a=1").maybe_arrived


def test_a_receiver_that_hangs_up_in_the_middle_of_the_request_may_have_it(transport, receiver):
    def script(conversation):
        conversation.read_line()
        conversation.reset()

    curt = receiver(script)

    assert ask(transport, curt.url, method="POST", body=b"a" * 5_000_000).maybe_arrived


@pytest.mark.parametrize("garbage", [b"220 mail.example ESMTP\r\n", b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000])
def test_a_receiver_that_answers_nonsense_may_have_it(transport, receiver, garbage):
    assert ask(transport, receiver(answering_once(garbage)).url).maybe_arrived


def test_a_receiver_with_tls_that_falls_silent_may_have_it(hasty, receiver, authority, tls):
    silent = receiver(lambda it: it.read() and it.wait(), tls(authority.issue_cert("127.0.0.1")))

    assert ask(hasty, silent.url).maybe_arrived


@pytest.mark.parametrize("code", [200, 302, 404, 500])
def test_an_answer_leaves_no_doubt(transport, receiver, code):
    assert not ask(transport, receiver(answer(code)).url).maybe_arrived


def test_what_was_cut_off_while_it_waited_for_an_answer_may_have_arrived(open_transport, receiver):
    transport = open_transport(places=1)
    slow = receiver(lambda it: it.read() and it.wait())
    transport.start([request_to(slow.url, id=number) for number in range(2)])
    assert slow.asked.acquire(timeout=20)
    transport.close(grace=0)

    assert {response.id: response.maybe_arrived for response in transport.poll(0)} == {0: True, 1: False}


def test_a_closed_port_has_nothing(transport, receiver):
    gone = receiver(OK)
    gone.close()

    assert not ask(transport, gone.url).maybe_arrived


@pytest.mark.parametrize("url", ["http://nobody.invalid/", "http://10.0.0.1/", "gopher://127.0.0.1/", "http://["])
def test_nobody_asked_is_nobody_who_has_it(transport, url):
    assert not ask(transport, url).maybe_arrived


def test_a_receiver_that_does_not_pick_up_has_nothing(open_transport, deaf):
    response = ask(open_transport(connect_timeout=0.3), deaf)

    assert (response.error, response.maybe_arrived) == ("no connection within 0.3 s", False)


def test_a_receiver_that_dawdles_over_the_handshake_has_nothing(open_transport, receiver):
    mute = receiver(lambda it: it.wait())
    response = ask(open_transport(connect_timeout=0.3), mute.url.replace("http:", "https:"))

    assert (response.error, response.maybe_arrived) == ("no connection within 0.3 s", False)


def test_a_certificate_that_is_not_to_be_trusted_is_shown_nothing(transport, receiver, authority, tls):
    expired = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) - timedelta(days=1))
    for certificate in (authority.issue_cert("other.test"), expired, trustme.CA().issue_cert("127.0.0.1")):
        assert not ask(transport, receiver(OK, tls(certificate)).url).maybe_arrived


def test_a_proxy_that_opens_no_tunnel_passes_nothing_on(open_transport, receiver):
    proxy = receiver(answering_once(answer(502)))
    response = ask(open_transport(proxy_url=f"http://127.0.0.1:{proxy.port}"), "https://a.test/canary")

    assert (response.error, response.maybe_arrived) == (f"{Trouble.PROXY}: HTTP 502", False)


def test_a_proxy_that_falls_silent_may_have_passed_it_on(open_transport, receiver):
    proxy = receiver(lambda it: it.read() and it.wait())
    transport = open_transport(proxy_url=f"http://127.0.0.1:{proxy.port}", deadline=1.2)

    assert ask(transport, "http://a.test/canary").maybe_arrived
