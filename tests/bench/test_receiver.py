"""The benchmark's receiver counts every request, and knows each key."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from bench.load import load
from bench.receiver import KEY, LENGTH, Receiver, value_of

GET = b"GET /p?c=%d HTTP/1.1\r\nHost: x\r\n\r\n"
KEYED = b"GET /p HTTP/1.1\r\nIdempotency-Key: %s\r\nHost: x\r\n\r\n"
POST = b"POST /p?c=7 HTTP/1.1\r\ncontent-length: 9\r\n\r\n\r\n\r\nGET /"


@pytest.fixture(scope="module")
def process() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


@pytest.fixture
def receiver(process: Receiver) -> Receiver:
    process.begin()
    return process


def told(receiver: Receiver, *parts: bytes, answers: int, host: str = "127.0.0.1") -> bytes:
    """What comes back on one connection."""
    with socket.create_connection((host, receiver.port), timeout=10) as wire:
        for part in parts:
            wire.sendall(part)
        came = b""
        while came.count(b"OK") < 2 * answers:  # once in the status line, once in the body
            came += wire.recv(4096)
        return came


def test_every_request_is_counted_by_its_target(receiver: Receiver) -> None:
    told(receiver, GET % 1, GET % 2, answers=2)

    assert receiver.moment().requests == 2
    assert set(receiver.first_came()) == {"/p?c=1", "/p?c=2"}
    assert receiver.repeated() == 0


def test_the_idempotency_key_goes_before_the_target(receiver: Receiver) -> None:
    told(receiver, KEYED % b"a", KEYED % b"b", KEYED % b"a", answers=3)

    assert set(receiver.first_came()) == {"a", "b"}
    assert receiver.repeated() == 1


def test_requests_that_come_together_or_in_pieces_are_told_apart(receiver: Receiver) -> None:
    told(receiver, GET % 1 + GET % 2 + (GET % 3)[:9], (GET % 3)[9:], answers=3)

    assert receiver.moment().requests == 3


def test_a_body_is_no_request(receiver: Receiver) -> None:
    told(receiver, POST, GET % 8, answers=2)

    assert set(receiver.first_came()) == {"/p?c=7", "/p?c=8"}


def test_a_late_answer_still_comes(receiver: Receiver) -> None:
    receiver.begin(delay=0.01)

    assert told(receiver, GET % 1, answers=1).endswith(b"OK")


def test_an_address_that_hangs_takes_the_request_and_says_nothing(receiver: Receiver) -> None:
    receiver.begin(hanging=["127.0.0.9"])
    with socket.create_connection(("127.0.0.9", receiver.port), timeout=10) as wire:
        wire.sendall(GET % 1)
        told(receiver, GET % 2, answers=1)
        assert receiver.wait_for(2, 10)
        wire.setblocking(False)

        with pytest.raises(BlockingIOError):
            wire.recv(1)


def test_counting_begins_anew(receiver: Receiver) -> None:
    told(receiver, GET % 1, answers=1)
    receiver.begin()

    assert receiver.moment().requests == 0
    assert receiver.first_came() == {}


def test_a_process_that_is_closed_hears_no_more() -> None:
    with Receiver() as short:
        port = short.port

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_load_generator_asks_for_every_target_once(receiver: Receiver) -> None:
    targets = [b"/p?c=%d" % number for number in range(100)]

    answered = asyncio.run(load(receiver.port, 30, iter(targets)))

    assert answered == {"200": 100}
    assert set(receiver.first_came()) == {target.decode() for target in targets}


@pytest.mark.parametrize(
    ("header", "name", "value"),
    [
        (b"GET / HTTP/1.1\r\nIdempotency-Key:  a b \r\nHost: x", KEY, b"a b"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nidempotency-key:c", KEY, b"c"),
        (b"GET /?idempotency-key:c HTTP/1.1", KEY, b""),
        (b"POST / HTTP/1.1\r\nContent-Length: 12", LENGTH, b"12"),
    ],
)
def test_the_value_of_a_header(header: bytes, name: bytes, value: bytes) -> None:
    assert value_of(header, name) == value
