"""Nobody is reached who must not be, whatever the URL, the name server or a redirect says, by either transport.

What listens here takes connections to any address of this machine, and is asked whether one came; that an error came
back would not be enough. Names resolve as a test wants: for requests by what stands in for `getaddrinfo`, for curl by
a table of its own.
"""

import socket
from contextlib import suppress
from ipaddress import ip_network

import pycurl
import pytest

from campaigns import url_template
from delivery.transport.curl import CurlTransport
from delivery.transport.pooled import PooledTransport
from postbacks.addresses import why_refused
from tests.delivery.transport import tricks
from tests.delivery.transport.receivers import OK, answer, answering_once, ask

FIRST, SECOND = "127.0.0.2", "127.0.0.3"  # allowed where a test says so; 127.0.0.1 is then not
ALLOWED = (ip_network(f"{FIRST}/32"), ip_network(f"{SECOND}/32"))


class Trap:
    """Listens on every address that this machine has."""

    def __init__(self):
        self._listener = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]

    def came(self):
        """How many connections came since it was last asked; the system took them, nobody need accept."""
        count = 0
        with suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                count += 1
        return count

    def close(self):
        self._listener.close()


@pytest.fixture
def trap():
    listening = Trap()
    yield listening
    listening.close()


@pytest.fixture(scope="module", params=[CurlTransport, PooledTransport])
def sealed(request):
    """Transports that may reach no private address."""
    transport = request.param(places=4, deadline=15)
    yield transport
    transport.close(grace=0)


@pytest.fixture
def open_with_names(transport_class, open_transport, monkeypatch):
    """Makes transports for which a name has the addresses that are told."""

    def open_one(name, addresses, **options):
        if transport_class is CurlTransport:
            return open_transport(
                resolve=[f"{name}:{port}:{','.join(addresses)}" for port in options.pop("ports")], **options
            )

        def getaddrinfo(host, port, **_):
            assert host == name
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        options.pop("ports")
        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return open_transport(**options)

    return open_one


def test_there_are_enough_tricks():
    assert len(set(tricks.HOSTS + tricks.WHOLE)) >= 150


@pytest.mark.parametrize("url", [f"http://{host}:@/" for host in tricks.HOSTS] + tricks.WHOLE, ids=ascii)
def test_no_url_leads_to_an_address_that_is_not_allowed(sealed, trap, url):
    response = ask(sealed, url.replace(":@", f":{trap.port}"))

    assert trap.came() == 0
    assert response.blocked
    assert not response.maybe_arrived


@pytest.mark.parametrize("host", [*tricks.LOOKED_UP, socket.gethostname()])
def test_no_name_of_this_machine_leads_to_it(sealed, trap, host):
    response = ask(sealed, f"http://{host}:{trap.port}/")

    assert trap.came() == 0
    assert response.code is None
    assert not response.maybe_arrived


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["127.0.0.1", FIRST],
        ["10.0.0.1", "127.0.0.1"],
        ["169.254.169.254", FIRST],
        ["0.0.0.0"],
    ],
    ids=str,
)
def test_no_name_leads_to_an_address_that_is_not_allowed(open_with_names, trap, addresses):
    transport = open_with_names("rebinding.test", addresses, ports=[trap.port], allowed_networks=ALLOWED)
    response = ask(transport, f"http://rebinding.test:{trap.port}/")

    assert trap.came() == 0
    assert response.blocked
    assert not response.is_temporary


def test_a_name_with_allowed_addresses_leads_there(open_with_names, trap):
    transport = open_with_names("good.test", [FIRST], ports=[trap.port], allowed_networks=ALLOWED, deadline=0.5)
    ask(transport, f"http://good.test:{trap.port}/")

    assert trap.came() == 1


def test_of_a_name_with_both_kinds_the_private_one_is_never_reached(open_with_names, receiver):
    private = receiver(OK)  # on 127.0.0.1, where nobody else listens on this port: the allowed address refuses
    transport = open_with_names("both.test", [FIRST, "127.0.0.1"], ports=[private.port], allowed_networks=ALLOWED)
    response = ask(transport, f"http://both.test:{private.port}/")

    assert private.connections == 0
    assert response.blocked


def test_a_name_that_moves_to_a_private_address_after_it_was_asked_leads_nowhere(
    transport_class, open_transport, receiver, monkeypatch
):
    """Rebinding: the URL is the same, what it was judged by the first time is not believed the second time."""
    friend = receiver(answering_once(OK))  # hangs up, so that the next request needs a connection of its own
    url = f"http://moves.test:{friend.port}/"
    addresses = iter(["127.0.0.1", SECOND])
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(addresses), port))],
    )
    table = {"resolve": [f"moves.test:{friend.port}:127.0.0.1"]} if transport_class is CurlTransport else {}
    transport = open_transport(places=1, allowed_networks=[ip_network("127.0.0.1/32")], **table)

    with socket.create_server((SECOND, friend.port)) as stranger:
        stranger.setblocking(False)
        assert ask(transport, url).is_sent
        assert friend.hung_up.acquire(timeout=20)
        if transport_class is CurlTransport:  # its name server says something else from now on
            moved = [f"-moves.test:{friend.port}", f"moves.test:{friend.port}:{SECOND}"]
            transport._free[0].handle.setopt(pycurl.RESOLVE, moved)
        response = ask(transport, url)

        assert why_refused(url) == ""
        assert (response.blocked, response.code) == (True, None)
        with pytest.raises(BlockingIOError):
            stranger.accept()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_leads_anywhere(transport, receiver, trap, code):
    for location in ("http://127.0.0.1:@/", "http://127.0.0.3:@/latest/meta-data/", "//[::1]:@/", "/%0d%0a"):
        told = location.replace("@", str(trap.port))
        assert ask(transport, receiver(answer(code, f"Location: {told}")).url).code == code

    assert trap.came() == 0


@pytest.mark.parametrize("header", ["Refresh: 0; url=@", 'Alt-Svc: h2="127.0.0.1:@"', "Link: <@>; rel=preload"])
def test_no_header_of_an_answer_leads_anywhere(transport, receiver, trap, header):
    asked = receiver(answer(200, header.replace("@", str(trap.port))))

    assert [ask(transport, asked.url).code for _ in range(2)] == [200, 200]
    assert trap.came() == 0


@pytest.mark.parametrize("url", tricks.MACROS_IN_THE_HOST)
def test_no_macro_stands_where_the_receiver_is_told(url):
    assert url_template.check(url, ["subid"]).errors


@pytest.mark.parametrize("url", tricks.ALLOWED)
def test_what_may_be_reached_is_not_refused(open_transport, receiver, url):
    proxy = receiver(OK)  # the way out, where the URL and nothing else is judged
    transport = open_transport(proxy_url=f"http://127.0.0.1:{proxy.port}", allowed_networks=(), deadline=5)
    response = ask(transport, url)

    assert why_refused(url) == ""
    assert not response.blocked
    assert proxy.connections == 1


def test_what_is_allowed_is_reached(open_transport, trap):
    transport = open_transport(allowed_networks=[ip_network("127.0.0.0/8"), ip_network("::1/128")], deadline=0.5)
    for host in ("127.0.0.1", "127.9.9.9", "[::1]", "localhost"):
        ask(transport, f"http://{host}:{trap.port}/")
        assert trap.came() >= 1
