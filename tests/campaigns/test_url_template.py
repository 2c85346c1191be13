"""What is said of a postback URL before it is saved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.url_template import Findings, check, origin

GOOD = "https://h.test/p?c={external_id}"


def only_error(url: str) -> str:
    (error,) = check(url).errors
    return error


def origin_or_reason(url: str) -> str:
    try:
        return origin(url)
    except ValueError as reason:
        return str(reason)


@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        "http://H.test:8080/{external_id}/event/?s={status}",
        "https://h.test?c={subid}",
        "https://[2001:db8::1]:8443/{subid}",
        "https://пример.рф/?s={subid}",
        "https://localhost/?s={_subid}",
        "https://h.test/?c={external_id}&t={status:lead=1 sale=2}&d={conversion_time:D, d M Y,Europe/Kyiv}",
        'https://h.test/?d={"a":"{subid}"}',
        "https://h.test/?c=$subid",
        "https://h.test/?c={subid}&cur=USD&m=GET&x=OK&y=S2S&geo=DE&goal=SALE&coin=USDT",
        "https://www.facebook.com/?id={fbclid}",
    ],
)
def test_a_sound_url_passes_without_a_word(url):
    assert check(url) == Findings()


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("h.test/p?c={subid}", "https://h.test/p?c={subid}"),
        ("h.test:8080/p?c={subid}", "https://h.test:8080/p?c={subid}"),
        ("localhost/p?c={subid}&u=http://x.test", "https://localhost/p?c={subid}&u=http://x.test"),
        ("//h.test/p?c={subid}", "https://h.test/p?c={subid}"),
        ("://h.test/p?c={subid}", "https://h.test/p?c={subid}"),
        ("http:/h.test/p?c={subid}", "https://h.test/p?c={subid}"),
        ("https//h.test/p?c={subid}", "https://h.test/p?c={subid}"),
        ("https.test/p?c={subid}", "https://https.test/p?c={subid}"),
    ],
)
def test_a_missing_scheme_is_refused_and_the_whole_url_offered(url, whole):
    assert only_error(url) == f"The URL has no scheme: did you mean {whole} ?"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", "The URL is empty."),
        (" \n", "The URL is empty."),
        (GOOD + "x" * 8192, "The URL has 8224 characters; 8192 is the most."),
        ("ftp://h.test/{subid}", "ftp:// is neither http:// nor https://."),
        ("javascript://h.test/{subid}", "javascript:// is neither http:// nor https://."),
        ("https:///p?c={subid}", "The URL has no host."),
        ("https://?c={subid}", "The URL has no host."),
        ("https://:80/{subid}", "The URL has no host."),
        ("https://h..test/{subid}", "h..test is no host."),
        ("https://<h>/{subid}", "<h> is no host."),
        ("https://h$x.test/{subid}", "h$x.test is no host."),
        ("https://a℀b/{subid}", "a℀b is no host."),
        (f"https://{'a' * 64}.test/{{subid}}", f"{'a' * 64}.test is no host."),
        ("https://[::zz]/{subid}", "[::zz] is no host."),
        ("https://h.test:0/{subid}", ":0 is no port: a number from 1 to 65535 follows the colon."),
        ("https://h.test:65536/{subid}", ":65536 is no port: a number from 1 to 65535 follows the colon."),
        ("https://h.test:/{subid}", ": is no port: a number from 1 to 65535 follows the colon."),
        ("https://h.test:80:90/{subid}", ":80:90 is no port: a number from 1 to 65535 follows the colon."),
        ("https://h.test:８０/{subid}", ":８０ is no port: a number from 1 to 65535 follows the colon."),
        ("https://h .test/{subid}", "There is a space in the host."),
        ("https://h.test\\a/{subid}", "There is a backslash in the host: write / for it."),
        ("https://h%2etest/{subid}", "There is a % in the host: write the host as it is read."),
        (
            "https://me:secret@h.test/{subid}",
            "There is an @ before the host: a name and password cannot stand in the URL.",
        ),
        ("https://h.test/{subid}\n", "There is a space before or after the URL."),
        ("https://h.test/{subid}?a\tb", "There is a control character, such as a line break, in the URL."),
    ],
)
def test_an_address_that_cannot_be_is_refused(url, error):
    assert error in check(url).errors


@pytest.mark.parametrize(
    "url",
    [
        "https://{subid}/p",
        "https://{subid}.h.test/p",
        "https://$subid.test/p",
        "https://h.test{subid}/p",
        "https://h.test:{subid}/p",
        "https://{_subid}@h.test/p",
        "https://{status:lead=a/b}.test/p",
        "https://{whatever}/p",
    ],
)
def test_a_macro_in_host_or_port_is_refused(url):
    error = "A macro cannot stand in the host or port: a postback's receiver is always the same."
    assert error in check(url).errors


@pytest.mark.parametrize("url", ["{subid}://h.test/p", "http{subid}://h.test/p", "$subid://h.test/p"])
def test_a_macro_in_the_scheme_is_refused(url):
    assert "A macro cannot stand in the scheme: write https:// or http://." in check(url).errors


@pytest.mark.parametrize("text", ["{ subid }", "{subid", "subid}", "{}", "{{subid}}", "{a b}"])
def test_a_brace_that_belongs_to_no_macro_is_refused(text):
    assert "a brace belongs to no macro" in only_error(f"https://h.test/?c={text}&d={{external_id}}")


def test_every_error_is_told_not_only_the_first():
    errors = check("https://me@h%.test/?a={externa_id}&b={campain_name}&c={random:a}&d={date:U,Europe/Kiew}").errors

    assert errors == (
        "There is an @ before the host: a name and password cannot stand in the URL.",
        "There is a % in the host: write the host as it is read.",
        "Unknown macro {externa_id}: did you mean {external_id}?",
        "Unknown macro {campain_name}: did you mean {campaign_name}?",
        "{random:a}: two whole numbers are needed, the smaller first, as in 1,100.",
        "{date:U,Europe/Kiew}: Europe/Kiew is not a time zone: did you mean Europe/Kiev?",
    )


def test_a_parameter_of_the_campaign_is_no_unknown_macro():
    url = "https://h.test/?c={external_id}&z={zone}"

    assert check(url, ["zone"]) == Findings()
    assert "Unknown macro {zone}" in only_error(url)


@settings(deadline=None)
@given(st.text() | st.text("{}$:/@?#[]%&=.aA9_ \\").map("https://".__add__))
def test_no_text_makes_it_raise_and_only_a_refused_address_has_no_origin(url):
    errors = check(url, ["a"]).errors

    assert (
        origin_or_reason(url).startswith(("http://", "https://")) or origin_or_reason(url) in errors or not url.strip()
    )


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.mgid.com/postback?c={external_id}", "https://a.mgid.com:443"),
        ("HTTP://A.Mgid.COM/x", "http://a.mgid.com:80"),
        ("http://h.test.:08080/x", "http://h.test:8080"),
        ("https://Пример.рф", "https://xn--e1afmkfd.xn--p1ai:443"),
        ("https://h.test?u=http://other.test/", "https://h.test:443"),
        ("https://[2001:DB8:0::1]:8443/", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:9000#x", "http://127.0.0.1:9000"),
    ],
)
def test_one_receiver_has_one_origin(url, address):
    assert origin(url) == address


@pytest.mark.parametrize("url", ["", "h.test/x", "ftp://h.test/", "https://", "https://me@h.test/", "https://{subid}/"])
def test_where_there_is_no_origin_a_sentence_says_why(url):
    with pytest.raises(ValueError, match=r"\w+ .*[.?]$"):
        origin(url)


def test_a_host_that_is_too_long_in_ascii_is_refused():
    host = ".".join(["ü" * 55] * 5)

    assert check(f"https://{host}/?c={{subid}}").errors
    with pytest.raises(ValueError, match="is no host"):
        origin(f"https://{host}/")
