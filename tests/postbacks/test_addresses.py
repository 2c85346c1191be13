"""Nobody is reached who must not be: the judgement by URL and by address."""

import re
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postbacks.addresses import why_address_refused, why_refused, with_ascii_host

OFFICE = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/64"), ip_network("127.0.0.0/8")]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com/",
        "HTTPS://EXAMPLE.COM/Path",
        "https://example.com:8443/p?a=1&b=2#top",
        "http://example.com:1/",
        "http://example.com:65535/",
        "https://example.com./p",
        "https://under_score.example.com/p",
        "https://a-b.example/p",
        "https://r3---sn.example/p",
        "https://xn--bcher-kva.example/p",
        "https://bücher.example/p",
        "https://пример.рф/путь?клик=1",
        "https://例え。テスト/p",
        "http://localhost/p",  # left to what it resolves to
        "http://crm/p",
        "https://cafe.be/p",  # only hexadecimal letters, and a real name
        "https://face.cc/p",
        "https://1.example.com/p",
        "https://0x1.example.com/p",
        "https://123.com/p",
        "https://8.8.8.8/p",
        "https://1.1.1.1:8080/p",
        "https://[2606:4700::1111]/p",
        "https://[2606:4700::1111]:8443/p",
        "https://[::ffff:8.8.8.8]/p",
        "https://example.com?a=1",
        "https://example.com/p@q?mail=a@b.c",
        "https://example.com/p?next=http://127.0.0.1/",
        "https://example.com/{raw}?a={}",
        "https://example.com/%20%0a%5c?a=%40",
        "https://" + ".".join(["a" * 63] * 3) + ".example/p",
        "https://example.com/" + "a" * (8192 - 20),
    ],
)
def test_a_public_url_is_fine(url):
    assert why_refused(url) == ""


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "http:// or https://"),
        ("example.com/p", "http:// or https://"),
        ("//example.com/p", "http:// or https://"),
        ("http:/example.com", "http:// or https://"),
        ("http:example.com", "http:// or https://"),
        ("ftp://example.com/", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("gopher://example.com/", "http:// or https://"),
        ("javascript:alert(1)", "http:// or https://"),
        ("unix:///run/app.sock", "http:// or https://"),
        ("http://", "no host"),
        ("http:///p", "no host"),
        ("http://?a=1", "no host"),
        ("http://:80/p", "no host"),
        ("http://example.com:/p", "port"),
        ("http://example.com:0/p", "port"),
        ("http://example.com:65536/p", "port"),
        ("http://example.com:-1/p", "port"),
        ("http://example.com:80a/p", "port"),
        ("http://example.com:٨٠/p", "port"),
        ("http://example.com:80:80/p", "port"),
        ("http://user@example.com/p", "user name"),
        ("http://user:secret@example.com/p", "user name"),
        ("http://example.com@127.0.0.1/p", "user name"),
        ("http://example.com:80@127.0.0.1:80/p", "user name"),
        ("http://127.0.0.1\\@example.com/p", "backslash"),
        ("http://example.com\\.evil.example/p", "backslash"),
        (" http://example.com/", "cannot be sent"),
        ("http://example.com/a b", "cannot be sent"),
        ("http://example.com/\tp", "cannot be sent"),
        ("http://example.com/\r\nHost: a", "cannot be sent"),
        ("http://exam\nple.com/", "cannot be sent"),
        ("http://example.com/\x00", "cannot be sent"),
        ("http://example.com/\x7f", "cannot be sent"),
        ("http://example.com/\x85", "cannot be sent"),
        ("http://example.com/\u2028", "cannot be sent"),
        ("http://example.com/\u3000", "cannot be sent"),
        ("http://example.com/\ud800", "cannot be sent"),
        ("http://%31%32%37.0.0.1/p", "percent"),
        ("http://example%2ecom/p", "percent"),
        ("http://[fe80::1%25eth0]/p", "percent"),
        ("http://{host}/p", "not a host name"),
        ("http://exa$mple.com/p", "not a host name"),
        ("http://.example.com/p", "not a host name"),
        ("http://example..com/p", "not a host name"),
        ("http://./p", "not a host name"),
        ("http://" + "a" * 64 + ".example/p", "not a host name"),
        ("http://" + "a." * 130 + "example/p", "not a host name"),
        ("http://" + "ü" * 300 + ".example/p", "not a host name"),
        ("http://℀.example/p", "not a host name"),  # a/c, once it is normal
        ("http://ex\u200bample.com:80:/p", "port"),
        ("http://[::1/p", "cannot be read"),
        ("http://a]b/p", "cannot be read"),
        ("http://[::1]a/p", "cannot be read"),
        ("http://[]/p", "a number"),
        ("http://[127.0.0.1]/p", "a number"),
        ("http://[example.com]/p", "a number"),
        ("http://127.0.0.1/p", "loopback"),
        ("http://127.255.255.254:8000/p", "loopback"),
        ("http://１２７.０.０.１/p", "loopback"),
        ("http://127。0。0。1/p", "loopback"),
        ("http://①②⑦.⓪.⓪.①/p", "loopback"),
        ("http://127.0.0.1./p", "a number"),
        ("http://127.1/p", "a number"),
        ("http://2130706433/p", "a number"),
        ("http://0x7f000001/p", "a number"),
        ("http://0X7F.0.0.1/p", "a number"),
        ("http://0x7f.1/p", "a number"),
        ("http://0x/p", "a number"),
        ("http://017700000001/p", "a number"),
        ("http://0177.0.0.1/p", "a number"),
        ("http://127.0.0.01/p", "a number"),
        ("http://1.2.3.4.5/p", "a number"),
        ("http://256.1.1.1/p", "a number"),
        ("http://0/p", "a number"),
        ("http://0.0.0.0/p", "this network"),
        ("http://10.0.0.1/p", "private"),
        ("http://100.64.0.1/p", "provider"),
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://172.16.0.1/p", "private"),
        ("http://172.31.255.255/p", "private"),
        ("http://192.168.1.1/p", "private"),
        ("http://224.0.0.1/p", "multicast"),
        ("http://255.255.255.255/p", "reserved"),
        ("http://[::1]/p", "loopback"),
        ("http://[::]/p", "unspecified"),
        ("http://[0:0:0:0:0:0:0:1]:80/p", "loopback"),
        ("http://[::ffff:127.0.0.1]/p", "loopback"),
        ("http://[::ffff:7f00:1]/p", "loopback"),
        ("http://[::127.0.0.1]/p", "not a public"),
        ("http://[64:ff9b::7f00:1]/p", "NAT64"),
        ("http://[64:ff9b:1::7f00:1]/p", "not a public"),
        ("http://[2002:7f00:1::]/p", "6to4"),
        ("http://[2001:0:7f00:1::]/p", "protocols"),
        ("http://[2001:db8::1]/p", "documentation"),
        ("http://[fc00::1]/p", "private"),
        ("http://[fd00:ec2::254]/p", "private"),
        ("http://[fe80::1]/p", "link-local"),
        ("http://[ff02::1]/p", "multicast"),
        ("https://example.com/" + "a" * 8192, "8,192"),
    ],
)
def test_any_other_url_is_refused_with_its_reason(url, word):
    assert word in why_refused(url)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
        "::ffff:9.9.9.9",
    ],
)
def test_a_public_address_is_fine(address):
    assert why_address_refused(ip_address(address)) == ""


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3",
        "10.255.255.255",
        "100.100.100.200",
        "127.0.0.53",
        "169.254.1.1",
        "172.20.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "239.255.255.250",
        "240.0.0.1",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::1.1.1.1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fd12::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff0e::1",
    ],
)
def test_a_special_address_is_refused(address):
    assert "POSTBACK_ALLOWED_NETWORKS" in why_address_refused(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3/p",
        "http://127.0.0.1:8001/p",
        "http://[fd00:1::7]/p",
        "http://[::ffff:10.1.2.3]/p",
    ],
)
def test_an_allowed_network_is_reached(url):
    assert why_refused(url)
    assert why_refused(url, OFFICE) == ""


