"""What every transport makes of an answer, against real servers on loopback."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from delivery.transport.contract import MAX_BODY
from tests.delivery.transport.receivers import OK, answer, answering_once, ask


@pytest.mark.parametrize("code", [200, 201, 202, 299])
def test_a_2xx_is_sent(transport, receiver, code):
    response = ask(transport, receiver(answer(code, body=b"thanks")).url)

    assert (response.code, response.body, response.error) == (code, "thanks", "")
    assert response.is_sent
    assert not response.is_temporary


def test_a_204_has_no_body_and_keeps_its_connection(transport, receiver):
    quiet = receiver(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert [ask(transport, quiet.url).code for _ in range(3)] == [204, 204, 204]
    assert quiet.connections == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_says_where_it_points(transport, receiver, code):
    other = receiver(OK)
    response = ask(transport, receiver(answer(code, f"Location: {other.url}")).url)

    assert response.code == code
    assert not response.is_sent
    assert not response.is_temporary
    assert "redirects are not followed" in response.reason
    assert f"http://127.0.0.1:{other.port}/…" in response.reason
    assert other.requests == []


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_final(transport, receiver, code):
    response = ask(transport, receiver(answer(code, body=b"no")).url)

    assert (response.code, response.reason, response.body) == (code, f"HTTP {code}", "no")
    assert not response.is_temporary


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_temporary_failure_is_worth_another_attempt(transport, receiver, code):
    response = ask(transport, receiver(answer(code)).url)

    assert response.code == code
    assert response.is_temporary
    assert not response.is_sent


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("0", 0), ("-5", 0), ("1.5", 1.5), ("999999999", 86400), ("soon", None), ("", None)],
)
def test_the_receiver_says_when_to_come_back(transport, receiver, told, seconds):
    assert ask(transport, receiver(answer(429, f"Retry-After: {told}")).url).retry_after == seconds


def test_of_two_moments_to_come_back_the_first_counts(transport, receiver):
    assert ask(transport, receiver(answer(429, "Retry-After: 120", "Retry-After: 60")).url).retry_after == 120


@pytest.mark.parametrize("code", [204, 304])
def test_an_answer_without_a_body_ends_with_its_header(transport, receiver, code):
    chatty = receiver(answer(code, body=b"HTTP/1.1 500 No\r\n\r\n"))

    assert [(it.code, it.body) for it in (ask(transport, chatty.url) for _ in range(3))] == [(code, "")] * 3


def test_the_receiver_may_say_it_with_a_date(transport, receiver):
    moment = datetime.now(UTC) + timedelta(hours=1)
    response = ask(transport, receiver(answer(503, f"Retry-After: {moment:%a, %d %b %Y %H:%M:%S GMT}")).url)

    assert 3000 < response.retry_after <= 3600


def test_a_get_arrives_as_it_was_written(transport, receiver):
    asked = receiver(OK)
    ask(transport, asked.url + "&a=%20b+c&raw=~%7E{x}", headers={"X-Key": "5", "X-Name": "Ж"})
    (request,) = asked.requests

    assert b"&a=%20b+c&raw=~%7E" in request.split(b"\r\n")[0]
    assert request.startswith(b"GET /canary/p?token=canary&sum=1.5")
    assert f"\r\nHost: 127.0.0.1:{asked.port}\r\n".encode() in request
    assert b"\r\nX-Key: 5\r\n" in request
    assert "\r\nX-Name: Ж\r\n".encode() in request
    assert b"\r\nUser-Agent: S2S-Postbacks/1\r\n" in request
    assert b"\r\nAccept-Encoding: identity\r\n" in request
    assert b"content-length" not in request.lower()


def test_the_caller_may_choose_the_user_agent(transport, receiver):
    asked = receiver(OK)
    ask(transport, asked.url, headers={"user-agent": "Tracker/2"})

    assert b"Tracker/2" in asked.requests[0]
    assert b"S2S-Postbacks" not in asked.requests[0]


def test_an_empty_post_says_that_it_is_empty(transport, receiver):
    asked = receiver(OK)
    ask(transport, asked.url, method="POST")

    assert asked.requests[0].startswith(b"POST /")
    assert b"\r\nContent-Length: 0\r\n" in asked.requests[0]


def test_a_post_carries_its_body(transport, receiver):
    asked = receiver(OK)
    ask(transport, asked.url, method="POST", body=b'{"a": 1}', headers={"Content-Type": "application/json"})

    assert asked.requests[0].endswith(b'\r\n\r\n{"a": 1}')
    assert b"\r\nContent-Type: application/json\r\n" in asked.requests[0]


def test_connections_are_kept(transport, receiver):
    busy = receiver(OK)

    assert all(ask(transport, busy.url).is_sent for _ in range(20))
    assert busy.connections == 1


def test_tls_connections_are_kept(transport, receiver, authority, tls):
    busy = receiver(OK, tls(authority.issue_cert("127.0.0.1")))

    assert all(ask(transport, busy.url).is_sent for _ in range(5))
    assert busy.connections < 5


def test_a_connection_closed_meanwhile_costs_nothing(transport, receiver):
    curt = receiver(answering_once(OK))
    for _ in range(5):
        assert ask(transport, curt.url).is_sent
        assert curt.hung_up.acquire(timeout=10)

    assert len(curt.requests) == curt.connections == 5


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ],
)
def test_of_an_endless_answer_the_beginning_is_read(transport, receiver, head):
    def script(conversation):
        conversation.read()
        conversation.send(head)
        while True:
            conversation.send(b"a" * 65536)

    response = ask(transport, receiver(script).url)

    assert response.is_sent
    assert response.body == "a" * MAX_BODY


def test_of_endless_chunks_the_beginning_is_read(transport, receiver):
    def script(conversation):
        conversation.read()
        conversation.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            conversation.send(b"1000\r\n" + b"a" * 4096 + b"\r\n")

    assert ask(transport, receiver(script).url).body == "a" * MAX_BODY


def test_a_gzip_bomb_is_not_unpacked(transport, receiver):
    bomb = gzip.compress(bytes(50_000_000))
    response = ask(transport, receiver(answer(200, "Content-Encoding: gzip", body=bomb)).url)

    assert response.is_sent
    assert 0 < len(response.body) <= len(bomb)


def test_chunks_are_put_together(transport, receiver):
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
    asked = receiver(chunks)

    assert [ask(transport, asked.url).body for _ in range(2)] == ["abcde", "abcde"]
    assert asked.connections == 1


def test_http_1_0_ends_with_its_connection(transport, receiver):
    old = receiver(answering_once(b"HTTP/1.0 200 OK\r\n\r\nfine"))

    assert ask(transport, old.url).body == "fine"


@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_an_interim_answer_is_not_the_answer(transport, receiver, interim):
    response = ask(transport, receiver(f"HTTP/1.1 {interim}\r\n\r\n".encode() + OK).url)

    assert (response.code, response.body) == (200, "OK")


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "Ж".encode(), "Ж"),
        ("text/plain; charset=windows-1251", b"\xc6", "Ж"),
        ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
        ("text/plain; charset=zip", b"ok", "ok"),
        ("text/plain", b"\xffa\x00b\xc3", "\ufffdab\ufffd"),
        ("text/\xff\xfe; charset=\xe9", b"ok", "ok"),
    ],
)
def test_any_body_becomes_text(transport, receiver, content_type, body, text):
    assert ask(transport, receiver(answer(200, f"Content-Type: {content_type}", body=body)).url).body == text


def test_a_response_says_when_and_how_long(transport, receiver):
    before = datetime.now(UTC)
    response = ask(transport, receiver(OK).url)

    assert before <= response.started <= datetime.now(UTC)
    assert 0 < response.duration < 20
