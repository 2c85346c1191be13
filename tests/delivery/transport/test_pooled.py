"""What is particular to the transport of threads and kept connections."""

import gc
import logging
import os
import socket
import threading
from contextlib import suppress
from functools import partial
from ipaddress import ip_network

import pytest
import requests
import responses

from delivery.transport import connections
from delivery.transport.contract import Trouble
from delivery.transport.pooled import PooledTransport
from delivery.transport.watchdog import HeldSocket, Watchdog
from tests.delivery.transport.receivers import OK, answer, answering_once, ask, request_to

PUBLIC = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))
LOCAL = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))


@pytest.fixture
def transport_class():
    return PooledTransport


@pytest.fixture
def resolves(monkeypatch):
    """What the name server says; it counts the questions."""
    asked = []

    def to(*answers):
        def getaddrinfo(host, port, **_):
            asked.append(host)
            return list(answers)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    return to


def open_files():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


@pytest.mark.parametrize("answers", [[PUBLIC, LOCAL], [LOCAL, PUBLIC]])
def test_one_private_address_among_the_answers_is_enough(open_transport, resolves, answers):
    resolves(*answers)
    response = ask(open_transport(allowed_networks=()), "http://rebinding.test/canary")

    assert response.blocked
    assert response.error.startswith("127.0.0.1 is a loopback address")


def test_a_name_is_asked_for_once_and_what_was_judged_is_reached(transport, resolves, receiver):
    here = receiver(OK)
    asked = resolves((*LOCAL[:4], ("127.0.0.1", here.port)))

    assert ask(transport, f"http://receiver.test:{here.port}/").is_sent
    assert asked == ["receiver.test"]
    assert f"Host: receiver.test:{here.port}\r\n".encode() in here.requests[0]


def test_a_name_in_another_alphabet_is_asked_for_in_ascii(transport, resolves, receiver):
    here = receiver(OK)
    asked = resolves((*LOCAL[:4], ("127.0.0.1", here.port)))

    assert ask(transport, f"http://bücher.test:{here.port}/ü").is_sent
    assert asked == ["xn--bcher-kva.test"]
    assert here.requests[0].startswith(b"GET /%C3%BC HTTP/1.1\r\n")


def test_the_next_address_is_tried_where_the_first_refuses(transport, resolves, receiver):
    gone, here = receiver(OK), receiver(OK)
    gone.close()
    resolves((*LOCAL[:4], ("127.0.0.1", gone.port)), (*LOCAL[:4], ("127.0.0.1", here.port)))

    assert ask(transport, "http://receiver.test/").is_sent


def test_a_name_without_addresses_does_not_resolve(transport, resolves):
    resolves()

    assert ask(transport, "http://receiver.test/").error == "the host name receiver.test does not resolve"


def test_a_silent_name_server_is_no_fault_of_the_receiver(transport, monkeypatch):
    def getaddrinfo(*_, **__):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    response = ask(transport, "http://receiver.test/canary")

    assert response.ours
    assert response.is_temporary


