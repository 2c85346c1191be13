"""Whom a transport does not reach, whom it asks to pass on, and how its flight ends."""

import pytest

from delivery.transport.contract import PostbackResponse, Trouble
from tests.delivery.transport.receivers import OK, answer, answering_once, ask, request_to


@pytest.mark.parametrize(
    "url",
    [
        "",
        "garbage",
        "http://",
        "ftp://example.com/",
        "http://exa mple.com/",
        "http://example.com/\r\nX-Evil: 1",
        "http://user:canary@example.com/",
        "http://example.com:99999/",
        "http://[::1",
        "http://\ud800.example/",
        "http://" + "a" * 9000,
    ],
)
def test_a_url_that_cannot_be_is_blocked(transport, url):
    response = ask(transport, url)

    assert response.blocked
    assert response.error
    assert not response.is_temporary


@pytest.mark.parametrize(
    "options",
    [
        {"method": "PUT"},
        {"method": "GET / HTTP/1.1\r\nX:"},
        {"headers": {"X-A": "b\r\nX-Evil: canary"}},
        {"headers": {"X A": "b"}},
        {"headers": {"": "b"}},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
    ],
    ids=str,
)
def test_a_request_that_cannot_be_is_blocked(transport, receiver, options):
    asked = receiver(OK)
    response = ask(transport, asked.url, **options)

    assert response.blocked
    assert asked.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_an_address_that_is_not_allowed_is_not_reached(open_transport, receiver, host):
    asked = receiver(OK)
    response = ask(open_transport(allowed_networks=()), asked.url.replace("127.0.0.1", host))

    assert response.blocked
    assert "is a loopback address" in response.error
    assert not response.is_temporary
    assert asked.connections == 0


def test_no_proxy_is_taken_from_the_environment(open_transport, receiver, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ask(open_transport(), receiver(OK).url).is_sent


def test_a_proxy_that_is_told_is_used(open_transport, receiver):
    proxy = receiver(OK)
    response = ask(open_transport(proxy_url=f"http://127.0.0.1:{proxy.port}", allowed_networks=()), "http://a.test/p")

    assert response.is_sent
    assert proxy.requests[0].startswith(b"GET http://a.test/p HTTP/1.1\r\n")


@pytest.mark.parametrize(("code", "ours"), [(403, True), (407, True), (502, False)])
def test_a_proxy_that_refuses_is_our_own_trouble(open_transport, receiver, code, ours):
    proxy = receiver(answering_once(answer(code)))
    response = ask(open_transport(proxy_url=f"http://127.0.0.1:{proxy.port}"), "https://a.test/canary")

    assert response.error == f"{Trouble.PROXY}: HTTP {code}"
    assert response.is_temporary
    assert response.ours is ours


def test_a_proxy_that_is_down_is_our_own_trouble(open_transport):
    response = ask(open_transport(proxy_url="http://127.0.0.1:9"), "http://a.test/canary")

    assert "our proxy" in response.error
    assert response.ours


def test_a_receiver_that_hangs_does_not_hold_back_another(transport, receiver):
    slow, quick = receiver(lambda it: it.wait()), receiver(OK)
    transport.start([request_to(slow.url, id=number) for number in range(7)])
    assert transport.free() == 1

    assert ask(transport, quick.url).is_sent
    assert transport.free() == 1


def test_more_than_there_are_places_wait_for_one(transport, receiver):
    asked = receiver(OK)
    transport.start([request_to(asked.url, id=number) for number in range(50)])
    responses: list[PostbackResponse] = []
    while len(responses) < 50:
        responses += transport.poll(10)

    assert sorted(response.id for response in responses) == list(range(50))
    assert transport.free() == 8


def test_nothing_started_nothing_back(transport):
    assert transport.poll(0) == []


def test_a_close_lets_the_flight_land(open_transport, receiver):
    transport = open_transport()
    transport.start([request_to(receiver(OK).url, id=number) for number in range(20)])
    transport.close(grace=20)

    assert [response.code for response in transport.poll(0)] == [200] * 20


def test_a_close_cuts_off_what_does_not_land(open_transport, receiver):
    transport = open_transport()
    slow = receiver(lambda it: it.read() and it.wait())
    transport.start([request_to(slow.url, id=number) for number in range(12)])
    transport.close(grace=0)
    responses = transport.poll(0)

    assert sorted(response.id for response in responses) == list(range(12))
    assert {response.error for response in responses} == {Trouble.CLOSED}
    assert all(response.is_temporary and response.ours for response in responses)


def test_what_is_started_after_the_close_comes_back_too(open_transport, receiver):
    transport = open_transport()
    transport.close(grace=0)

    assert ask(transport, receiver(OK).url).error == Trouble.CLOSED
