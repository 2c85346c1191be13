"""Where the time of an attempt went, as far as a transport can tell."""

import time

import pytest

from delivery.transport.contract import NO_PHASES
from tests.delivery.transport.receivers import OK, answer, ask

SLOW = 0.3  # seconds


def whole(response):
    return sum(part for part in response.phases if part is not None)


def slowly(*pieces):
    """Answers each request piece by piece, with a pause before each."""

    def script(conversation):
        while conversation.read():
            for piece in pieces:
                time.sleep(SLOW)
                conversation.send(piece)

    return script


def test_the_parts_are_no_more_than_the_whole(transport, receiver):
    response = ask(transport, receiver(OK).url)

    assert None not in (response.phases.dns, response.phases.connect, response.phases.wait, response.phases.read)
    assert all(part >= 0 for part in response.phases if part is not None)
    assert 0 < whole(response) <= response.duration + 0.001


def test_a_new_connection_takes_time_and_has_no_tls_where_there_is_none(transport, receiver):
    phases = ask(transport, receiver(OK).url).phases

    assert phases.connect > 0
    assert phases.tls is None


def test_a_handshake_is_told_apart(transport, receiver, authority, tls):
    secure = receiver(OK, tls(authority.issue_cert("127.0.0.1")))
    response = ask(transport, secure.url)

    assert response.phases.tls > response.phases.connect > 0
    assert whole(response) <= response.duration + 0.001


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_kept_connection_is_neither_looked_up_nor_opened(transport, receiver, authority, tls, is_secure):
    kept = receiver(OK, tls(authority.issue_cert("127.0.0.1")) if is_secure else None)
    ask(transport, kept.url)
    response = ask(transport, kept.url)

    assert kept.connections == 1
    assert response.phases[:3] == (0, 0, 0)
    assert response.phases.wait > 0


def test_a_slow_first_byte_is_waiting(transport, receiver):
    phases = ask(transport, receiver(slowly(OK)).url).phases

    assert phases.wait >= SLOW
    assert phases.read < SLOW


def test_a_slow_rest_is_reading(transport, receiver):
    phases = ask(transport, receiver(slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"OK")).url).phases

    assert phases.wait >= SLOW
    assert phases.read >= SLOW


def test_a_long_answer_over_a_kept_connection(transport, receiver):
    slow = receiver(slowly(answer(200, body=b"x" * 10_000)))
    ask(transport, slow.url)
    response = ask(transport, slow.url)

    assert response.phases.wait >= SLOW
    assert whole(response) <= response.duration + 0.001


def test_silence_is_waiting_until_the_deadline(hasty, receiver):
    response = ask(hasty, receiver(lambda it: it.read() and it.wait()).url)

    assert response.phases.wait > 1
    assert response.phases.read is None


def test_a_receiver_that_does_not_pick_up_takes_its_time_to_connect(open_transport, deaf):
    phases = ask(open_transport(connect_timeout=0.3), deaf).phases

    assert phases.connect >= 0.25
    assert phases[2:] == (None, None, None)


def test_a_handshake_that_never_ends_is_tls(open_transport, receiver):
    mute = receiver(lambda it: it.wait())
    phases = ask(open_transport(connect_timeout=0.3), mute.url.replace("http:", "https:")).phases

    assert phases.tls > phases.connect
    assert phases.wait is None


def test_a_name_that_does_not_resolve_comes_to_nothing_else(transport):
    response = ask(transport, "http://nobody.invalid/")

    assert response.phases.dns > 0
    assert response.phases[1:] == (None, None, None, None)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "gopher://127.0.0.1/", "http://["])
def test_what_is_not_sent_takes_no_time(transport, url):
    assert ask(transport, url).phases == NO_PHASES
