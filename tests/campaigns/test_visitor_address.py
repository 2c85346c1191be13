"""The visitor's address behind proxies: only what a trusted one wrote is believed."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Click
from campaigns.visitor import address_of

PROXY = "10.0.0.1"


@pytest.fixture
def seen(settings):
    """The address that is read from such a request, behind proxies in 10/8 and fd00::/8."""
    settings.POSTBACK_TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]

    def read(remote, forwarded=None):
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return address_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))

    return read


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # who speaks to us directly says what he likes
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, "198.51.100.1", "198.51.100.1"),
        (PROXY, "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the visitor wrote the first himself
        (PROXY, "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (PROXY, "6.6.6.6,198.51.100.1 , 10.0.0.3,10.0.0.2", "198.51.100.1"),
        (PROXY, "10.0.0.3", "10.0.0.3"),
        (PROXY, "198.51.100.1, unknown", PROXY),
        (PROXY, "unknown, 10.0.0.2", "10.0.0.2"),
        (PROXY, "198.51.100.1:443", PROXY),
        (PROXY, ",", PROXY),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("fd00::1", "2001:DB8:0::7", "2001:db8::7"),
    ],
)
def test_the_nearest_that_no_proxy_of_ours_is(seen, remote, forwarded, address):
    assert seen(remote, forwarded) == address


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("::ffff:203.0.113.7", None, "203.0.113.7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (PROXY, "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", None, "fe80::1"),
        (PROXY, "fe80::1%25eth0", "fe80::1"),
    ],
)
def test_an_address_is_written_in_one_way(seen, remote, forwarded, address):
    assert seen(remote, forwarded) == address


@pytest.mark.parametrize("remote", ["", "unix:", "nonsense", "1.2.3", "01.2.3.4", "1.2.3.4.5", "::1::"])
def test_what_is_no_address_is_none(seen, remote):
    assert seen(remote, "198.51.100.1") is None


def test_without_trusted_proxies_nobody_is_believed(seen, settings):
    settings.POSTBACK_TRUSTED_PROXIES = []

    assert seen(PROXY, "198.51.100.1") == PROXY


@pytest.mark.django_db
@pytest.mark.parametrize("remote", ["fe80::1%eth0", "::ffff:1.2.3.4", "", "unix:", "2001:db8::7"])
def test_any_address_can_be_stored(client, campaign, remote):
    assert client.get("/c/shoes", REMOTE_ADDR=remote).status_code == 200

    Click.objects.get()


ADDRESSES = st.ip_addresses().map(str) | st.text(max_size=20) | st.sampled_from(["unknown", "10.0.0.9", "fe80::1%x"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([PROXY, "203.0.113.7", "fd00::1"]), st.lists(ADDRESSES, max_size=8).map(",".join) | st.text())
def test_no_header_makes_it_raise(seen, remote, forwarded):
    assert seen(remote, forwarded)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ADDRESSES, max_size=8).map(",".join))
def test_a_stranger_is_never_believed(seen, forwarded):
    assert seen("203.0.113.7", forwarded) == "203.0.113.7"
