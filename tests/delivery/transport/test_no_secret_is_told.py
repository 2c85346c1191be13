"""No URL, token or header is told by a transport, however it fails: not in a log line, an error or an exception.

Every URL of these tests holds the word canary in its path and its query, and so do their headers and bodies.
"""

import logging
import socket
from dataclasses import fields

import pytest

from delivery.transport.contract import PostbackResponse
from delivery.transport.curl import CurlTransport
from tests.delivery.transport.receivers import OK, answer, answering_once, request_to

CANARY = "canary"
HEADERS = {"X-Token": "canary-1", "Authorization": "Bearer canary-2", "Cookie": "c=canary-3"}
WHAT_IS_ITS_OWN = {"body"}  # what a receiver says itself is shown in the log, to those who may read it


@pytest.fixture
def told(caplog, capfd):
    """All that was written or logged since the start of the test."""
    caplog.set_level(logging.DEBUG)

    def everything():
        records = [str(vars(record)) + caplog.handler.format(record) for record in caplog.records]
        return "\n".join([*records, *capfd.readouterr()])

    return everything


def responses_to(transport, *urls, **options):
    wanted = [request_to(url, id=number, **{"headers": HEADERS} | options) for number, url in enumerate(urls)]
    transport.start(wanted)
    came: list[PostbackResponse] = []
    while len(came) < len(wanted):
        came += transport.poll(30)
    return came


def assert_nothing_is_told(responses, told):
    for response in responses:
        said = {field.name: getattr(response, field.name) for field in fields(response)}
        assert CANARY not in str({name: value for name, value in said.items() if name not in WHAT_IS_ITS_OWN})
        assert CANARY not in response.reason
    assert CANARY not in told()


@pytest.mark.parametrize(
    "script",
    [
        OK,
        answer(404),
        answer(500),
        answer(302, "Location: /canary?token=canary"),
        answer(302, "Location: http://canary:canary@other.test/canary"),
        answer(429, "Retry-After: canary"),
        answering_once(b"canary garbage\r\n\r\n"),
        answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: canary\r\n\r\n"),
        answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nno header, canary\r\n\r\na"),
        answering_once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n"),
        answering_once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: canary\r\n\r\ncanary\r\n"),
        answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"),
        answering_once(b"HTTP/1.1 200 OK\r\n" + b"X: canary\r\n" * 100_000),
        answering_once(b"HTTP/9.9 canary\r\n\r\n"),
        lambda it: it.reset(),
        lambda it: it.read() and it.reset(),
        lambda it: it.read() and it.wait(),
    ],
    ids=range(17),
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_or_none_tells_nothing(hasty, receiver, told, script, method):
    responses = responses_to(hasty, receiver(script).url, method=method, body=b"canary" if method == "POST" else b"")

    assert_nothing_is_told(responses, told)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/canary?token=canary",
        "http://nobody.invalid/canary?token=canary",
        "http://10.0.0.1/canary?token=canary",
        "http://169.254.169.254/canary?token=canary",
        "http://canary:canary@example.com/canary",
        "http://canary@127.0.0.1:9/",
        "http://127.0.0.1:canary/",
        "canary://127.0.0.1/",
        "canary",
        "http://127.0.0.1:9/canary\r\nX-Evil: canary",
        "http://127.0.0.1:9/" + "canary" * 2000,
        "http://127.0.0.1:9/\ud800canary",
        "http://[canary]/",
        "http://can%61ry.canary%00/",
    ],
    ids=ascii,
)
def test_a_url_that_leads_nowhere_is_not_told(hasty, told, url):
    assert_nothing_is_told(responses_to(hasty, url), told)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "canary\r\nX-Evil: canary"},
        {"X-A": "canary\x00"},
        {"Host": "canary"},
        {"X canary": "canary"},
        {"X-A": "canary \ud800 é"},
    ],
    ids=ascii,
)
def test_a_header_that_cannot_be_sent_is_not_told(hasty, receiver, told, headers):
    responses = responses_to(hasty, receiver(OK).url, headers=headers)

    assert CANARY not in told()
    assert all(CANARY not in response.error.replace("X canary", "") for response in responses)


def test_trouble_with_tls_tells_nothing(hasty, receiver, authority, tls, told):
    stranger = receiver(OK, tls(authority.issue_cert("canary.test")))
    plain = receiver(lambda it: it.send(b"HTTP/1.1 400 canary\r\n\r\n"))

    assert_nothing_is_told(responses_to(hasty, stranger.url, plain.url.replace("http:", "https:")), told)


@pytest.mark.parametrize(
    "script", [answering_once(answer(403)), answering_once(b"canary\r\n\r\n"), lambda it: it.reset()]
)
def test_trouble_with_a_proxy_tells_nothing(open_transport, receiver, told, script):
    proxy = receiver(script)
    transport = open_transport(proxy_url=f"http://canary:canary@127.0.0.1:{proxy.port}", deadline=2)

    assert_nothing_is_told(responses_to(transport, "http://a.test/canary", "https://a.test/canary"), told)


def test_a_proxy_that_is_away_is_not_told(open_transport, told):
    transport = open_transport(proxy_url="http://canary:canary@127.0.0.1:9", deadline=2)

    assert_nothing_is_told(responses_to(transport, "http://a.test/canary", "https://a.test/canary"), told)


def test_a_flight_that_is_cut_off_tells_nothing(open_transport, receiver, told):
    transport = open_transport()
    slow = receiver(lambda it: it.read() and it.wait())
    transport.start([request_to(slow.url, id=number, headers=HEADERS) for number in range(9)])
    transport.close(grace=0)

    assert_nothing_is_told(transport.poll(0), told)


def test_a_machine_without_sockets_is_our_own_trouble_and_tells_nothing(open_transport, receiver, told, monkeypatch):
    transport, asked = open_transport(), receiver(OK)

    def too_many(*_, **__):
        raise OSError(24, "Too many open files: canary")

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "__init__", too_many)
        responses = responses_to(transport, asked.url)

    assert_nothing_is_told(responses, told)
    assert responses[0].ours
    assert not responses[0].maybe_arrived


def test_a_bug_of_ours_costs_neither_the_response_nor_the_secret(open_transport, receiver, told, monkeypatch):
    transport, asked = open_transport(), receiver(OK)
    broken = "transfer.Transfer.answer" if isinstance(transport, CurlTransport) else "pooled.read_body"

    def bug(*_):
        raise RuntimeError(asked.url)

    with monkeypatch.context() as patch:
        patch.setattr(f"delivery.transport.{broken}", bug)
        responses = responses_to(transport, asked.url)

    assert responses[0].ours
    assert responses[0].maybe_arrived
    assert_nothing_is_told(responses, told)
    assert responses_to(transport, asked.url)[0].is_sent
