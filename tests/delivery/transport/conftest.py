"""Both ends of the wire: every transport there is, and receivers of every kind."""

import socket
import ssl
from contextlib import ExitStack, suppress
from ipaddress import ip_network

import pytest
import trustme

from delivery.transport.curl import CurlTransport
from delivery.transport.pooled import PooledTransport
from tests.delivery.transport.receivers import Receiver

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.fixture(params=[PooledTransport, CurlTransport])
def transport_class(request):
    return request.param


@pytest.fixture(scope="session")
def authority():
    """Whom the transports of these tests trust, and nobody else."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def open_transport(transport_class, ca_file):
    transports = []

    def open_one(**options):
        defaults = {"places": 8, "deadline": 20, "allowed_networks": LOOPBACK, "ca_file": ca_file}
        transports.append(transport_class(**defaults | options))
        return transports[-1]

    yield open_one
    for transport in transports:
        transport.close(grace=0)


@pytest.fixture
def transport(open_transport):
    return open_transport()


@pytest.fixture
def hasty(open_transport):
    """A transport whose deadline is over at once, nearly."""
    return open_transport(deadline=1.2)


@pytest.fixture
def receiver():
    """Makes receivers: receiver(answer or script)."""
    receivers = []

    def listen(script, tls=None):
        receivers.append(Receiver(script, tls))
        return receivers[-1]

    yield listen
    for one in receivers:
        one.close()


@pytest.fixture
def deaf():
    """The URL of a receiver that does not even pick up: its queue is full."""
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            caller = sockets.enter_context(socket.socket())
            caller.setblocking(False)
            with suppress(BlockingIOError):
                caller.connect(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/canary"


@pytest.fixture
def tls():
    """Makes what a receiver needs for TLS: tls(certificate)."""

    def context(certificate):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(made)
        return made

    return context
