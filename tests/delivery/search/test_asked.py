"""What somebody typed into the search box, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.search import Asked
from delivery.search.asked import VALUES


@pytest.mark.parametrize("text", ["", "   ", "\x00"[:0]])
def test_nothing_asks_for_nothing(text: str) -> None:
    assert Asked.read(text) == Asked(text="")


def test_a_number_is_that_of_a_postback() -> None:
    assert Asked.read(" #123 ").number == 123


@pytest.mark.parametrize("text", ["a1b2c3d4e5f6g7h8i9j0", "T-1", "MGID 12", "12:7:sale", "Обувь"])
def test_an_id_or_a_name_is_looked_up_as_it_is(text: str) -> None:
    asked = Asked.read(text)

    assert (asked.values, asked.is_url, asked.is_part) == ([text], False, False)


@pytest.mark.parametrize("text", ["receiver.test", "Receiver.Test:8080", "127.0.0.1:9000", "localhost:80"])
def test_a_host_is_looked_up_among_the_receivers(text: str) -> None:
    assert Asked.read(text).host == text.lower()


def test_a_whole_link_gives_its_host_and_the_values_in_it() -> None:
    asked = Asked.read("https://receiver.test:8443/p/seg%20ment/x?c=ext+1%2B2&s=lead&e=&twice=a%2520b#frag")

    assert asked.is_url
    assert asked.host == "receiver.test:8443"
    assert set(asked.values) == {"seg ment", "ext 1+2", "lead", "a%20b", "a b"}


def test_of_very_many_values_the_longest_are_looked_up() -> None:
    link = "http://a.test/?" + "&".join(f"p{n}={'x' * n}" for n in range(1, 100))

    asked = Asked.read(link)
    assert len(asked.values) == VALUES
    assert min(len(value) for value in asked.values) == 90


@pytest.mark.parametrize("text", ["/postback/ext-1", "c=ext-1&s=lead", "p?c=ext-1", "receiver.test/p/ext-1"])
def test_a_part_of_a_link_is_known_as_one_and_its_values_are_looked_up(text: str) -> None:
    asked = Asked.read(text)

    assert asked.is_part
    assert {text, "ext-1"} <= set(asked.values)


@pytest.mark.parametrize("text", ["http://[", "http://a.test:99999/x", "http://", "://"])
def test_a_link_that_is_none_is_no_error(text: str) -> None:
    assert Asked.read(text).text == text


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for asked in (Asked.read(text), Asked.read(f"http://a.test/{text}?{text}"), Asked.read(f"#{text}")):
        assert all(0 < len(value) <= 500 and "\x00" not in value for value in asked.values)
