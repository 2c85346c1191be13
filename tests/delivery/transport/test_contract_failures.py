"""No receiver and no wire makes a transport hang, raise or believe half an answer."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import repeat

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from delivery.transport.contract import Trouble
from tests.delivery.transport.receivers import OK, answering_once, ask

NO_ANSWER = "no answer within 1.2 s"


def test_a_silent_receiver_is_left_at_the_deadline(hasty, receiver):
    response = ask(hasty, receiver(lambda it: it.read() and it.wait()).url)

    assert (response.code, response.error) == (None, NO_ANSWER)
    assert response.is_temporary
    assert not response.ours


@pytest.mark.parametrize(
    ("head", "pieces"),
    [
        (b"HTTP/1.1 200 OK\r\n", repeat(b"X-A: b\r\n", 90)),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", repeat(b"a")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", repeat(b"a")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\nConnection: close\r\n\r\n", repeat(b"a")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", repeat(b"1\r\na\r\n")),
        (b"HTTP/1.0 200 OK\r\n\r\n", repeat(b"a")),
        (b"", repeat(b"HTTP/1.1 100 Continue\r\n\r\n")),
        (b"", repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")),
    ],
    ids=["headers", "one header", "body", "last body", "chunks", "HTTP/1.0", "100 Continue", "103 Early Hints"],
)
@pytest.mark.parametrize("with_tls", [False, True], ids=["plain", "TLS"])
def test_a_drip_is_no_answer(hasty, receiver, authority, tls, with_tls, head, pieces):
    def script(conversation):
        conversation.read()
        conversation.drip([head])
        conversation.drip(pieces)
        conversation.wait()

    certificate = tls(authority.issue_cert("127.0.0.1")) if with_tls else None
    response = ask(hasty, receiver(script, certificate).url)

    assert (response.code, response.error) == (None, NO_ANSWER)


def test_a_drip_in_the_handshake_is_no_answer(hasty, receiver, authority):
    slow = receiver(lambda it: it.drip(repeat(b"\x16")))
    response = ask(hasty, slow.url.replace("http:", "https:"))

    assert response.code is None
    assert response.is_temporary


def test_the_deadline_of_one_request_is_not_the_next_ones(open_transport, receiver):
    transport = open_transport(deadline=2)

    def script(conversation):
        conversation.read()
        conversation.send(OK)
        conversation.read()
        conversation.wait()

    moody = receiver(script)

    assert ask(transport, moody.url).is_sent
    assert ask(transport, moody.url).error == "no answer within 2 s"


@pytest.mark.parametrize(
    "started", [b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]
)
@pytest.mark.parametrize("by_reset", [False, True], ids=["closed", "reset"])
def test_an_answer_that_breaks_off_is_none(transport, receiver, started, by_reset):
    def script(conversation):
        conversation.read()
        conversation.send(started)
        if by_reset:
            conversation.reset()

    response = ask(transport, receiver(script).url)

    assert (response.code, response.error) == (None, Trouble.RESET)
    assert response.is_temporary


def test_a_closed_port_refuses(transport, receiver):
    gone = receiver(OK)
    gone.close()
    response = ask(transport, gone.url)

    assert (response.code, response.error) == (None, Trouble.REFUSED)
    assert response.is_temporary


def test_an_address_that_no_way_leads_to_is_not_reached(open_transport):
    transport = open_transport(allowed_networks=[ip_network("255.255.255.255/32")])
    response = ask(transport, "http://255.255.255.255/canary")

    assert response.error in {Trouble.NO_ROUTE, Trouble.OUR_MACHINE}
    assert response.is_temporary
    assert not response.maybe_arrived


def test_nobody_picks_up(open_transport, deaf):
    response = ask(open_transport(connect_timeout=0.3), deaf)

    assert response.error == "no connection within 0.3 s"
    assert response.is_temporary


def test_an_unknown_host_does_not_resolve(transport):
    response = ask(transport, "http://nobody.invalid/canary?token=canary")

    assert response.error.startswith("the host name nobody.invalid does not resolve")
    assert response.is_temporary


@pytest.fixture
def certificates(authority):
    """Every certificate that is not to be trusted, by what is wrong with it."""
    stranger = trustme.CA()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return {
        Trouble.CERTIFICATE_NAME: authority.issue_cert("other.test"),
        Trouble.CERTIFICATE_EXPIRED: authority.issue_cert("127.0.0.1", not_after=yesterday),
        Trouble.CERTIFICATE_UNKNOWN: stranger.issue_cert("127.0.0.1"),
    }


@pytest.mark.parametrize(
    "trouble", [Trouble.CERTIFICATE_NAME, Trouble.CERTIFICATE_EXPIRED, Trouble.CERTIFICATE_UNKNOWN]
)
def test_a_certificate_that_is_not_to_be_trusted_ends_it(transport, receiver, certificates, tls, trouble):
    stranger = receiver(OK, tls(certificates[trouble]))
    response = ask(transport, stranger.url)

    assert (response.code, response.error) == (None, trouble)
    assert stranger.requests == []


def test_a_certificate_that_signed_itself_ends_it(transport, receiver, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "alone")])
    now = datetime.now(UTC)
    alone = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = alone.add_extension(addresses, critical=False).sign(key, hashes.SHA256())
    pem = tmp_path / "alone.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    assert ask(transport, receiver(OK, context).url).error == Trouble.CERTIFICATE_UNKNOWN


def test_a_receiver_without_tls_is_no_receiver_with_tls(transport, receiver):
    plain = receiver(lambda it: it.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    response = ask(transport, plain.url.replace("http:", "https:"))

    assert response.code is None
    assert response.error


@pytest.mark.parametrize("flood", [b"X-A: b\r\n" * 100_000, b"X-A: " + b"b" * 1_000_000 + b"\r\n"])
def test_a_flood_of_headers_is_no_answer(transport, receiver, flood):
    response = ask(transport, receiver(answering_once(b"HTTP/1.1 200 OK\r\n" + flood + b"\r\n")).url)

    assert (response.code, response.error) == (None, Trouble.HEADER_TOO_LONG)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"220 mail.example ESMTP\r\n",
        b"<html>hello</html>\r\n\r\n",
        b"HTTP/\xff.1 200 OK\r\n\r\n",
        b"HTTP/1.1 2\xff0 OK\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 000 OK\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_garbage_is_no_answer(transport, receiver, garbage):
    response = ask(transport, receiver(answering_once(garbage)).url)

    assert (response.code, response.error) == (None, Trouble.NOT_HTTP)


def test_a_receiver_that_speaks_of_something_else_from_now_on_gives_no_answer(transport, receiver):
    changed = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
    response = ask(transport, receiver(answering_once(changed)).url)

    assert response.code is None
    assert response.error in {Trouble.NOT_HTTP, Trouble.RESET}
