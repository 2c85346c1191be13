"""HTTP/2 is spoken with receivers that offer it; what a transport promises holds there, too."""

from contextlib import suppress

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

from delivery.transport.contract import MAX_BODY, PostbackResponse, Trouble
from delivery.transport.curl import CurlTransport
from tests.delivery.transport.receivers import OK, ask, request_to


@pytest.fixture
def transport_class():
    return CurlTransport


def speaking_http2(asked, reply):
    """A script: it notes each request's headers, and replies once the request is whole."""

    def script(conversation):
        speech = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        speech.initiate_connection()
        conversation.send(speech.data_to_send())
        while heard := conversation.connection.recv(65536):
            with suppress(ProtocolError):  # the stream was given up meanwhile
                for event in speech.receive_data(heard):
                    if isinstance(event, RequestReceived):
                        asked.append(dict(event.headers))
                    if isinstance(event, StreamEnded):
                        reply(speech, event.stream_id)
            conversation.send(speech.data_to_send())

    return script


def saying(code, body=b"OK", headers=()):
    def reply(speech, stream):
        speech.send_headers(stream, [(":status", str(code)), *headers], end_stream=not body)
        for start in range(0, len(body), 16384):
            speech.send_data(stream, body[start : start + 16384], end_stream=start + 16384 >= len(body))

    return reply


@pytest.fixture
def modern(receiver, authority, tls):
    """Makes a receiver that offers HTTP/2, and the list of what it was asked."""

    def listen(reply):
        asked: list[dict[str, str]] = []
        context = tls(authority.issue_cert("127.0.0.1"))
        context.set_alpn_protocols(["h2", "http/1.1"])
        return receiver(speaking_http2(asked, reply), context), asked

    return listen


def test_many_requests_share_one_connection(open_transport, modern):
    transport = open_transport(places=20)
    listening, asked = modern(saying(200))
    assert ask(transport, listening.url).body == "OK"

    transport.start([request_to(listening.url, id=number) for number in range(20)])
    responses: list[PostbackResponse] = []
    while len(responses) < 20:
        responses += transport.poll(20)

    assert sorted(response.id for response in responses) == list(range(20))
    assert all(response.is_sent for response in responses)
    assert (len(asked), listening.connections) == (21, 1)


def test_the_request_says_the_same_as_ever(transport, modern):
    listening, asked = modern(saying(200))
    ask(transport, listening.url, method="POST", body=b"a=1", headers={"X-Key": "5"})

    assert asked[0][":method"] == "POST"
    assert asked[0][":path"] == "/canary/p?token=canary&sum=1.5"
    assert (asked[0]["x-key"], asked[0]["content-length"]) == ("5", "3")
    assert asked[0]["user-agent"] == "S2S-Postbacks/1"
    assert "accept" not in asked[0]


def test_the_answer_is_read_as_ever(transport, modern):
    listening, _ = modern(saying(429, b"slowly", [("retry-after", "120"), ("content-type", "text/plain")]))
    response = ask(transport, listening.url)

    assert (response.code, response.body, response.retry_after) == (429, "slowly", 120)


@pytest.mark.parametrize("code", [204, 304])
def test_an_answer_without_a_body_is_one(transport, modern, code):
    assert ask(transport, modern(saying(code, b""))[0].url).code == code


def test_of_a_long_answer_the_beginning_is_read(transport, modern):
    """Its window is 65,535 bytes here, so no more comes than it has leave to send."""
    response = ask(transport, modern(saying(200, b"a" * 65_000))[0].url)

    assert response.body == "a" * 65_000
    assert len(response.body) < MAX_BODY


def test_a_stream_that_is_reset_is_no_answer_and_may_have_arrived(transport, modern):
    response = ask(transport, modern(lambda speech, stream: speech.reset_stream(stream, 2))[0].url)

    assert (response.code, response.error, response.maybe_arrived) == (None, Trouble.RESET, True)
    assert transport.free() == 8


def test_a_receiver_that_says_nothing_is_left_at_the_deadline(open_transport, modern):
    response = ask(open_transport(deadline=1.5), modern(lambda *_: None)[0].url)

    assert (response.code, response.error) == (None, "no answer within 1.5 s")
    assert response.maybe_arrived


def test_a_receiver_that_says_goodbye_gives_no_answer(hasty, modern):
    response = ask(hasty, modern(lambda speech, _: speech.close_connection())[0].url)

    assert response.code is None
    assert response.is_temporary


def test_a_receiver_that_offers_it_and_speaks_another_gives_no_answer(hasty, receiver, authority, tls):
    context = tls(authority.issue_cert("127.0.0.1"))
    context.set_alpn_protocols(["h2"])
    response = ask(hasty, receiver(OK, context).url)

    assert response.code is None
    assert response.is_temporary