def test_a_network_beside_the_allowed_one_stays_closed():
    assert "private" in why_refused("http://10.2.0.1/p", OFFICE)


def test_the_reason_names_the_address_and_the_setting():
    assert why_refused("http://127.0.0.1/p?token=secret") == (
        "127.0.0.1 is a loopback address; allow its network in POSTBACK_ALLOWED_NETWORKS if it is meant"
    )


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://bücher.example:8443/ü?ö", "https://xn--bcher-kva.example:8443/ü?ö"),
        ("https://Пример.example", "https://xn--e1afmkfd.example"),
        ("https://under_score.bücher.example/", "https://under_score.xn--bcher-kva.example/"),
        ("https://例え。テスト/p", "https://xn--r8jz45g.xn--zckzah/p"),
        ("https://Example.com/P", "https://Example.com/P"),
        ("garbage", "garbage"),
    ],
)
def test_a_host_goes_out_in_ascii(url, sent):
    assert with_ascii_host(url) == sent


@given(st.text() | st.from_regex(r"https?://[^/]{0,80}(/.*)?") | st.text(alphabet="ht:/.@[]%0x17a\\ü①。\u200d{}"))
def test_no_text_makes_the_judgement_raise(text):
    for url in (text, f"https://{text}", f"http://{text}/p"):
        assert isinstance(why_refused(url), str)
        assert why_refused(url) or re.split("[/?#]", with_ascii_host(url))[2].isascii()


@given(st.ip_addresses())
def test_no_address_makes_the_judgement_raise(address):
    assert isinstance(why_address_refused(address, OFFICE), str)