def test_a_close_ends_a_connection_that_is_still_being_made(open_transport):
    transport = open_transport(places=1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf, socket.create_connection(deaf.getsockname()):
        transport.start([request_to(f"http://127.0.0.1:{deaf.getsockname()[1]}/", id=n) for n in range(3)])
        transport.close(grace=0)

    assert {response.error for response in transport.poll(0)} == {Trouble.CLOSED}


def test_no_descriptor_is_left_behind(ca_file, receiver, authority, tls):
    certificate = tls(authority.issue_cert("127.0.0.1"))
    scripts = [OK, answer(500), answering_once(OK), answer(200, "Connection: close", body=b"bye"), b"garbage\r\n\r\n"]
    loopback = [ip_network("127.0.0.0/8")]
    before = open_files()

    transport = PooledTransport(places=8, deadline=0.6, allowed_networks=loopback, ca_file=ca_file)
    receivers = [receiver(script) for script in scripts] + [receiver(OK, certificate), receiver(lambda it: it.wait())]
    wanted = [request_to(one.url, id=number) for number, one in enumerate(receivers * 6)]
    transport.start([*wanted, request_to("http://nobody.invalid/"), request_to("http://10.0.0.1/")])
    came = 0
    while came < len(wanted) + 2:
        came += len(transport.poll(10))
    transport.close(grace=1)
    for one in receivers:
        one.close()

    assert open_files() == before


def test_only_so_many_connections_wait(receiver, open_transport, monkeypatch):
    transport = open_transport(places=1)
    receivers = [receiver(OK) for _ in range(8)]
    before = open_files()
    for one in receivers:
        assert ask(transport, one.url).is_sent
    kept = receivers[4:]

    assert [ask(transport, one.url).code for one in kept] == [200] * 4
    assert [one.connections for one in kept] == [1] * 4
    assert ask(transport, receivers[0].url).is_sent
    assert receivers[0].connections == 2
    assert open_files() - before <= 4 * 2 + 8 * 2  # ours twice, the receivers' once, and their readers


def test_a_connection_that_waited_long_is_not_used_again(transport, receiver, monkeypatch):
    monkeypatch.setattr(connections, "FRESH_FOR", -1)
    busy = receiver(OK)

    assert [ask(transport, busy.url).code for _ in range(3)] == [200] * 3
    assert busy.connections == 3


def test_nothing_secret_is_logged(transport, receiver, caplog):
    caplog.set_level(logging.DEBUG)
    ask(transport, receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nno header at all\r\n\r\n").url)
    ask(transport, "http://nobody.invalid/canary")
    ask(transport, receiver(b"garbage\r\n\r\n").url)

    assert "canary" not in caplog.text


def test_a_bug_of_ours_costs_neither_the_response_nor_the_place(transport, receiver, monkeypatch, caplog):
    def broken(request):
        raise RuntimeError(request.url)

    with monkeypatch.context() as patch:
        patch.setattr("delivery.transport.pooled.prepared", broken)
        response = ask(transport, receiver(OK).url)

    assert (response.error, response.ours) == (Trouble.OUR_FAULT, True)
    assert "RuntimeError" in caplog.text
    assert "canary" not in caplog.text
    assert ask(transport, receiver(OK).url).is_sent


def test_a_tunnel_through_the_proxy_ends_at_the_receiver(open_transport, receiver, authority, tls):
    here = receiver(OK, tls(authority.issue_cert("receiver.test")))

    def tunnel(conversation):
        conversation.read()
        with socket.create_connection(("127.0.0.1", here.port)) as there:
            conversation.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(there, conversation.connection))
            back.start()
            copy(conversation.connection, there)
            back.join(10)

    proxy = receiver(tunnel)
    transport = open_transport(proxy_url=f"http://user:word@127.0.0.1:{proxy.port}", allowed_networks=())

    assert ask(transport, "https://receiver.test/canary").is_sent
    assert proxy.requests[0].startswith(b"CONNECT receiver.test:443 ")
    assert b"Proxy-Authorization: Basic" in proxy.requests[0]
    assert b"Proxy-Authorization" not in here.requests[0]
    transport.close(grace=0)


def copy(source, sink):
    with suppress(OSError):
        for piece in iter(partial(source.recv, 65536), b""):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


def test_a_mocked_wire_is_enough(transport):
    with responses.RequestsMock() as wire:
        wire.post("https://source.test/p", status=202, body="thanks", headers={"Retry-After": "5"})
        response = ask(transport, "https://source.test/p?a=1", method="POST", body=b"b=2")
        (call,) = wire.calls

    assert (response.code, response.body, response.retry_after) == (202, "thanks", 5)
    assert (call.request.url, call.request.body) == ("https://source.test/p?a=1", b"b=2")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.ConnectionError("canary"), Trouble.RESET),
        (requests.ReadTimeout("canary"), "no answer within 20 s"),
        (ConnectionRefusedError("canary"), Trouble.REFUSED),
    ],
)
def test_a_mocked_failure_is_a_failure(transport, error, words):
    with responses.RequestsMock() as wire:
        wire.get("https://source.test/p", body=error)
        response = ask(transport, "https://source.test/p")

    assert response.error == words
    assert response.is_temporary
    assert response.maybe_arrived == (words == "no answer within 20 s")


def test_a_mocked_wire_reaches_no_private_address_either(transport):
    with responses.RequestsMock():
        assert ask(transport, "http://10.0.0.1/p").blocked


def test_a_socket_is_shut_down_only_for_the_flight_that_holds_it():
    ours, theirs = socket.socketpair()
    held, watchdog = HeldSocket(ours), Watchdog(20)
    with ours, theirs:
        with watchdog.flight() as first:
            first.hold(held)
        with watchdog.flight() as second:
            second.hold(held)
            first.cut("late")
            theirs.sendall(b"a")
            assert ours.recv(1) == b"a"
            second.cut("late")
            assert ours.recv(1) == b""
    held.leave()
    watchdog.stop()
