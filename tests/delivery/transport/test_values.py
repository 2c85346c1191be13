"""What is read out of an answer, and what responses say about themselves."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.transport.contract import (
    MAX_BODY,
    MAX_RETRY_AFTER,
    PostbackResponse,
    read_body,
    read_location,
    read_retry_after,
)
from tests.delivery.transport.receivers import request_to

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("30", 30),
        (" 30 ", 30),
        ("+30", 30),
        ("-30", 0),
        ("0.5", 0.5),
        ("86401", 86400),
        ("9" * 400, 86400),
        ("Fri, 01 May 2026 12:00:30 GMT", 30),
        ("Friday, 01-May-26 12:00:30 GMT", 30),
        ("Fri May  1 12:00:30 2026", 30),
        ("Fri, 01 May 2026 14:00:30 +0200", 30),
        ("Fri, 01 May 2026 11:59:00 GMT", 0),
        ("Fri, 01 May 2099 12:00:00 GMT", 86400),
        ("", None),
        ("soon", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("5, 5", None),
        ("١٢", None),
        ("Fri, 99 May 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read(text, seconds):
    assert read_retry_after(text, NOON) == seconds


@given(st.text())
def test_no_retry_after_makes_it_raise(text):
    seconds = read_retry_after(text, NOON)

    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER


@given(st.binary(max_size=300), st.text() | st.from_regex(r"text/plain; ?charset=[a-z0-9_-]+"))
def test_any_body_can_be_stored(content, content_type):
    text = read_body(content, content_type)

    assert "\0" not in text
    assert text.encode().decode() == text


def test_a_body_is_cut():
    assert len(read_body(b"a" * (MAX_BODY + 1))) == MAX_BODY


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("", ""),
        ("/login?token=secret", "https://a.test:8443/…"),
        ("//b.test/secret", "https://b.test/…"),
        ("http://user:secret@B.test/secret", "http://b.test/…"),
        ("ftp://b.test/", ""),
        ("http://[::1", ""),
        ("http://b.test:secret/", ""),
        ("http://", ""),
    ],
)
def test_a_location_is_told_without_its_secrets(location, told):
    assert read_location(location, "https://a.test:8443/p?token=secret") == told


@given(st.text())
def test_no_location_makes_it_raise(location):
    assert isinstance(read_location(location, "https://a.test/"), str)


@pytest.mark.parametrize(
    ("found", "is_sent", "is_temporary", "reason"),
    [
        ({"code": 200}, True, False, "HTTP 200"),
        ({"code": 304}, False, False, "HTTP 304"),
        ({"code": 302}, False, False, "HTTP 302: redirects are not followed; use the final URL"),
        ({"code": 403}, False, False, "HTTP 403"),
        ({"code": 429}, False, True, "HTTP 429"),
        ({"code": 500}, False, True, "HTTP 500"),
        ({"error": "connection refused"}, False, True, "connection refused"),
        ({"error": "10.0.0.1 is a private address", "blocked": True}, False, False, "10.0.0.1 is a private address"),
    ],
)
def test_a_response_answers_for_itself(found, is_sent, is_temporary, reason):
    response = PostbackResponse(id=1, started=NOON, duration=0.1, **found)

    assert (response.is_sent, response.is_temporary, response.reason) == (is_sent, is_temporary, reason)


@given(st.text(), st.text(), st.text())
def test_no_header_slips_a_line_in(method, name, value):
    request = request_to("http://a.test/", method=method, headers={name: value})

    assert request.flaw or not any(mark in method + name + value for mark in "\r\n\0")
