"""What libcurl does of its own accord, and what it is not allowed to do."""

import socket
import threading
import time

import pytest

from delivery.transport.contract import PostbackResponse
from delivery.transport.curl import CurlTransport
from tests.delivery.transport.receivers import OK, ask, request_to


@pytest.fixture
def transport_class():
    return CurlTransport


def forgetful(conversation):
    """Answers the first request of a connection, and hangs up over the second."""
    conversation.read()
    conversation.send(OK)
    conversation.read()


def test_what_may_go_once_is_not_repeated_over_a_new_connection(transport, receiver):
    asked = receiver(forgetful)

    assert all(ask(transport, asked.url, once=True).is_sent for _ in range(3))
    assert len(asked.requests) == 3


def test_anything_else_is_repeated_at_once_when_a_kept_connection_was_closed(transport, receiver):
    asked = receiver(forgetful)

    assert all(ask(transport, asked.url).is_sent for _ in range(2))
    assert len(asked.requests) == 3


def test_an_answer_is_taken_though_nobody_polls(transport, receiver):
    """Whoever polls may wait for a database meanwhile; an answer that lies unread would end as a timeout."""
    transport.start([request_to(receiver(OK).url)])

    end = time.monotonic() + 20
    while transport.free() < 8 and time.monotonic() < end:
        time.sleep(0.02)

    assert transport.free() == 8
    assert [response.code for response in transport.poll(0)] == [200]


def test_a_place_is_used_again_for_any_kind_of_request(open_transport, receiver):
    transport, asked = open_transport(places=1), receiver(OK)
    kinds = [("GET", b""), ("POST", b"a=1"), ("GET", b""), ("POST", b""), ("GET", b"b"), ("GET", b"")]

    for method, body in kinds:
        assert ask(transport, asked.url, method=method, body=body).is_sent

    assert [(request.split()[0].decode(), request.partition(b"\r\n\r\n")[2]) for request in asked.requests] == kinds
    assert b"content-length" not in asked.requests[2].lower()


def test_closing_twice_is_closing_once(open_transport):
    transport = open_transport()
    transport.close(0)
    transport.close(0)

    assert transport.poll(0) == []


def test_each_of_many_names_without_an_address_comes_back_once(open_transport):
    transport = open_transport(places=20)
    transport.start([request_to(f"http://n{number % 30}.invalid/", id=number) for number in range(60)])
    responses: list[PostbackResponse] = []
    while len(responses) < 60:
        responses += transport.poll(10)

    assert sorted(response.id for response in responses) == list(range(60))
    assert all("does not resolve" in response.error for response in responses)
    assert transport.free() == 20


@pytest.fixture
def silent_names(monkeypatch):
    """Whoever asks why a name did not resolve waits until the test is over."""
    is_over = threading.Event()

    def getaddrinfo(*_):
        is_over.wait(60)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    is_over.set()


def test_a_name_server_that_falls_silent_holds_up_nobody_and_is_our_own_trouble(transport, silent_names):
    transport.start([request_to(f"http://n{number}.invalid/", id=number) for number in range(8)])
    responses: list[PostbackResponse] = []
    while len(responses) < 8:
        responses += transport.poll(10)

    assert all(response.ours and "no name server answers" in response.error for response in responses)
    assert transport.free() == 8


def test_a_close_waits_for_no_name_server(open_transport, silent_names):
    transport = open_transport()
    transport.start([request_to("http://nobody.invalid/")])
    transport.close(grace=0.5)

    assert [response.id for response in transport.poll(0)] == [7]
