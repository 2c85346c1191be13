"""What is kept in English is told in the language of the page."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from campaigns import phrasebook


@pytest.fixture
def russian() -> Iterator[None]:
    with translation.override("ru"):
        yield


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ("connection refused", "в соединении отказано"),
        ("no answer within 15 s", "нет ответа за 15 с"),
        ("too late: HTTP 503", "слишком поздно: HTTP 503"),
        ("SubID not found: c9vp", "SubID не найден: c9vp"),
        ("HTTP 503 – given up after 8 attempts", "HTTP 503 – попытки прекращены, всего их было 8"),
        ("no words of ours", "no words of ours"),
        ("", ""),
    ],
)
def test_what_is_kept_in_english_is_told_in_the_language_of_the_page(russian: None, kept: str, told: str) -> None:
    assert phrasebook.tell(kept) == told


def test_a_part_of_a_sentence_that_is_a_sentence_is_told_too(russian: None) -> None:
    kept = "too late: the host name a.test does not resolve: no name server answers"

    assert phrasebook.tell(kept) == f"слишком поздно: {phrasebook.tell(kept.removeprefix('too late: '))}"
    assert "a.test" in phrasebook.tell(kept)


def test_sentences_in_a_row_are_told_one_by_one(russian: None) -> None:
    told = phrasebook.tell("Conversion created: sale. Note: payout={sum} was not filled in by the sender.")

    assert "sale" in told
    assert "payout={sum}" in told
    assert not re.search(r"created|Note|filled", told)


def test_an_english_page_shows_what_is_kept(db: None) -> None:
    assert phrasebook.tell("connection refused") == "connection refused"
